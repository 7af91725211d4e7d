// Whether a modelled device is there: in operation, in a reset, isolated by the
// system, or unplugged.
//
// Units:   absolute nanoseconds of one clock.
// Threads: thread-safe; nothing blocks.
#ifndef UACCED_HW_HISI_MODEL_DEVICE_STATE_H_
#define UACCED_HW_HISI_MODEL_DEVICE_STATE_H_

#include <cstdint>
#include <mutex>

#include "absl/status/status.h"
#include "hw/device.h"

namespace uacced::hw::hisi {

class DeviceState {
 public:
  enum class Trouble : uint8_t { kNone, kResetting, kIsolated, kGone };

  // Until `end_ns`, or for good with kInfiniteFutureNs. A lesser trouble does
  // not end a greater one.
  void Enter(Trouble trouble, int64_t now_ns, int64_t end_ns);
  // Ends it, whatever it is.
  void Leave();
  // Ends what keeps the device out of use, gone or isolated. A reset goes on:
  // it ends by itself.
  void Return();

  Presence presence(int64_t now_ns) const;
  // Whether queues open and start. UNAVAILABLE says why not.
  absl::Status Usable(int64_t now_ns) const;

 private:
  Trouble TroubleAt(int64_t now_ns) const;

  mutable std::mutex mutex_;
  Trouble trouble_ = Trouble::kNone;
  int64_t end_ns_ = 0;
};

}  // namespace uacced::hw::hisi

#endif  // UACCED_HW_HISI_MODEL_DEVICE_STATE_H_
