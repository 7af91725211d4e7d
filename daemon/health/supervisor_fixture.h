// What the tests of the supervisor share: devices on reactors with a
// supervisor, as the daemon wires them, and replies that use a job's buffer
// again as soon as they have it.
#ifndef UACCED_DAEMON_HEALTH_SUPERVISOR_FIXTURE_H_
#define UACCED_DAEMON_HEALTH_SUPERVISOR_FIXTURE_H_

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "base/clock.h"
#include "daemon/core/job.h"
#include "daemon/health/device_health.h"
#include "daemon/health/supervisor.h"
#include "daemon/reactor/lane.h"
#include "daemon/reactor/reactor.h"
#include "gtest/gtest.h"
#include "hw/algorithm.h"
#include "hw/device.h"
#include "hw/dma_buffer.h"
#include "tests/support/fake_accelerator.h"
#include "tests/support/fake_queue.h"

namespace uacced {

// Counts answers by their cause, and finds buffers that a device wrote to after
// the answer. Threads: thread-safe.
class ReusingReply final : public Reply {
 public:
  void Complete(std::unique_ptr<Job> job, DeferredList& /*deferred*/) override {
    std::lock_guard lock(mutex_);
    std::fill_n(job->output.data(), job->output.size(), kAnswered);
    jobs_.push_back(std::move(job));
    changed_.notify_all();
  }
  void Lost() override { lost_.fetch_add(1); }

  size_t count() {
    std::lock_guard lock(mutex_);
    return jobs_.size();
  }
  size_t Count(Cause cause) {
    std::lock_guard lock(mutex_);
    return static_cast<size_t>(std::count_if(
        jobs_.begin(), jobs_.end(),
        [cause](const auto& job) { return job->outcome.cause == cause; }));
  }
  void Await(size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return jobs_.size() >= count; });
  }
  // Dropped without an answer, or written to after it.
  int lost() const { return lost_.load(); }
  size_t overwritten() {
    std::lock_guard lock(mutex_);
    return static_cast<size_t>(
        std::count_if(jobs_.begin(), jobs_.end(), [](const auto& job) {
          const hw::MutableBytes bytes = job->output.span();
          return std::any_of(bytes.begin(), bytes.end(),
                             [](uint8_t byte) { return byte != kAnswered; });
        }));
  }

 private:
  static constexpr uint8_t kAnswered = 0xEE;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::unique_ptr<Job>> jobs_;
  std::atomic<int> lost_{0};
};

class SupervisorFixture : public testing::Test {
 protected:
  static constexpr hw::Operation kOperation = hw::Operation::kCompress;
  static constexpr int64_t kMs = 1'000'000;

  explicit SupervisorFixture(int64_t presence_interval_ns = 1 * kMs)
      : presence_interval_ns_(presence_interval_ns) {}

  static DeviceHealth::Options HealthOptions() {
    return {.breaker_faults = 4,
            .trials = {.max_trials = 2, .trial_timeout_ns = 5 * kMs},
            .probation_successes = 3,
            .min_backoff_ns = 1 * kMs,
            .max_backoff_ns = 4 * kMs,
            .min_quarantine_ns = 2 * kMs};
  }

  ~SupervisorFixture() override { Stop(); }

  // Devices of `lanes_each` queues on each of `reactors` reactors. 0: no
  // timeout.
  void Start(int devices = 1, int reactors = 1, int lanes_each = 1,
             int64_t timeout_ns = 0,
             const DeviceHealth::Options& health = HealthOptions()) {
    LaneTimeouts timeouts_ns{};
    timeouts_ns[static_cast<size_t>(kOperation)] = timeout_ns;
    for (int r = 0; r < reactors; ++r) {
      auto reactor = Reactor::Create(
          {.inbox_entries = 4096, .quanta_bytes = {1000}}, &clock_);
      ASSERT_TRUE(reactor.ok()) << reactor.status();
      reactors_.push_back(*std::move(reactor));
    }
    for (int d = 0; d < devices; ++d) {
      devices_.push_back(std::make_unique<FakeAccelerator>(kDepth));
      devices_.back()->SetQueues(prepare_);
      devices_.back()->fake_info.hardware = hardware_;
      devices_.back()->SetQueueLimit(queue_limit_);
      devices_.back()->SetPresence(presence_);
      devices_.back()->SetOpenStatus(open_status_);
      health_.push_back(std::make_unique<DeviceHealth>(health, &clock_));
      const size_t index = supervisor_.AddDevice(
          devices_.back().get(), health_.back().get(), timeouts_ns);
      for (auto& reactor : reactors_) {
        for (int i = 0; i < lanes_each; ++i) {
          ASSERT_TRUE(supervisor_.AddLane(index, 0, reactor.get()).ok());
        }
      }
    }
    supervisor_.Start();
    for (auto& reactor : reactors_) reactor->Start();
  }

  // The daemon's order.
  void Stop() {
    for (auto& reactor : reactors_) reactor->Stop(0);
    supervisor_.Stop();
  }

  std::unique_ptr<Job> NewJob(uint16_t lane_index) {
    auto job = std::make_unique<Job>();
    job->reply = &reply_;
    job->cost_bytes = 1;
    job->request.operation = kOperation;
    job->output = hw::DmaBuffer::Allocate(64);
    job->request.destination = job->output.span();
    job->lane_index = lane_index;
    return job;
  }
  void Push(int count, uint16_t lane_index = 0, size_t reactor_index = 0) {
    Reactor& reactor = *reactors_[reactor_index];
    for (int i = 0; i < count; ++i) {
      auto job = NewJob(lane_index);
      while (!reactor.TryPush(job)) std::this_thread::yield();
    }
    reactor.Kick();
  }

  static void AwaitTrue(const std::function<bool()>& condition) {
    while (!condition()) std::this_thread::yield();
  }
  void AwaitState(DeviceState state, size_t device = 0) {
    AwaitTrue([&] { return health_[device]->state() == state; });
  }
  bool IsAttached(uint16_t lane_index = 0, size_t reactor_index = 0) {
    return reactors_[reactor_index]->lane(lane_index).stats().attached;
  }
  void AwaitAttached(uint16_t lane_index = 0, size_t reactor_index = 0) {
    AwaitTrue([&] { return IsAttached(lane_index, reactor_index); });
  }
  // Jobs one after the other until the device has proven itself.
  void Prove() {
    AwaitAttached();
    devices_[0]->newest()->auto_complete = true;
    while (health_[0]->state() != DeviceState::kUp) {
      const size_t before = reply_.count();
      Push(1);
      reply_.Await(before + 1);
    }
  }
  uint64_t Losses(LossReason reason) {
    return health_[0]->Read().losses[static_cast<size_t>(reason)];
  }
  void ExpectAllAnsweredOnce(size_t count) {
    Stop();
    EXPECT_EQ(reply_.count(), count);
    EXPECT_EQ(reply_.lost(), 0);
    EXPECT_EQ(reply_.overwritten(), 0u);
    for (auto& device : devices_) EXPECT_EQ(device->early_resets(), 0);
  }

  static constexpr uint32_t kDepth = 4;

  // Set before Start().
  std::function<void(FakeQueueState&)> prepare_;
  bool hardware_ = false;
  size_t queue_limit_ = SIZE_MAX;  // Of each device, open at one time.
  hw::Presence presence_ = hw::Presence::kPresent;
  absl::Status open_status_;

  const int64_t presence_interval_ns_;
  MonotonicClock clock_;
  ReusingReply reply_;
  std::vector<std::unique_ptr<FakeAccelerator>> devices_;
  std::vector<std::unique_ptr<DeviceHealth>> health_;
  Supervisor supervisor_{{.presence_interval_ns = presence_interval_ns_,
                          .min_refill_ns = 1 * kMs,
                          .max_refill_ns = 2 * kMs},
                         &clock_};
  std::vector<std::unique_ptr<Reactor>> reactors_;
};

}  // namespace uacced

#endif  // UACCED_DAEMON_HEALTH_SUPERVISOR_FIXTURE_H_
