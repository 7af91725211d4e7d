// Devices that go and come back, and who says so.
#include <fcntl.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <mutex>

#include "absl/status/status.h"
#include "base/unique_fd.h"
#include "daemon/health/supervisor.h"
#include "daemon/health/supervisor_fixture.h"
#include "daemon/reactor/lane.h"
#include "daemon/reactor/reactor.h"
#include "gtest/gtest.h"
#include "hw/device.h"
#include "hw/queue.h"

namespace uacced {
namespace {

using PresenceTest = SupervisorFixture;

TEST_F(PresenceTest, AHardwareDeviceMayGoAndComeBack) {
  hardware_ = true;
  for (const auto away : {hw::Presence::kGone, hw::Presence::kIsolated}) {
    if (reactors_.empty()) Start(1, 1, 2);
    AwaitAttached(0);
    const size_t before = reply_.count();
    Push(3, 1);
    devices_[0]->SetPresence(away);
    AwaitState(away == hw::Presence::kGone ? DeviceState::kGone
                                           : DeviceState::kIsolated);
    reply_.Await(before + 3);
    AwaitTrue([&] { return !IsAttached(0) && !IsAttached(1); });
    AwaitTrue([&] { return devices_[0]->newest()->is_destroyed(); });
    const int resets = devices_[0]->resets();
    EXPECT_EQ(health_[0]->Read().retry_at_ns, 0);
    devices_[0]->SetPresence(hw::Presence::kPresent);
    AwaitState(DeviceState::kProbation);
    EXPECT_EQ(devices_[0]->resets(), resets + 1);
  }
  ExpectAllAnsweredOnce(6);
}

// It is no reason for all the others not to start.
TEST_F(PresenceTest, ADeviceMayBeAwayAtTheStart) {
  hardware_ = true;
  presence_ = hw::Presence::kIsolated;
  open_status_ = absl::UnavailableError("out of service");
  Start(1, 2, 2);
  AwaitTrue([&] { return !IsAttached(1, 1); });
  EXPECT_EQ(health_[0]->state(), DeviceState::kIsolated);
  Push(1);
  reply_.Await(1);
  EXPECT_EQ(reply_.Count(Cause::kDeviceLost), 1u);
  devices_[0]->SetOpenStatus(absl::OkStatus());
  devices_[0]->SetPresence(hw::Presence::kPresent);
  AwaitState(DeviceState::kProbation);
  for (const uint16_t lane : {0, 1}) {
    AwaitAttached(lane, 0);
    AwaitAttached(lane, 1);
  }
  ExpectAllAnsweredOnce(1);
}

TEST_F(PresenceTest, WhatIsPresentHasToOpen) {
  Start();
  devices_[0]->SetOpenStatus(absl::UnavailableError("no node"));
  auto other =
      Reactor::Create({.inbox_entries = 16, .quanta_bytes = {1000}}, &clock_);
  Supervisor supervisor(&clock_);
  const size_t index =
      supervisor.AddDevice(devices_[0].get(), health_[0].get(), LaneTimeouts());
  EXPECT_EQ(supervisor.AddLane(index, 0, other->get()).status().code(),
            absl::StatusCode::kUnavailable);
}

TEST_F(PresenceTest, WhatCannotGoIsNotLookedFor) {
  Start();
  devices_[0]->queue(0)->Fail(hw::QueueFault::kStopped);
  Push(1);
  AwaitTrue([&] { return devices_[0]->opened() == 2; });
  ExpectAllAnsweredOnce(1);
  EXPECT_EQ(devices_[0]->looks(), 0);
}

// Who is not looked for by itself in the time of a test.
class HotplugTest : public SupervisorFixture {
 protected:
  HotplugTest() : SupervisorFixture(3'600'000 * kMs) {
    hardware_ = true;
    supervisor_.SetHotplug({.fd = event_.get(), .drain = [this] {
                              uint64_t count = 0;
                              if (read(event_.get(), &count, sizeof(count)) <
                                  0) {
                                return false;
                              }
                              drains_.fetch_add(1);
                              return about_devices_.load();
                            }});
  }
  ~HotplugTest() override { Stop(); }
  void Announce(bool about_devices) {
    about_devices_.store(about_devices);
    const uint64_t one = 1;
    ASSERT_EQ(write(event_.get(), &one, sizeof(one)),
              static_cast<ssize_t>(sizeof(one)));
  }

  const UniqueFd event_{eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
  std::atomic<bool> about_devices_{false};
  std::atomic<int> drains_{0};
};

TEST_F(HotplugTest, WhatIsAnnouncedIsSeenAtOnce) {
  Start();
  AwaitTrue([&] { return devices_[0]->looks() == 1; });
  devices_[0]->SetPresence(hw::Presence::kGone);
  Announce(false);
  AwaitTrue([&] { return drains_.load() == 1; });
  EXPECT_EQ(health_[0]->state(), DeviceState::kUp);
  Announce(true);
  AwaitState(DeviceState::kGone);
  AwaitTrue([&] { return !IsAttached(); });
  devices_[0]->SetPresence(hw::Presence::kPresent);
  Announce(true);
  AwaitState(DeviceState::kProbation);
  EXPECT_EQ(devices_[0]->looks(), 3);
  AwaitAttached();
}

// It went and came back between two looks: its old queues are dead, and lanes
// that sleep on them are told to look.
TEST_F(HotplugTest, SleepersLookAtTheirQueues) {
  Start();
  Push(1);
  AwaitTrue([&] { return devices_[0]->queue(0)->visible_count() == 1; });
  {
    std::lock_guard lock(devices_[0]->queue(0)->mutex);
    devices_[0]->queue(0)->fault = hw::QueueFault::kStopped;
  }
  Announce(true);
  reply_.Await(1);
  EXPECT_EQ(reply_.Count(Cause::kDeviceLost), 1u);
  AwaitAttached();
  EXPECT_EQ(health_[0]->state(), DeviceState::kUp);
}

TEST_F(HotplugTest, ADescriptorThatEndsIsNotAskedForEver) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
  const UniqueFd reader(ends[0]);
  supervisor_.SetHotplug({.fd = reader.get(), .drain = [this] {
                            drains_.fetch_add(1);
                            return false;
                          }});
  close(ends[1]);
  Start();
  AwaitTrue([&] { return drains_.load() == 1; });
  // Others wake it as before.
  health_[0]->ReportMismatch();
  AwaitState(DeviceState::kProbation);
  EXPECT_EQ(drains_.load(), 1);
}

}  // namespace
}  // namespace uacced
