#include "hw/hisi/hisi_queue.h"

#include <algorithm>
#include <utility>

#include "hw/hisi/codec_step.h"

namespace uacced::hw::hisi {

absl::StatusOr<std::unique_ptr<HisiQueue>> HisiQueue::Create(
    std::unique_ptr<QueuePort> port, QmVersion version,
    std::unique_ptr<SqeCodec> codec) {
  absl::StatusOr<QmRing> ring = QmRing::Create(*port, version);
  if (!ring.ok()) return ring.status();
  const absl::Status status = port->Start();
  if (!status.ok()) return status;
  // A new queue is armed, whether anybody is going to sleep or not.
  ring->Disarm();
  return std::unique_ptr<HisiQueue>(
      new HisiQueue(std::move(port), *std::move(ring), std::move(codec)));
}

HisiQueue::HisiQueue(std::unique_ptr<QueuePort> port, QmRing ring,
                     std::unique_ptr<SqeCodec> codec)
    : port_(std::move(port)),
      codec_(std::move(codec)),
      capabilities_(codec_->capabilities()),
      event_fd_(port_->event_fd()),
      ring_(std::move(ring)),
      finished_(ring_.capacity()),
      continuing_(ring_.capacity()) {}

HisiQueue::~HisiQueue() { port_->Stop(); }

// Both a tag and a slot are needed; what continues takes slots, too.
uint32_t HisiQueue::free_slots() const {
  if (fault_ != QueueFault::kNone) return 0;
  const uint32_t slots = ring_.free_slots();
  const auto wanted = static_cast<uint32_t>(continuing_.size());
  return std::min(depth() - in_flight_, slots - std::min(slots, wanted));
}

absl::Status HisiQueue::Submit(const Request& request, Tag tag) {
  if (fault_ != QueueFault::kNone) {
    return absl::Status(absl::StatusCode::kUnavailable, "");
  }
  if (!capabilities_.Covers(request)) {
    return absl::Status(absl::StatusCode::kUnimplemented, "");
  }
  const auto entry = static_cast<uint16_t>(tag);
  const absl::StatusCode code = codec_->Encode(request, entry, ring_.tail());
  switch (code) {
    case absl::StatusCode::kOk:
      ring_.Push(entry);
      has_unflushed_requests_ = true;
      break;
    case absl::StatusCode::kUnimplemented:
      return absl::Status(code, "");
    case SqeCodec::kFinished:
      finished_.Push(
          {tag, absl::StatusCode::kOk, codec_->FinishedBytes(entry)});
      break;
    default:
      finished_.Push({tag, code, 0});
      break;
  }
  ++in_flight_;
  return absl::OkStatus();
}

void HisiQueue::Flush() {
  has_unflushed_requests_ = false;
  if (fault_ != QueueFault::kNone) return;
  if (ring_.MustAskKernel()) AskKernel();
  if (!ring_.Flush()) fault_ = QueueFault::kStopped;
}

// For what came before this nobody is woken any more: look at the CQ after it.
void HisiQueue::AskKernel() {
  port_->DrainEvents();
  ring_.KernelWasAsked();
  asked_ = true;
}

uint32_t HisiQueue::Poll(std::span<Completion> out) {
  if (fault() != QueueFault::kNone) return 0;
  uint32_t count = TakeFinished(out);
  do {
    asked_ = false;
    count += TakeDone(out.subspan(count));
    if (!continuing_.empty()) SubmitMore();
  } while (asked_ && count < out.size());
  in_flight_ -= count;
  return count;
}

uint32_t HisiQueue::TakeFinished(std::span<Completion> out) {
  uint32_t count = 0;
  while (count < out.size() && !finished_.empty()) {
    out[count++] = finished_.Pop();
  }
  return count;
}

uint32_t HisiQueue::TakeDone(std::span<Completion> out) {
  uint32_t count = 0;
  while (count < out.size()) {
    uint16_t tag = 0;
    const volatile Sqe* sqe = nullptr;
    const QmRing::Found found = ring_.Take(sqe, tag);
    if (found == QmRing::Found::kNothing) break;
    CodecStep decoded;  // kBroken
    if (found == QmRing::Found::kEntry) decoded = codec_->Decode(tag, *sqe);
    if (decoded.kind() == CodecStep::Kind::kBroken) {
      fault_ = QueueFault::kBrokeRules;
      break;
    }
    if (decoded.kind() == CodecStep::Kind::kWork) {
      continuing_.Push(tag);
    } else {
      out[count++] = {Tag{tag}, decoded.code(), decoded.produced_bytes()};
    }
  }
  return count;
}

void HisiQueue::SubmitMore() {
  if (fault_ != QueueFault::kNone) return;
  while (!continuing_.empty() && ring_.free_slots() > 0) {
    const uint16_t tag = continuing_.Pop();
    codec_->Continue(tag, ring_.tail());
    ring_.Push(tag);
  }
  // Requests in front of them that were not flushed are not to be seen: then
  // their Flush() is the one of these, too.
  if (!has_unflushed_requests_) Flush();
}

bool HisiQueue::Arm() {
  if (fault_ != QueueFault::kNone || !finished_.empty()) return false;
  if (event_fd_ < 0) return in_flight_ == 0;
  // Even with nothing in flight: while the owner sleeps on, others may submit
  // in its name. A queue that stays idle is armed once.
  if (ring_.armed() && !ring_.owed()) AskKernel();
  const bool nothing_there = ring_.Arm();
  // Of a queue that holds nothing nobody asks Poll(), and its owner would be
  // kept from sleeping for ever.
  if (ring_.IsReceiveStopped()) {
    fault_ = QueueFault::kStopped;
    return false;
  }
  return nothing_there;
}

void HisiQueue::Disarm() {
  if (!ring_.armed() || (in_flight_ == 0 && ring_.owed())) return;
  ring_.Disarm();
  AskKernel();
}

}  // namespace uacced::hw::hisi
