// For tests of the model: the least that can drive a queue, written from the
// layout alone, and an engine to look at.
//
// Threads: thread-compatible, as one queue of hardware is.
#ifndef UACCED_HW_HISI_MODEL_RING_PROBE_H_
#define UACCED_HW_HISI_MODEL_RING_PROBE_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <thread>
#include <vector>

#include "hw/hisi/abi/qm.h"
#include "hw/hisi/model/engine.h"
#include "hw/hisi/port.h"

namespace uacced::hw::hisi {

class RingProbe {
 public:
  struct Cqe {
    uint16_t sq_head = 0;
    uint16_t sq_num = 0;
  };

  explicit RingProbe(QueuePort& port) : port_(port) {}

  // Into the slot at the tail, which moves on. Not told to the device.
  uint32_t Put(const Descriptor& descriptor) {
    const uint32_t slot = tail_;
    std::memcpy(Slot(slot), descriptor.data(), sizeof(descriptor));
    tail_ = Next(tail_, port_.facts().sq_depth);
    return slot;
  }
  void RingTail() { Ring(HISI_QM_DOORBELL_SQ, tail_, 0); }
  void RingHead(bool arm) { Ring(HISI_QM_DOORBELL_CQ, head_, arm ? 1 : 0); }
  void Ring(uint64_t command, uint64_t index, uint64_t priority) {
    port_.mmio().Write64(HISI_QM_V2_DOORBELL_OFFSET,
                         priority << HISI_QM_DOORBELL_PRIORITY_SHIFT |
                             index << HISI_QM_DOORBELL_INDEX_SHIFT |
                             command << HISI_QM_V2_DOORBELL_CMD_SHIFT |
                             port_.facts().sqn);
  }

  // The next completion, if it is there. Rings nothing.
  std::optional<Cqe> Take() {
    uint8_t* cqe = port_.dus() + hisi_qm_cq_offset(port_.facts().sq_depth) +
                   size_t{head_} * HISI_QM_CQE_BYTES;
    const uint16_t w7 = __atomic_load_n(
        reinterpret_cast<uint16_t*>(cqe + offsetof(hisi_qm_cqe, w7)),
        __ATOMIC_ACQUIRE);
    if ((w7 & HISI_QM_CQE_PHASE_MASK) != phase_) return std::nullopt;
    hisi_qm_cqe copy;
    std::memcpy(&copy, cqe, offsetof(hisi_qm_cqe, w7));
    head_ = Next(head_, port_.facts().cq_depth);
    if (head_ == 0) phase_ ^= 1;
    return Cqe{copy.sq_head, copy.sq_num};
  }
  Cqe Wait() {
    for (;;) {
      if (const auto cqe = Take()) return *cqe;
      // The machine may have fewer processors than threads that spin.
      std::this_thread::yield();
    }
  }

  Descriptor Get(uint32_t slot) {
    Descriptor descriptor;
    std::memcpy(descriptor.data(), Slot(slot), sizeof(descriptor));
    return descriptor;
  }

  uint32_t StopWord(uint32_t from_end) {
    return __atomic_load_n(
        reinterpret_cast<uint32_t*>(port_.dus() + port_.dus_bytes() - from_end),
        __ATOMIC_ACQUIRE);
  }
  bool tx_stopped() { return StopWord(HISI_QM_DUS_TX_STOP_FROM_END) == 1; }
  bool rx_stopped() { return StopWord(HISI_QM_DUS_RX_STOP_FROM_END) == 1; }

  uint32_t tail() const { return tail_; }
  uint32_t head() const { return head_; }

 private:
  static uint32_t Next(uint32_t index, uint32_t depth) {
    return index + 1 == depth ? 0 : index + 1;
  }
  uint8_t* Slot(uint32_t slot) {
    return port_.dus() + HISI_QM_SQ_OFFSET + size_t{slot} * HISI_QM_SQE_BYTES;
  }

  QueuePort& port_;
  uint32_t tail_ = 0;
  uint32_t head_ = 0;
  uint16_t phase_ = HISI_QM_CQE_FIRST_PHASE;
};

// No memory at all: every access fails.
class NoMemory final : public DmaSpace {
 public:
  bool Read(uint64_t /*address*/, MutableBytes out) override {
    return out.empty();
  }
  bool Write(uint64_t /*address*/, Bytes in) override { return in.empty(); }
};

// Answers dword 0 in dword 1, and 0 as status in dword 3. When dword 4 is not
// 0, it is how many bytes at the address in dwords 6 and 7 are filled with
// dword 0's low byte; a failing write is status 1.
class ProbeEngine final : public Engine {
 public:
  // In front of everything else, on the worker.
  std::function<void(const Descriptor&)> before = [](const Descriptor&) {};

  void Execute(const QueueKind& kind, DmaSpace& memory,
               Descriptor& descriptor) const override {
    before(descriptor);
    descriptor[1] = ~descriptor[0];
    descriptor[2] = kind.version << 16 | kind.qc_type;
    descriptor[3] = 0;
    if (descriptor[4] == 0) return;
    const std::vector<uint8_t> output(descriptor[4] % 65536,
                                      static_cast<uint8_t>(descriptor[0]));
    if (!memory.Write(Address(descriptor), output)) descriptor[3] = 1;
  }
  void Fail(uint32_t status, Descriptor& descriptor) const override {
    descriptor[3] = status;
  }
  bool Corrupt(DmaSpace& memory, const Descriptor& descriptor,
               uint64_t random) const override {
    const uint64_t bytes = descriptor[4] % 65536;
    if (descriptor[3] != 0 || bytes == 0) return false;
    const uint8_t spoilt = descriptor[0] ^ (1 << random % 8);
    return memory.Write(Address(descriptor) + random / 8 % bytes,
                        Bytes(&spoilt, 1));
  }

 private:
  static uint64_t Address(const Descriptor& descriptor) {
    return uint64_t{descriptor[7]} << 32 | descriptor[6];
  }
};

}  // namespace uacced::hw::hisi

#endif  // UACCED_HW_HISI_MODEL_RING_PROBE_H_
