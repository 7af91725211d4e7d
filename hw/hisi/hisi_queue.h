// HisiQueue is an hw::Queue on a hardware queue: the codec makes a descriptor
// of each request, the ring brings it to the device and back.
//
// A request takes a slot of the ring for each of its descriptors, one after the
// other, and none when the codec finds its result without the device.
//
// Threads: as hw::Queue says.
// Memory:  everything at creation.
#ifndef UACCED_HW_HISI_HISI_QUEUE_H_
#define UACCED_HW_HISI_HISI_QUEUE_H_

#include <cstdint>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "hw/capability.h"
#include "hw/hisi/fixed_fifo.h"
#include "hw/hisi/port.h"
#include "hw/hisi/qm_ring.h"
#include "hw/hisi/qm_version.h"
#include "hw/hisi/sqe_codec.h"
#include "hw/queue.h"

namespace uacced::hw::hisi {

class HisiQueue final : public Queue {
 public:
  // INVALID_ARGUMENT: what the port says of the queue does not fit its regions
  // or `version`.
  static absl::Status Validate(QueuePort& port, QmVersion version) {
    return QmRing::Validate(port, version);
  }

  // Starts `port`. `codec` has as many entries as the SQ has slots.
  // INVALID_ARGUMENT: see Validate(). UNAVAILABLE: it did not start.
  static absl::StatusOr<std::unique_ptr<HisiQueue>> Create(
      std::unique_ptr<QueuePort> port, QmVersion version,
      std::unique_ptr<SqeCodec> codec);

  ~HisiQueue() override;

  uint32_t depth() const override { return ring_.capacity(); }
  uint32_t free_slots() const override;
  absl::Status Submit(const Request& request, Tag tag) override;
  void Flush() override;
  uint32_t Poll(std::span<Completion> out) override;
  QueueFault fault() const override {
    // The kernel may stop a queue at any time, one without work too.
    if (fault_ == QueueFault::kNone && ring_.IsReceiveStopped()) {
      fault_ = QueueFault::kStopped;
    }
    return fault_;
  }
  int event_fd() const override { return event_fd_; }
  bool Arm() override;
  void Disarm() override;

 private:
  HisiQueue(std::unique_ptr<QueuePort> port, QmRing ring,
            std::unique_ptr<SqeCodec> codec);

  uint32_t TakeFinished(std::span<Completion> out);
  uint32_t TakeDone(std::span<Completion> out);
  void SubmitMore();
  void AskKernel();

  const std::unique_ptr<QueuePort> port_;
  const std::unique_ptr<SqeCodec> codec_;
  const CapabilitySet& capabilities_;  // The codec's.
  const int event_fd_;
  QmRing ring_;

  uint32_t in_flight_ = 0;          // Submitted, and not given by Poll().
  FixedFifo<Completion> finished_;  // By the codec alone.
  FixedFifo<uint16_t> continuing_;  // Their next descriptor waits for a slot.
  bool has_unflushed_requests_ = false;
  bool asked_ = false;  // AskKernel() was called since it was set back.
  mutable QueueFault fault_ = QueueFault::kNone;
};

}  // namespace uacced::hw::hisi

#endif  // UACCED_HW_HISI_HISI_QUEUE_H_
