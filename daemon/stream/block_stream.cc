#include "daemon/stream/block_stream.h"

#include <algorithm>
#include <utility>

#include "absl/time/time.h"
#include "base/status_macros.h"
#include "daemon/stream/stream_errors.h"

namespace uacced {
namespace {

// More than devices have workers, at most.
constexpr uint64_t kMaxEntries = 64;

// Until a full queue has had time to become less full.
constexpr int64_t kRunAgainNs = 5'000'000;

}  // namespace

BlockStream::BlockStream(const StreamPath& path,
                         std::unique_ptr<BlockRules> rules)
    : path_(path),
      rules_(std::move(rules)),
      block_memory_bytes_(
          rules_->shape().memory_bytes +
          (path.checks_output ? rules_->shape().input_bytes : 0)),
      max_entries_(std::clamp<uint64_t>(
          path.max_bytes_per_stream / block_memory_bytes_, 1, kMaxEntries)) {
  rules_->Describe(totals_);
}

absl::Status BlockStream::Start() {
  UACCED_ASSIGN_OR_RETURN(
      spare_ticket_, path_.admission.Admit(TenantId{0}, block_memory_bytes_));
  return absl::OkStatus();
}

BlockStream::Entry* BlockStream::Filling() {
  if (entries_.empty()) return nullptr;
  Entry& entry = *entries_.back();
  return entry.step == Entry::Step::kFilling ? &entry : nullptr;
}

hw::MutableBytes BlockStream::InputRoom() {
  if (state_ != State::kRunning) return {};
  Entry* entry = Filling();
  if (entry != nullptr &&
      entry->block.input_bytes == rules_->shape().input_bytes) {
    // There is more: so that one was not the last.
    Seal(*entry, /*last=*/false);
    SendOn();
    entry = nullptr;
  }
  if (entry == nullptr) {
    if (!AddEntry()) return {};
    entry = entries_.back().get();
  }
  return entry->block.input.span().subspan(entry->block.input_bytes);
}

// False: not now, or never if that is what state() says.
bool BlockStream::AddEntry() {
  if (entries_.size() >= max_entries_ || state_ != State::kRunning) {
    return false;
  }
  auto entry = std::make_unique<Entry>();
  Block& block = entry->block;
  if (!TakeTicket(block.piece.ticket)) return false;
  block.index = next_index_;
  block.input = hw::DmaBuffer::Allocate(rules_->shape().input_bytes);
  if (block.input.data() == nullptr) {
    // Those on their way will free some.
    if (entries_.empty()) Fail(OutOfMemory());
    return false;
  }
  ++next_index_;
  entries_.push_back(std::move(entry));
  return true;
}

// The stream's own, or another one if the daemon has room for it.
bool BlockStream::TakeTicket(Ticket& ticket) {
  if (spare_ticket_.valid()) {
    ticket = std::move(spare_ticket_);
    return true;
  }
  absl::StatusOr<Ticket> more =
      path_.admission.Admit(TenantId{0}, block_memory_bytes_);
  if (!more.ok()) return false;
  ticket = *std::move(more);
  return true;
}

void BlockStream::DropFront() {
  if (entries_.size() == 1) {
    spare_ticket_ = std::move(entries_.front()->block.piece.ticket);
  }
  entries_.pop_front();
}

void BlockStream::CommitInput(size_t bytes) {
  totals_.input_bytes += bytes;
  Entry* entry = Filling();
  if (entry == nullptr) return;
  entry->block.input_bytes += bytes;
  if (entry->block.input_bytes == rules_->shape().input_bytes &&
      !rules_->shape().must_know_last) {
    Seal(*entry, /*last=*/false);
    SendOn();
  }
}

void BlockStream::EndInput() {
  ended_ = true;
  if (state_ != State::kRunning) return;
  if (next_index_ == 0 && rules_->shape().empty_input_is_a_block) AddEntry();
  if (Entry* entry = Filling(); entry != nullptr) Seal(*entry, /*last=*/true);
  Advance();
}

void BlockStream::Seal(Entry& entry, bool last) {
  entry.step = Entry::Step::kSealed;
  Block& block = entry.block;
  block.last = last;
  block.piece.request.source = hw::Bytes(block.input.data(), block.input_bytes);
  block.piece.deadline_ns = path_.deadline_ns;
  block.piece.mode = path_.mode;
  block.piece.cancelled = &cancelled_;
  Fail(rules_->Prepare(block));
}

// In order, so that nobody overtakes whom everyone waits for.
void BlockStream::SendOn() {
  for (const auto& entry : entries_) {
    if (state_ != State::kRunning) return;
    if (entry->step != Entry::Step::kSealed) continue;
    if (!MaySendNow()) return;
    entry->step = Entry::Step::kAway;
    entry->block.piece.Arm(path_.host.shared_from_this());
    path_.runner.Run(entry->block.piece);
  }
}

bool BlockStream::MaySendNow() {
  if (resume_at_ns_ == 0) return true;
  const int64_t wait_ns = resume_at_ns_ - path_.clock.NowNs();
  if (wait_ns > 0) {
    path_.host.ProgressAfter(absl::Nanoseconds(wait_ns));
    return false;
  }
  resume_at_ns_ = 0;
  return true;
}

void BlockStream::Advance() {
  Collect();
  SendOn();
  FinishIfDone();
}

void BlockStream::Collect() {
  // Results are finished in order, as far as they are there.
  bool in_order = true;
  for (const auto& entry : entries_) {
    if (state_ != State::kRunning) break;
    if (entry->step > Entry::Step::kAway) continue;
    const bool back =
        entry->step == Entry::Step::kAway && entry->block.piece.done();
    if (back && entry->block.piece.result().overloaded) {
      entry->step = Entry::Step::kSealed;
      resume_at_ns_ = path_.clock.NowNs() + kRunAgainNs;
      in_order = false;
    } else if (back && in_order) {
      Finish(*entry);
    } else {
      in_order = false;
    }
  }
  if (state_ != State::kFailed) return;
  std::erase_if(entries_, [](const auto& entry) {
    return entry->step != Entry::Step::kAway || entry->block.piece.done();
  });
}

void BlockStream::Finish(Entry& entry) {
  Piece::Result& result = entry.block.piece.result();
  if (!result.status.ok()) {
    Fail(result.status);
    return;
  }
  CountPiece(result, totals_);
  StreamOutput& output = entry.output;
  if (!header_given_) {
    const hw::Bytes header = rules_->header();
    output.prefix.assign(header.begin(), header.end());
    header_given_ = true;
  }
  output.buffer = std::move(result.output);
  output.bytes = result.produced_bytes;
  Fail(rules_->Finish(entry.block, output));
  entry.block.input = hw::DmaBuffer();
  entry.step = Entry::Step::kReady;
}

std::optional<StreamOutput> BlockStream::TakeOutput() {
  while (state_ == State::kRunning && !trailer_taken_) {
    if (entries_.empty()) return TakeTrailer();
    Entry& entry = *entries_.front();
    if (entry.step != Entry::Step::kReady) return std::nullopt;
    if (ended_ && entries_.size() == 1 && !trailer_given_) {
      rules_->AddTrailer(entry.output.suffix);
      trailer_given_ = true;
    }
    if (entry.output.size() > 0) {
      entry.step = Entry::Step::kTaken;
      return Give(std::move(entry.output));
    }
    DropFront();
    FinishIfDone();
  }
  return std::nullopt;
}

// Header and trailer, as far as no block took them along.
std::optional<StreamOutput> BlockStream::TakeTrailer() {
  if (!ended_ || trailer_given_) return std::nullopt;
  StreamOutput output;
  if (!header_given_) {
    const hw::Bytes header = rules_->header();
    output.prefix.assign(header.begin(), header.end());
  }
  rules_->AddTrailer(output.suffix);
  header_given_ = trailer_given_ = true;
  trailer_taken_ = output.size() > 0;
  if (trailer_taken_) return Give(std::move(output));
  FinishIfDone();
  return std::nullopt;
}

std::optional<StreamOutput> BlockStream::Give(StreamOutput output) {
  totals_.output_bytes += output.size();
  return output;
}

void BlockStream::OutputWritten() {
  if (trailer_taken_) {
    trailer_taken_ = false;
  } else if (!entries_.empty() &&
             entries_.front()->step == Entry::Step::kTaken) {
    DropFront();
  }
  FinishIfDone();
}

void BlockStream::FinishIfDone() {
  if (state_ == State::kRunning && trailer_given_ && !trailer_taken_ &&
      entries_.empty()) {
    state_ = State::kDone;
  }
}

void BlockStream::Cancel(const absl::Status& reason) {
  Fail(reason);
  Collect();
}

// Does nothing when `status` is OK, or the stream is over.
void BlockStream::Fail(absl::Status status) {
  if (status.ok() || state_ != State::kRunning) return;
  state_ = State::kFailed;
  status_ = std::move(status);
  cancelled_.store(true, std::memory_order_relaxed);
}

// A block that is full and still open waits to know whether it is the last.
bool BlockStream::wants_input() const {
  return state_ == State::kRunning &&
         (entries_.size() < max_entries_ ||
          entries_.back()->step == Entry::Step::kFilling);
}

bool BlockStream::working() const {
  return std::any_of(entries_.begin(), entries_.end(), [](const auto& entry) {
    return entry->step == Entry::Step::kAway && !entry->block.piece.done();
  });
}

}  // namespace uacced
