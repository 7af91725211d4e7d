// Devices that fail in every way at once, under load from many threads. Meant
// for ThreadSanitizer and AddressSanitizer too.
#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <random>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "daemon/core/job.h"
#include "daemon/health/device_health.h"
#include "daemon/health/supervisor_fixture.h"
#include "gtest/gtest.h"
#include "hw/device.h"
#include "hw/queue.h"

namespace uacced {
namespace {

class SupervisorStormTest : public SupervisorFixture {
 protected:
  static constexpr int kDevices = 2, kReactors = 2, kLanesEach = 2;

  // One thing that goes wrong, or right again.
  void Disturb(std::mt19937& random) {
    FakeAccelerator& device = *devices_[random() % kDevices];
    DeviceHealth& health = *health_[random() % kDevices];
    FakeQueueState& queue = *device.queue(random() % device.opened());
    switch (random() % 8) {
      case 0:
        queue.Complete(hw::Tag{static_cast<uint16_t>(random() % 8)});
        break;
      case 1:
        queue.Fail(hw::QueueFault::kStopped);
        break;
      case 2:
        queue.Fail(hw::QueueFault::kBrokeRules);
        break;
      case 3:
        health.ReportMismatch();
        break;
      case 4:
        device.SetPresence(static_cast<hw::Presence>(random() % 3));
        break;
      case 5:
        device.SetOpenStatus(random() % 2 == 0 ? absl::OkStatus()
                                               : absl::UnavailableError(""));
        break;
      case 6:
        device.SetResetStatus(random() % 2 == 0 ? absl::OkStatus()
                                                : absl::UnavailableError(""));
        break;
      default:
        SetStuck(queue, random() % 2 == 0);
    }
  }
  static void SetStuck(FakeQueueState& queue, bool stuck) {
    std::lock_guard lock(queue.mutex);
    queue.auto_complete = !stuck;
  }
  void Calm() {
    for (auto& device : devices_) {
      device->SetPresence(hw::Presence::kPresent);
      device->SetOpenStatus(absl::OkStatus());
      device->SetResetStatus(absl::OkStatus());
    }
  }
};

TEST_F(SupervisorStormTest, EveryJobIsAnsweredOnceAndDevicesComeBack) {
  hardware_ = true;
  prepare_ = [](FakeQueueState& queue) { queue.auto_complete = true; };
  Start(kDevices, kReactors, kLanesEach, 3 * kMs);
  constexpr int kClients = 3, kEach = 4000, kMost = 400'000;
  // How fast things go wrong is for the machine to say, so there are as many
  // jobs as it takes.
  const auto saw_trouble = [&] {
    return reply_.Count(Cause::kDeviceLost) > 0 &&
           reply_.Count(Cause::kDevice) > 0;
  };
  std::atomic<size_t> pushed{0};
  std::atomic<bool> done{false};
  std::thread trouble([&] {
    std::mt19937 random(4711);
    while (!done.load()) {
      Disturb(random);
      std::this_thread::sleep_for(std::chrono::microseconds(200));
    }
    Calm();
  });
  std::vector<std::thread> clients;
  for (int c = 0; c < kClients; ++c) {
    clients.emplace_back([&, c] {
      std::mt19937 random(c);
      for (int i = 0; i < kEach || (i < kMost && !saw_trouble()); ++i) {
        Push(1, static_cast<uint16_t>(random() % (kDevices * kLanesEach)),
             random() % kReactors);
        ++pushed;
        // Not so fast that all is over before much went wrong.
        if (i % 8 == 0) reply_.Await(reply_.count() / 2);
      }
    });
  }
  for (auto& client : clients) client.join();
  reply_.Await(pushed.load());
  done.store(true);
  trouble.join();
  // All devices find back to every lane.
  for (size_t r = 0; r < kReactors; ++r) {
    for (uint16_t lane = 0; lane < kDevices * kLanesEach; ++lane) {
      AwaitAttached(lane, r);
    }
  }
  EXPECT_GT(reply_.Count(Cause::kDeviceLost), 0u);
  EXPECT_GT(reply_.Count(Cause::kDevice), 0u);
  ExpectAllAnsweredOnce(pushed.load());
}

class SupervisorEndTest : public SupervisorStormTest,
                          public testing::WithParamInterface<uint32_t> {};

TEST_P(SupervisorEndTest, MayComeInTheMiddleOfIt) {
  hardware_ = true;
  prepare_ = [](FakeQueueState& queue) { queue.auto_complete = true; };
  Start(kDevices, kReactors, kLanesEach, 1 * kMs);
  constexpr int kJobs = 2000;
  std::atomic<bool> done{false};
  std::thread trouble([&] {
    std::mt19937 random(GetParam());
    while (!done.load()) {
      Disturb(random);
      std::this_thread::yield();
    }
  });
  std::thread client([&] {
    std::mt19937 random(GetParam());
    for (int i = 0; i < kJobs; ++i) {
      Push(1, static_cast<uint16_t>(random() % (kDevices * kLanesEach)),
           random() % kReactors);
    }
  });
  reply_.Await(100 * GetParam());
  Stop();
  client.join();
  done.store(true);
  trouble.join();
  ExpectAllAnsweredOnce(kJobs);
}

INSTANTIATE_TEST_SUITE_P(Seeds, SupervisorEndTest,
                         testing::Range(uint32_t{1}, uint32_t{11}));

}  // namespace
}  // namespace uacced
