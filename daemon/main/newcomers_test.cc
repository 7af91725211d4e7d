#include "daemon/main/newcomers.h"

#include <utility>
#include <vector>

#include "daemon/main/discovery.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "uacce/sysfs/fake_sysfs.h"

namespace uacced {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Config With(std::vector<DeviceConfig> devices) {
  Config config;
  config.devices = std::move(devices);
  return config;
}

TEST(NewcomersTest, EachIsToldOnce) {
  FakeSysfs fake;
  fake.Add("hisi_zip-0");
  const Config written =
      With({UacceConfig{.sysfs_root = fake.root()}, SoftDeviceConfig{"cpu"}});
  Newcomers newcomers(written);
  EXPECT_THAT(newcomers.Look(), IsEmpty());
  fake.Add("hisi_sec2-1");
  fake.Add("hisi_hpre-2");
  EXPECT_THAT(newcomers.Look(), ElementsAre("hisi_sec2-1"));
  EXPECT_THAT(newcomers.Look(), IsEmpty());
}

TEST(NewcomersTest, WhenNoneWasThereAtAll) {
  FakeSysfs fake;
  const Config written =
      With({UacceConfig{.sysfs_root = fake.root()}, SoftDeviceConfig{"cpu"}});
  Newcomers newcomers(written);
  fake.Add("hisi_zip-0");
  EXPECT_THAT(newcomers.Look(), ElementsAre("hisi_zip-0"));
}

TEST(NewcomersTest, WhatCameDuringTheStartIsOneUnlessItIsUsed) {
  FakeSysfs fake;
  const Config written =
      With({UacceConfig{.sysfs_root = fake.root()}, SoftDeviceConfig{"cpu"}});
  Newcomers newcomers(written);
  fake.Add("hisi_zip-0");
  const auto config = DiscoverDevices(written);
  ASSERT_TRUE(config.ok()) << config.status();
  newcomers.MarkUsed(*config);
  fake.Add("hisi_zip-1");
  EXPECT_THAT(newcomers.Look(), ElementsAre("hisi_zip-1"));
}

TEST(NewcomersTest, WhoNamesDevicesExpectsNoOthers) {
  FakeSysfs fake;
  const Config written = With({UacceConfig{
      .name = "zip", .device = "hisi_zip-0", .sysfs_root = fake.root()}});
  Newcomers newcomers(written);
  fake.Add("hisi_zip-1");
  EXPECT_THAT(newcomers.Look(), IsEmpty());
}

}  // namespace
}  // namespace uacced
