#include "hw/hisi/model/service_pacer.h"

#include <cstdint>

#include "gtest/gtest.h"

namespace uacced::hw::hisi {
namespace {

TEST(ServicePacerTest, WithoutFiguresEverythingIsDueAtOnce) {
  ServicePacer pacer({});
  EXPECT_FALSE(pacer.active());
  const auto grant = pacer.Take(1000, 77);
  EXPECT_EQ(grant.count, 77);
  EXPECT_EQ(pacer.EndNs(grant, 5, 1 << 20), 1000);
}

TEST(ServicePacerTest, LatencyIsFixedAndByTheByte) {
  ServicePacer pacer({.fixed_ns = 14'700, .ps_per_byte = 250});
  EXPECT_TRUE(pacer.active());
  const auto grant = pacer.Take(1'000'000, 3);
  EXPECT_EQ(grant.count, 3);
  EXPECT_EQ(pacer.EndNs(grant, 0, 0), 1'014'700);
  EXPECT_EQ(pacer.EndNs(grant, 2, 4000), 1'015'700);
}

TEST(ServicePacerTest, GrantsNoMoreThanTheLimit) {
  ServicePacer pacer({.fixed_ns = 500, .operations_per_second = 1'000'000});
  int64_t now = 5'000'000'000;
  pacer.Idle(now);
  auto grant = pacer.Take(now, 100);
  EXPECT_EQ(grant.count, 1);
  EXPECT_EQ(pacer.EndNs(grant, 0, 0), now + 500);
  EXPECT_EQ(pacer.Take(now + 999, 100).count, 0);
  EXPECT_EQ(pacer.next_start_ns(), now + 1000);
  // Late by a bit more than three operations: they are made good.
  grant = pacer.Take(now + 4100, 100);
  EXPECT_EQ(grant.count, 4);
  EXPECT_EQ(grant.first_start_ns, now + 1000);
  EXPECT_EQ(pacer.EndNs(grant, 3, 0), now + 4500);
  EXPECT_EQ(pacer.Take(now + 4999, 100).count, 0);
}

TEST(ServicePacerTest, IdleTimeIsNotMadeGood) {
  ServicePacer pacer({.operations_per_second = 1'000'000});
  pacer.Idle(1'000'000'000);
  EXPECT_EQ(pacer.Take(1'000'000'000, 10).count, 1);
  pacer.Idle(1'000'500'000);
  EXPECT_EQ(pacer.Take(1'000'500'000, 10).count, 1);
  pacer.Idle(1'000'500'100);  // Sooner than the next start.
  EXPECT_EQ(pacer.Take(1'000'500'999, 10).count, 0);
}

TEST(ServicePacerTest, CatchesUpAMillisecondAtMost) {
  ServicePacer pacer({.operations_per_second = 1'000'000});
  pacer.Idle(1'000'000'000);
  const auto grant = pacer.Take(9'000'000'000, 100'000);
  EXPECT_EQ(grant.count, 1001);
  EXPECT_EQ(grant.first_start_ns, 8'999'000'000);
}

TEST(ServicePacerTest, HoldsALimitThatIsNoWholeNumberOfNanoseconds) {
  for (const uint32_t limit : {880'000u, 7'000'000u, 30'000'000u}) {
    ServicePacer pacer({.operations_per_second = limit});
    int64_t now = 1'000'000'000;
    pacer.Idle(now);
    uint64_t granted = 0;
    for (; now < 2'000'000'000; now += 7'321) {
      granted += pacer.Take(now, 1'000).count;
    }
    EXPECT_NEAR(granted, limit, limit / 100) << limit;
  }
}

}  // namespace
}  // namespace uacced::hw::hisi
