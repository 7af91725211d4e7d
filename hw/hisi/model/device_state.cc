#include "hw/hisi/model/device_state.h"

namespace uacced::hw::hisi {

DeviceState::Trouble DeviceState::TroubleAt(int64_t now_ns) const {
  std::lock_guard<std::mutex> lock(mutex_);
  return now_ns < end_ns_ ? trouble_ : Trouble::kNone;
}

void DeviceState::Enter(Trouble trouble, int64_t now_ns, int64_t end_ns) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (now_ns < end_ns_ && trouble < trouble_) return;
  trouble_ = trouble;
  end_ns_ = end_ns;
}

void DeviceState::Leave() {
  std::lock_guard<std::mutex> lock(mutex_);
  end_ns_ = 0;
}

void DeviceState::Return() {
  std::lock_guard<std::mutex> lock(mutex_);
  if (trouble_ != Trouble::kResetting) end_ns_ = 0;
}

Presence DeviceState::presence(int64_t now_ns) const {
  switch (TroubleAt(now_ns)) {
    case Trouble::kGone:
      return Presence::kGone;
    case Trouble::kIsolated:
      return Presence::kIsolated;
    default:
      return Presence::kPresent;
  }
}

absl::Status DeviceState::Usable(int64_t now_ns) const {
  switch (TroubleAt(now_ns)) {
    case Trouble::kGone:
      return absl::UnavailableError("the device is gone");
    case Trouble::kIsolated:
      return absl::UnavailableError("the device is isolated");
    case Trouble::kResetting:
      return absl::UnavailableError("the device is being reset");
    case Trouble::kNone:
      break;
  }
  return absl::OkStatus();
}

}  // namespace uacced::hw::hisi
