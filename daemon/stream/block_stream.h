// A BlockStream cuts its input into blocks, has several of them worked on at
// once, independently of each other, and gives out the results in order.
//
// Memory: a block counts with input and output against the daemon's limits
//         until its output was written; all together stay below
//         max_bytes_per_stream. One block is admitted by Start() and kept, so
//         that a stream that began can always go on, however full the daemon
//         is; more are taken while they can be had.
#ifndef UACCED_DAEMON_STREAM_BLOCK_STREAM_H_
#define UACCED_DAEMON_STREAM_BLOCK_STREAM_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>

#include "daemon/core/ticket.h"
#include "daemon/stream/block_rules.h"
#include "daemon/stream/byte_stream.h"
#include "daemon/stream/stream_path.h"

namespace uacced {

class BlockStream final : public ByteStream {
 public:
  BlockStream(const StreamPath& path, std::unique_ptr<BlockRules> rules);

  absl::Status Start() override;
  void Advance() override;
  hw::MutableBytes InputRoom() override;
  void CommitInput(size_t bytes) override;
  void EndInput() override;
  std::optional<StreamOutput> TakeOutput() override;
  void OutputWritten() override;
  void Cancel(const absl::Status& reason) override;
  bool wants_input() const override;
  bool working() const override;
  State state() const override { return state_; }
  const absl::Status& status() const override { return status_; }
  const StreamTotals& totals() const override { return totals_; }

 private:
  // One block and where it stands.
  struct Entry {
    enum class Step : uint8_t {
      kFilling,  // The last entry alone.
      kSealed,   // Complete, and not yet given to the runner.
      kAway,
      kReady,  // Finished, in order: may be taken.
      kTaken,  // Being written; the first entry alone.
    };
    Step step = Step::kFilling;
    Block block;
    StreamOutput output;
  };

  Entry* Filling();
  bool AddEntry();
  bool TakeTicket(Ticket& ticket);
  void DropFront();
  void Seal(Entry& entry, bool last);
  void SendOn();
  bool MaySendNow();
  void Collect();
  void Finish(Entry& entry);
  std::optional<StreamOutput> TakeTrailer();
  std::optional<StreamOutput> Give(StreamOutput output);
  void FinishIfDone();
  void Fail(absl::Status status);

  // Constant after construction.
  const StreamPath path_;
  const std::unique_ptr<BlockRules> rules_;
  const uint64_t block_memory_bytes_;
  const size_t max_entries_;

  std::deque<std::unique_ptr<Entry>> entries_;  // In order.
  // The one that is always there, while no entry has it.
  Ticket spare_ticket_;
  uint64_t next_index_ = 0;
  int64_t resume_at_ns_ = 0;  // A queue was full: wait until then.
  bool header_given_ = false;
  bool ended_ = false;          // EndInput() was called.
  bool trailer_given_ = false;  // Or there is none.
  bool trailer_taken_ = false;  // Alone, and is being written.
  std::atomic<bool> cancelled_{false};
  State state_ = State::kRunning;
  absl::Status status_;
  StreamTotals totals_;
};

}  // namespace uacced

#endif  // UACCED_DAEMON_STREAM_BLOCK_STREAM_H_
