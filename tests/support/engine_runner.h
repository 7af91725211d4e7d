// A PieceRunner for tests of streams: threads with the CPU's codecs, which
// finish in any order, and fail or refuse as they are told.
#ifndef UACCED_TESTS_SUPPORT_ENGINE_RUNNER_H_
#define UACCED_TESTS_SUPPORT_ENGINE_RUNNER_H_

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <random>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "daemon/core/execution_mode.h"
#include "daemon/stream/piece.h"
#include "hw/device.h"
#include "hw/output_room.h"
#include "hw/soft/engine.h"
#include "hw/soft/evp_algorithms.h"

namespace uacced {

// Threads: thread-safe.
class EngineRunner final : public PieceRunner {
 public:
  struct Options {
    int threads = 3;
    uint32_t overloaded_percent = 0;
    uint32_t seed = 1;
    hw::Device* device = nullptr;  // For OpenStream().
    // Sees every piece before it is done; what is not OK is its result.
    std::function<absl::Status(const hw::Request&)> before;
  };

  explicit EngineRunner(Options options)
      : options_(std::move(options)), random_(options_.seed) {
    for (int i = 0; i < options_.threads; ++i) {
      threads_.emplace_back([this] { Work(); });
    }
  }
  // Everything that was given is completed first.
  ~EngineRunner() {
    {
      std::lock_guard lock(mutex_);
      stopping_ = true;
      paused_ = false;
      changed_.notify_all();
    }
    for (std::thread& thread : threads_) thread.join();
  }

  void Run(Piece& piece) override {
    {
      std::lock_guard lock(mutex_);
      if (random_() % 100 >= options_.overloaded_percent) {
        waiting_.push_back(&piece);
        most_waiting_ = std::max(most_waiting_, waiting_.size());
        changed_.notify_all();
        return;
      }
    }
    piece.Complete(
        {.status = absl::UnavailableError("full"), .overloaded = true});
  }

  absl::StatusOr<OpenedStream> OpenStream(const hw::StreamSpec& spec,
                                          ExecutionMode /*mode*/) override {
    if (options_.device == nullptr) {
      return absl::UnimplementedError("no device");
    }
    auto stream = options_.device->OpenStream(spec);
    if (!stream.ok()) return stream.status();
    return OpenedStream{*std::move(stream), 0, ""};
  }

  // Holds back what is given from now on.
  void Pause() {
    std::lock_guard lock(mutex_);
    paused_ = true;
  }
  void Resume() {
    std::lock_guard lock(mutex_);
    paused_ = false;
    changed_.notify_all();
  }
  size_t waiting() {
    std::lock_guard lock(mutex_);
    return waiting_.size();
  }
  size_t most_waiting() {
    std::lock_guard lock(mutex_);
    return most_waiting_;
  }

 private:
  void Work() {
    hw::Engine engine(algorithms_);
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [this] {
        return stopping_ || (!waiting_.empty() && !paused_);
      });
      if (waiting_.empty()) return;
      const size_t chosen = random_() % waiting_.size();
      std::swap(waiting_[chosen], waiting_.front());
      Piece* const piece = waiting_.front();
      waiting_.pop_front();
      lock.unlock();
      Do(engine, *piece);
      lock.lock();
    }
  }

  void Do(hw::Engine& engine, Piece& piece) {
    Piece::Result result{.queue_wait_ns = 1, .service_time_ns = 2};
    hw::Request request = piece.request;
    if (options_.before) result.status = options_.before(request);
    if (piece.cancelled->load()) result.status = absl::CancelledError("");
    if (!result.status.ok()) return piece.Complete(std::move(result));
    if (request.stream == nullptr) {
      result.output =
          hw::DmaBuffer::Allocate(hw::FirstOutputRoom(request, UINT64_MAX));
      request.destination = result.output.span();
    }
    const hw::Result done = engine.Execute(request);
    result.status = absl::Status(done.code, "engine");
    result.produced_bytes = done.produced_bytes;
    piece.Complete(std::move(result));
  }

  const Options options_;
  const hw::EvpAlgorithms algorithms_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::mt19937 random_;
  std::deque<Piece*> waiting_;
  size_t most_waiting_ = 0;
  bool paused_ = false;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace uacced

#endif  // UACCED_TESTS_SUPPORT_ENGINE_RUNNER_H_
