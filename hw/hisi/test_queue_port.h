// A queue whose device is the test: its memory and doorbells, a hand to take
// descriptors with and to give completions, right ones and wrong ones.
//
// Threads: the driver's side by one thread, the device's by another; what is
//          for both is atomic. doorbells() is for tests of one thread.
#ifndef UACCED_HW_HISI_TEST_QUEUE_PORT_H_
#define UACCED_HW_HISI_TEST_QUEUE_PORT_H_

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "hw/dma_buffer.h"
#include "hw/hisi/abi/qm.h"
#include "hw/hisi/port.h"
#include "hw/hisi/qm_version.h"
#include "hw/hisi/sqe_codec.h"

namespace uacced::hw::hisi {

class TestRings {
 public:
  struct Options {
    QmVersion version = QmVersion::kV2;
    uint16_t sqn = 0;
    uint32_t sq_depth = 8;
    uint32_t cq_depth = 8;
    uint32_t sqe_bytes = HISI_QM_SQE_BYTES;
    uint32_t dus_bytes = 0;  // 0: as the kernel has it.
    uint32_t mmio_bytes = HISI_QM_V2_MMIO_BYTES;
    bool has_event_fd = true;
    bool keep_doorbells = true;
  };

  explicit TestRings(const Options& options)
      : options_(options),
        dus_bytes_(
            options.dus_bytes > 0
                ? options.dus_bytes
                : hisi_qm_dus_bytes(options.sq_depth, options.cq_depth, 4096)),
        dus_(DmaBuffer::Allocate(dus_bytes_)),
        mmio_(&TestRings::OnDoorbell, this, options.mmio_bytes) {
    std::fill_n(dus_.data(), dus_bytes_, uint8_t{0});
    if (options.has_event_fd) {
      event_fd_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    }
  }
  ~TestRings() {
    if (event_fd_ >= 0) close(event_fd_);
  }
  TestRings(const TestRings&) = delete;
  TestRings& operator=(const TestRings&) = delete;

  // For the driver. *this must outlive it.
  std::unique_ptr<QueuePort> NewPort() { return std::make_unique<Port>(*this); }

  // Of the device.
  bool HasWork() const { return sq_head_ != sq_tail_.load(); }
  // The next descriptor's slot. REQUIRES: HasWork().
  uint32_t TakeSlot() {
    const uint32_t slot = sq_head_;
    sq_head_ = (sq_head_ + 1) % options_.sq_depth;
    return slot;
  }
  Sqe& slot(uint32_t index) {
    return reinterpret_cast<Sqe*>(dus_.data())[index];
  }
  hisi_qm_cqe& cqe(uint32_t index) {
    return reinterpret_cast<hisi_qm_cqe*>(
        dus_.data() + hisi_qm_cq_offset(options_.sq_depth))[index];
  }
  void Complete(uint32_t slot_index) {
    const uint32_t tail = cq_tail_.load();
    const uint32_t next = (tail + 1) % options_.cq_depth;
    if (next == cq_head_.load()) overflowed_ = true;
    hisi_qm_cqe& entry = cqe(tail);
    entry.sq_head = static_cast<uint16_t>(slot_index);
    entry.sq_num = options_.sqn;
    std::atomic_ref<uint16_t>(entry.w7).store(phase_,
                                              std::memory_order_release);
    if (next == 0) phase_ ^= 1;
    cq_tail_ = next;
    if (armed_.exchange(false)) Interrupt();
  }

  // Whether the kernel, were it asked now, would see every entry that is new to
  // it. The device's thread is at rest.
  bool KernelCanFollow() {
    const KernelPlace place = Follow(kernel_);
    return place.head == cq_tail_.load() && place.phase == phase_;
  }
  // Runs at the beginning of each DrainEvents().
  void SetBeforeDrain(std::function<void()> run) {
    before_drain_ = std::move(run);
  }

  void SetTxStop(uint32_t value) {
    StopWord(HISI_QM_DUS_TX_STOP_FROM_END).store(value);
  }
  void SetRxStop(uint32_t value) {
    StopWord(HISI_QM_DUS_RX_STOP_FROM_END).store(value);
  }

  const Options& options() const { return options_; }
  DmaBuffer& dus() { return dus_; }
  const std::vector<uint64_t>& doorbells() const { return doorbells_; }
  void ForgetDoorbells() { doorbells_.clear(); }
  int sq_doorbell_count() const { return sq_doorbell_count_; }
  int cq_doorbell_count() const { return cq_doorbell_count_; }
  // An entry came when the device had not been told of room for it.
  bool overflowed() const { return overflowed_; }
  bool is_started() const { return started_; }
  bool is_stopped() const { return stopped_; }
  bool is_armed() const { return armed_.load(); }
  // Of Start().
  void FailStart() { start_ok_ = false; }

 private:
  class Port final : public QueuePort {
   public:
    explicit Port(TestRings& rings)
        : rings_(rings),
          facts_{rings.options_.sqn, rings.options_.sqe_bytes,
                 rings.options_.sq_depth, rings.options_.cq_depth} {}
    ~Port() override { Stop(); }
    const Facts& facts() const override { return facts_; }
    MmioRegion& mmio() override { return rings_.mmio_; }
    uint8_t* dus() override { return rings_.dus_.data(); }
    size_t dus_bytes() const override { return rings_.dus_bytes_; }
    absl::Status Start() override {
      if (!rings_.start_ok_) return absl::UnavailableError("");
      rings_.started_ = true;
      return absl::OkStatus();
    }
    void Stop() override { rings_.stopped_ = true; }
    int event_fd() const override { return rings_.event_fd_; }
    void DrainEvents() override {
      uint64_t count = 0;
      if (rings_.before_drain_) rings_.before_drain_();
      rings_.kernel_ = rings_.Follow(rings_.kernel_);
      if (read(rings_.event_fd_, &count, sizeof(count)) < 0) return;
    }

   private:
    TestRings& rings_;
    const Facts facts_;
  };

  // Where the kernel's poll() is in the CQ, and what it does there: it goes on
  // for as long as phases say that entries are new.
  struct KernelPlace {
    uint32_t head = 0;
    uint16_t phase = 1;
  };
  KernelPlace Follow(KernelPlace place) {
    while ((std::atomic_ref<uint16_t>(cqe(place.head).w7).load() & 1) ==
           place.phase) {
      if (++place.head == options_.cq_depth) place = {0, place.phase == 0};
    }
    return place;
  }

  std::atomic_ref<uint32_t> StopWord(uint32_t from_end) {
    return std::atomic_ref<uint32_t>(
        *reinterpret_cast<uint32_t*>(dus_.data() + dus_bytes_ - from_end));
  }

  void Interrupt() {
    const uint64_t one = 1;
    if (write(event_fd_, &one, sizeof(one)) < 0) std::abort();
  }

  static void OnDoorbell(void* context, uint32_t offset_bytes, uint64_t value) {
    auto& rings = *static_cast<TestRings*>(context);
    const bool is_v1 = rings.options_.version == QmVersion::kV1;
    if (offset_bytes != (is_v1 ? 0x340 : 0x1000)) std::abort();
    if (rings.options_.keep_doorbells) rings.doorbells_.push_back(value);
    const uint64_t command = is_v1 ? value >> 16 & 0xffff : value >> 12 & 0xf;
    const auto index = static_cast<uint16_t>(value >> 32);
    if (command == 0) {
      ++rings.sq_doorbell_count_;
      rings.sq_tail_ = index;
      return;
    }
    ++rings.cq_doorbell_count_;
    rings.cq_head_ = index;
    rings.armed_ = (value >> 48 & 1) != 0;
    if (rings.cq_tail_.load() != index && rings.armed_.exchange(false)) {
      rings.Interrupt();
    }
  }

  const Options options_;
  const size_t dus_bytes_;
  DmaBuffer dus_;
  MmioRegion mmio_;
  int event_fd_ = -1;
  bool start_ok_ = true;

  // The driver's thread writes them.
  std::atomic<uint32_t> sq_tail_{0};
  std::atomic<uint32_t> cq_head_{0};
  std::vector<uint64_t> doorbells_;
  int sq_doorbell_count_ = 0;
  int cq_doorbell_count_ = 0;
  bool started_ = false;
  bool stopped_ = false;

  // The device's.
  uint32_t sq_head_ = 0;
  std::atomic<uint32_t> cq_tail_{0};
  uint16_t phase_ = 1;
  bool overflowed_ = false;

  KernelPlace kernel_;  // The driver's thread asks it.
  std::function<void()> before_drain_;

  std::atomic<bool> armed_{true};  // As a new queue is.
};

}  // namespace uacced::hw::hisi

#endif  // UACCED_HW_HISI_TEST_QUEUE_PORT_H_
