// A device queue that does what a test tells it.
#ifndef UACCED_TESTS_SUPPORT_FAKE_QUEUE_H_
#define UACCED_TESTS_SUPPORT_FAKE_QUEUE_H_

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "base/wakeup.h"
#include "hw/queue.h"
#include "hw/request.h"

namespace uacced {

// What the test and the queue share: the queue itself belongs to a Lane.
// Threads: thread-safe.
struct FakeQueueState {
  std::mutex mutex;
  std::vector<hw::Tag> submitted;  // Not visible to the "device" yet.
  std::deque<hw::Tag> visible;     // After Flush().
  std::deque<hw::Completion> completions;
  absl::Status submit_status;  // What Submit() answers.
  bool auto_complete = false;  // Flush() completes everything with kOk.
  absl::StatusCode auto_code = absl::StatusCode::kOk;  // Or with this.
  int flushes = 0;
  hw::QueueFault fault = hw::QueueFault::kNone;  // See Fail().
  std::map<hw::Tag, hw::Request> in_flight;  // The device may write to these.
  std::function<void()> on_destroy;          // The destructor begins with it.
  bool destroyed = false;
  Wakeup wakeup;

  void Complete(hw::Tag tag, absl::StatusCode code = absl::StatusCode::kOk,
                uint32_t produced_bytes = 0) {
    {
      std::lock_guard lock(mutex);
      completions.push_back({tag, code, produced_bytes});
    }
    wakeup.Notify();
  }
  void Fail(hw::QueueFault why) {
    {
      std::lock_guard lock(mutex);
      fault = why;
    }
    wakeup.Notify();
  }
  size_t visible_count() {
    std::lock_guard lock(mutex);
    return visible.size();
  }
  bool is_destroyed() {
    std::lock_guard lock(mutex);
    return destroyed;
  }
};

class FakeQueue final : public hw::Queue {
 public:
  // What a late write of the device leaves in a buffer.
  static constexpr uint8_t kLateWrite = 0xDD;

  FakeQueue(std::shared_ptr<FakeQueueState> state, uint32_t depth)
      : state_(std::move(state)), depth_(depth) {}

  // Until this returns, the device writes to whatever it holds.
  ~FakeQueue() override {
    if (state_->on_destroy) state_->on_destroy();
    std::lock_guard lock(state_->mutex);
    for (auto& [tag, request] : state_->in_flight) {
      std::fill(request.destination.begin(), request.destination.end(),
                kLateWrite);
    }
    state_->destroyed = true;
  }

  uint32_t depth() const override { return depth_; }
  uint32_t free_slots() const override { return depth_ - in_flight_; }

  absl::Status Submit(const hw::Request& request, hw::Tag tag) override {
    std::lock_guard lock(state_->mutex);
    if (state_->fault != hw::QueueFault::kNone) {
      return absl::Status(absl::StatusCode::kUnavailable, "");
    }
    if (!state_->submit_status.ok()) return state_->submit_status;
    state_->submitted.push_back(tag);
    state_->in_flight[tag] = request;
    ++in_flight_;
    return absl::OkStatus();
  }
  void Flush() override {
    std::lock_guard lock(state_->mutex);
    ++state_->flushes;
    for (const hw::Tag tag : state_->submitted) {
      if (state_->auto_complete) {
        state_->completions.push_back({tag, state_->auto_code, 0});
      } else {
        state_->visible.push_back(tag);
      }
    }
    state_->submitted.clear();
  }
  uint32_t Poll(std::span<hw::Completion> out) override {
    std::lock_guard lock(state_->mutex);
    if (state_->fault != hw::QueueFault::kNone) return 0;
    uint32_t count = 0;
    while (count < out.size() && !state_->completions.empty()) {
      out[count++] = state_->completions.front();
      state_->in_flight.erase(state_->completions.front().tag);
      state_->completions.pop_front();
      if (in_flight_ > 0) --in_flight_;
    }
    return count;
  }
  hw::QueueFault fault() const override {
    std::lock_guard lock(state_->mutex);
    return state_->fault;
  }
  int event_fd() const override { return state_->wakeup.fd(); }
  bool Arm() override {
    state_->wakeup.PrepareSleep();
    std::lock_guard lock(state_->mutex);
    return state_->completions.empty() &&
           state_->fault == hw::QueueFault::kNone;
  }
  void Disarm() override { state_->wakeup.EndSleep(); }

 private:
  const std::shared_ptr<FakeQueueState> state_;
  const uint32_t depth_;
  uint32_t in_flight_ = 0;
};

}  // namespace uacced

#endif  // UACCED_TESTS_SUPPORT_FAKE_QUEUE_H_
