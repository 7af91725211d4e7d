// A Piece is what a stream gives to a device at once; a PieceRunner sees to it
// that it is done.
#ifndef UACCED_DAEMON_STREAM_PIECE_H_
#define UACCED_DAEMON_STREAM_PIECE_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/clock.h"
#include "daemon/core/execution_mode.h"
#include "daemon/core/ticket.h"
#include "daemon/stream/byte_stream.h"
#include "hw/dma_buffer.h"
#include "hw/request.h"
#include "hw/stream.h"

namespace uacced {

// A request on its way, and what came of it. Threads: thread-compatible; a
// PieceRunner has it from Run() until it calls Complete().
class Piece {
 public:
  struct Result {
    absl::Status status;
    // Nothing was done, for want of room in a queue just now: run it again
    // after a short wait. `status` is not OK.
    bool overloaded = false;
    // Only of requests without a stream, which bring their own destination.
    hw::DmaBuffer output;
    size_t produced_bytes = 0;
    uint16_t device_index = 0;
    Fallback fallback = Fallback::kNone;
    uint64_t queue_wait_ns = 0;
    uint64_t service_time_ns = 0;
  };

  Piece() = default;
  Piece(const Piece&) = delete;
  Piece& operator=(const Piece&) = delete;

  // For the stream, before Run().
  hw::Request request;
  // kCompress: decompress and compare; what does not match is done again.
  bool verify = false;
  ExecutionMode mode = ExecutionMode::kPreferHardware;
  // Only this device; std::nullopt leaves the choice.
  std::optional<uint16_t> device_index;
  int64_t deadline_ns = kInfiniteFutureNs;
  const std::atomic<bool>* cancelled = nullptr;
  // For all the memory that it takes. Goes along, and comes back.
  Ticket ticket;

  // For the stream: call before every Run().
  void Arm(std::shared_ptr<StreamHost> host) {
    host_ = std::move(host);
    done_.store(false, std::memory_order_relaxed);
  }
  // True once Complete() was called: then the rest is the stream's again.
  bool done() const { return done_.load(std::memory_order_acquire); }
  Result& result() { return result_; }

  // For the runner, once for each Run(). Any thread, the polling one too. The
  // piece may be gone when this returns.
  void Complete(Result result) {
    const std::shared_ptr<StreamHost> host = std::move(host_);
    result_ = std::move(result);
    done_.store(true, std::memory_order_release);
    host->Progress();
  }

 private:
  std::shared_ptr<StreamHost> host_;  // Kept alive while the piece is away.
  Result result_;
  std::atomic<bool> done_{false};
};

class PieceRunner {
 public:
  struct OpenedStream {
    std::unique_ptr<hw::Stream> stream;
    uint16_t device_index;
    std::string accelerator;  // Its name; empty: the CPU has the stream.
  };

  // Sees to it that `piece` is completed, which may have happened when this
  // returns.
  virtual void Run(Piece& piece) = 0;

  // See Placement::OpenStream().
  virtual absl::StatusOr<OpenedStream> OpenStream(const hw::StreamSpec& spec,
                                                  ExecutionMode mode) = 0;

 protected:
  ~PieceRunner() = default;
};

}  // namespace uacced

#endif  // UACCED_DAEMON_STREAM_PIECE_H_
