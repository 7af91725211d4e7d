// Where the driver gets hardware from: a Port is one device as the system below
// offers it, a QueuePort one queue of it with its two regions. The device model
// implements them in this process (model/), queue files of the kernel do for
// devices (file_port.h).
//
// Units:   bytes; depths count entries.
// Threads: a Port is used by one thread at a time, presence() apart, which is
//          thread-safe. A QueuePort belongs to the Queue that has it; its
//          methods are called by one thread at a time.
#ifndef UACCED_HW_HISI_PORT_H_
#define UACCED_HW_HISI_PORT_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "hw/device.h"

namespace uacced::hw::hisi {

// The region of the doorbells. On hardware a store is all there is. A model
// sees each store by a hook, as an emulator traps stores to a device: several
// doorbells share one address, so memory that is looked at now and then would
// lose some.
class MmioRegion {
 public:
  using Hook = void (*)(void* context, uint32_t offset_bytes, uint64_t value);

  MmioRegion() = default;
  // `base` is mapped for as long as the QueuePort lives.
  MmioRegion(volatile uint8_t* base, size_t size_bytes)
      : base_(base), size_bytes_(size_bytes) {}
  MmioRegion(Hook hook, void* context, size_t size_bytes)
      : hook_(hook), context_(context), size_bytes_(size_bytes) {}

  size_t size_bytes() const { return size_bytes_; }

  // One store of 64 bits; ordering is the caller's (io_barrier.h).
  // REQUIRES: 8-byte aligned, within the region.
  void Write64(uint32_t offset_bytes, uint64_t value) {
    if (hook_ != nullptr) {
      hook_(context_, offset_bytes, value);
      return;
    }
    *reinterpret_cast<volatile uint64_t*>(base_ + offset_bytes) = value;
  }

 private:
  volatile uint8_t* base_ = nullptr;
  Hook hook_ = nullptr;
  void* context_ = nullptr;
  size_t size_bytes_ = 0;
};

// One hardware queue, set up and not started.
class QueuePort {
 public:
  QueuePort() = default;
  QueuePort(const QueuePort&) = delete;
  QueuePort& operator=(const QueuePort&) = delete;
  // Stop(), and gives the queue back.
  virtual ~QueuePort() = default;

  // Constant. What the system says of the queue, not trusted: the driver
  // checks it against the sizes of the regions.
  struct Facts {
    uint16_t sqn = 0;
    uint32_t sqe_bytes = 0;
    uint32_t sq_depth = 0;
    uint32_t cq_depth = 0;
  };
  virtual const Facts& facts() const = 0;
  virtual MmioRegion& mmio() = 0;
  // SQ, CQ and stop words (abi/qm.h), shared with the device: every access is
  // ordered by io_barrier.h.
  virtual uint8_t* dus() = 0;
  virtual size_t dus_bytes() const = 0;

  // From now on doorbells count. UNAVAILABLE: the device is in trouble.
  virtual absl::Status Start() = 0;

  // When it returns the device does no more memory access for this queue. May
  // block for as long as the request that is being worked at.
  virtual void Stop() = 0;

  // Readable when a completion came after the CQ was armed by its doorbell. It
  // may be so without one; it may cease to be by DrainEvents(), and by whoever
  // asks it (a queue file tells each completion once), so look at the CQ after
  // arming. -1: there is none. Constant.
  virtual int event_fd() const = 0;
  // REQUIRES: is called at least once for each lap of the CQ, see
  // QmRing::MustAskKernel().
  virtual void DrainEvents() = 0;
};

// A device of Kunpeng.
class Port {
 public:
  Port() = default;
  Port(const Port&) = delete;
  Port& operator=(const Port&) = delete;
  virtual ~Port() = default;

  enum class Engine : uint8_t { kZip, kSec };

  // Constant.
  struct Facts {
    std::string name;  // "hisi_zip-0"
    Engine engine = Engine::kZip;
    // As in sysfs: "hisi_qm_v2", and names separated by newlines.
    std::string api;
    std::string algorithms;
    int numa_node = -1;
    bool simulated = false;
  };
  virtual const Facts& facts() const = 0;

  // `qc_type`: abi/qm.h. Errors as hw::Device::OpenQueue().
  virtual absl::StatusOr<std::unique_ptr<QueuePort>> OpenQueue(
      uint32_t qc_type) = 0;

  // See hw::Device.
  virtual absl::Status Reset() = 0;
  virtual Presence presence() const = 0;
};

}  // namespace uacced::hw::hisi

#endif  // UACCED_HW_HISI_PORT_H_
