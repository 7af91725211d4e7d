// An AbsentQueue stands in a lane for a queue that is not to be had yet: it
// takes nothing and gives nothing.
//
// Threads: as hw::Queue.
#ifndef UACCED_DAEMON_HEALTH_ABSENT_QUEUE_H_
#define UACCED_DAEMON_HEALTH_ABSENT_QUEUE_H_

#include <cstdint>
#include <span>

#include "absl/status/status.h"
#include "hw/queue.h"

namespace uacced {

class AbsentQueue final : public hw::Queue {
 public:
  uint32_t depth() const override { return 1; }
  uint32_t free_slots() const override { return 0; }
  absl::Status Submit(const hw::Request& /*request*/,
                      hw::Tag /*tag*/) override {
    return absl::Status(absl::StatusCode::kUnavailable, "");
  }
  void Flush() override {}
  uint32_t Poll(std::span<hw::Completion> /*out*/) override { return 0; }
  int event_fd() const override { return -1; }
  bool Arm() override { return true; }
  void Disarm() override {}
};

}  // namespace uacced

#endif  // UACCED_DAEMON_HEALTH_ABSENT_QUEUE_H_
