#include "daemon/health/trial_gate.h"

#include <atomic>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace uacced {
namespace {

constexpr TrialGate::Options kOptions = {.max_trials = 2,
                                         .trial_timeout_ns = 100};

TEST(TrialGateTest, StartsOpen) {
  TrialGate gate;
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(gate.Admit(0, kOptions));
}

TEST(TrialGateTest, ClosedUntilThenAFewAtATime) {
  TrialGate gate;
  gate.CloseUntil(50);
  EXPECT_FALSE(gate.is_on_trial(49));
  EXPECT_FALSE(gate.Admit(49, kOptions));
  EXPECT_TRUE(gate.is_on_trial(50));
  EXPECT_TRUE(gate.Admit(50, kOptions));
  EXPECT_TRUE(gate.Admit(51, kOptions));
  EXPECT_FALSE(gate.Admit(52, kOptions));
  gate.Release();
  EXPECT_TRUE(gate.Admit(53, kOptions));
  EXPECT_FALSE(gate.Admit(54, kOptions));
  gate.Open();
  EXPECT_TRUE(gate.Admit(55, kOptions));
  gate.Close();
  EXPECT_FALSE(gate.Admit(kInfiniteFutureNs - 1, kOptions));
}

TEST(TrialGateTest, ReleasingMoreThanWentMakesNoRoom) {
  TrialGate gate;
  gate.CloseUntil(0);
  for (int i = 0; i < 5; ++i) gate.Release();
  EXPECT_TRUE(gate.Admit(0, kOptions));
  EXPECT_TRUE(gate.Admit(0, kOptions));
  EXPECT_FALSE(gate.Admit(0, kOptions));
}

TEST(TrialGateTest, TrialsThatNeverComeBackAreGivenUp) {
  TrialGate gate;
  gate.CloseUntil(0);
  EXPECT_TRUE(gate.Admit(0, kOptions));
  EXPECT_TRUE(gate.Admit(10, kOptions));
  EXPECT_FALSE(gate.Admit(109, kOptions));
  EXPECT_TRUE(gate.Admit(110, kOptions));
  EXPECT_TRUE(gate.Admit(110, kOptions));
  EXPECT_FALSE(gate.Admit(110, kOptions));
}

TEST(TrialGateTest, ManyThreadsGetNoMoreThanThePlacesThereAre) {
  TrialGate gate;
  gate.CloseUntil(0);
  std::atomic<int> inside{0}, most{0}, admitted{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 5000; ++i) {
        if (!gate.Admit(0, kOptions)) continue;
        const int now = inside.fetch_add(1) + 1;
        int before = most.load();
        while (before < now && !most.compare_exchange_weak(before, now)) {
        }
        admitted.fetch_add(1);
        inside.fetch_sub(1);
        gate.Release();
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_LE(most.load(), 2);
  EXPECT_GT(admitted.load(), 0);
  EXPECT_TRUE(gate.Admit(0, kOptions));
  EXPECT_TRUE(gate.Admit(0, kOptions));
  EXPECT_FALSE(gate.Admit(0, kOptions));
}

}  // namespace
}  // namespace uacced
