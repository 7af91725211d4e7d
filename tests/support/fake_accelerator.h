// A device whose queues are FakeQueues, that comes and goes as a test tells it.
#ifndef UACCED_TESTS_SUPPORT_FAKE_ACCELERATOR_H_
#define UACCED_TESTS_SUPPORT_FAKE_ACCELERATOR_H_

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "hw/device.h"
#include "hw/queue.h"
#include "tests/support/fake_queue.h"

namespace uacced {

// Threads: thread-safe, but for `fake_info`.
class FakeAccelerator final : public hw::Device {
 public:
  explicit FakeAccelerator(uint32_t depth) : depth_(depth) {
    fake_info.name = "fake";
    fake_info.hardware = true;
  }

  // Constant once in use.
  hw::DeviceInfo fake_info;

  // How the next queues are.
  void SetQueues(std::function<void(FakeQueueState&)> prepare) {
    std::lock_guard lock(mutex_);
    prepare_ = std::move(prepare);
  }
  // Queues that may be open at one time: others have the rest.
  void SetQueueLimit(size_t limit) {
    std::lock_guard lock(mutex_);
    queue_limit_ = limit;
  }
  void SetOpenStatus(absl::Status status) {
    std::lock_guard lock(mutex_);
    open_status_ = std::move(status);
  }
  void SetResetStatus(absl::Status status) {
    std::lock_guard lock(mutex_);
    reset_status_ = std::move(status);
  }
  void SetPresence(hw::Presence presence) { presence_.store(presence); }

  // The queue opened `index` queues after the first.
  std::shared_ptr<FakeQueueState> queue(size_t index) {
    std::lock_guard lock(mutex_);
    return queues_.at(index);
  }
  std::shared_ptr<FakeQueueState> newest() {
    std::lock_guard lock(mutex_);
    return queues_.back();
  }
  size_t opened() {
    std::lock_guard lock(mutex_);
    return queues_.size();
  }
  // How often a queue was asked for.
  size_t tries() {
    std::lock_guard lock(mutex_);
    return tries_;
  }
  int resets() {
    std::lock_guard lock(mutex_);
    return resets_;
  }
  // Resets while a queue was open: nobody may do that.
  int early_resets() {
    std::lock_guard lock(mutex_);
    return early_resets_;
  }

  const hw::DeviceInfo& info() const override { return fake_info; }
  absl::StatusOr<std::unique_ptr<hw::Queue>> OpenQueue(
      size_t /*kind*/) override {
    std::lock_guard lock(mutex_);
    ++tries_;
    if (!open_status_.ok()) return open_status_;
    const auto open =
        std::count_if(queues_.begin(), queues_.end(),
                      [](const auto& queue) { return !queue->is_destroyed(); });
    if (static_cast<size_t>(open) >= queue_limit_) {
      return absl::ResourceExhaustedError("no free queue");
    }
    queues_.push_back(std::make_shared<FakeQueueState>());
    if (prepare_) prepare_(*queues_.back());
    return std::make_unique<FakeQueue>(queues_.back(), depth_);
  }
  absl::Status Reset() override {
    std::lock_guard lock(mutex_);
    ++resets_;
    const bool all_closed =
        std::all_of(queues_.begin(), queues_.end(),
                    [](const auto& queue) { return queue->is_destroyed(); });
    if (!all_closed) ++early_resets_;
    return reset_status_;
  }
  hw::Presence presence() const override {
    looks_.fetch_add(1);
    return presence_.load();
  }
  // How often somebody asked.
  int looks() const { return looks_.load(); }

 private:
  const uint32_t depth_;
  std::atomic<hw::Presence> presence_{hw::Presence::kPresent};
  mutable std::atomic<int> looks_{0};
  std::mutex mutex_;
  std::function<void(FakeQueueState&)> prepare_;
  absl::Status open_status_;
  size_t queue_limit_ = SIZE_MAX;
  size_t tries_ = 0;
  absl::Status reset_status_;
  std::vector<std::shared_ptr<FakeQueueState>> queues_;
  int resets_ = 0;
  int early_resets_ = 0;
};

}  // namespace uacced

#endif  // UACCED_TESTS_SUPPORT_FAKE_ACCELERATOR_H_
