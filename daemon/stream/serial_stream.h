// A SerialStream gives its input to one device, piece after piece, with the
// state between them in an hw::Stream. While the device is at one piece the
// next one is filled and what came out is written.
//
// Memory: two pieces of input, a few of output, and what the hw::Stream may
//         hold, all counted for as long as the stream lives.
#ifndef UACCED_DAEMON_STREAM_SERIAL_STREAM_H_
#define UACCED_DAEMON_STREAM_SERIAL_STREAM_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "daemon/keys/key.h"
#include "daemon/stream/byte_stream.h"
#include "daemon/stream/piece.h"
#include "daemon/stream/stream_path.h"
#include "hw/dma_buffer.h"
#include "hw/stream.h"

namespace uacced {

class SerialStream final : public ByteStream {
 public:
  struct Options {
    // Algorithm kNone with kDecompress: found from the input's beginning, of
    // which at most kMaxProbeBytes are held for it.
    hw::StreamSpec spec;
    std::shared_ptr<const Key> key;  // Whose bytes `spec.key` are.
    uint64_t max_output_bytes = UINT64_MAX;
    size_t input_piece_bytes = 256 << 10;   // At least kMaxProbeBytes.
    size_t output_piece_bytes = 256 << 10;  // At least a digest.
  };
  static constexpr size_t kMaxProbeBytes = 64 << 10;

  SerialStream(const StreamPath& path, const Options& options);

  absl::Status Start() override;
  void Advance() override;
  hw::MutableBytes InputRoom() override;
  void CommitInput(size_t bytes) override;
  void EndInput() override;
  std::optional<StreamOutput> TakeOutput() override;
  void OutputWritten() override;
  void Cancel(const absl::Status& reason) override;
  bool wants_input() const override {
    return filling_.end < filling_.buffer.size();
  }
  bool working() const override { return away_ && !piece_.done(); }
  State state() const override { return state_; }
  const absl::Status& status() const override { return status_; }
  const StreamTotals& totals() const override { return totals_; }

 private:
  // Input that is on its way: `begin` to `end` are left.
  struct Input {
    hw::DmaBuffer buffer;
    size_t begin = 0;
    size_t end = 0;

    bool empty() const { return begin == end; }
  };

  bool OpenIfPossible();
  absl::Status Open();
  void SendNext();
  bool HasWork();
  bool MaySendNow();
  void Collect();
  absl::Status Take(const Piece::Result& result);
  absl::Status BrokenDevice() const;
  void FinishIfDone();
  void Fail(absl::Status status);

  // Constant after construction.
  const StreamPath path_;
  const Options options_;

  hw::StreamSpec spec_;
  std::unique_ptr<hw::Stream> stream_;  // Null until the format is known.
  std::string accelerator_;             // Which has it, or empty.
  Input filling_;
  Input working_;
  hw::DmaBuffer room_;  // For the output of the next piece.
  Piece piece_;         // Has the ticket for all of it.
  bool away_ = false;   // The piece is with the runner, or not yet collected.
  int64_t resume_at_ns_ = 0;
  bool filled_ = false;     // The last output took all the room: ask again.
  bool ended_ = false;      // EndInput() was called.
  bool last_sent_ = false;  // A piece said so.
  bool finished_ = false;   // All output is in `outputs_`.
  std::deque<StreamOutput> outputs_;
  bool output_taken_ = false;
  std::atomic<bool> cancelled_{false};
  State state_ = State::kRunning;
  absl::Status status_;
  StreamTotals totals_;
};

}  // namespace uacced

#endif  // UACCED_DAEMON_STREAM_SERIAL_STREAM_H_
