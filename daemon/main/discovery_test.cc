#include "daemon/main/discovery.h"

#include <string>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "uacce/sysfs/fake_sysfs.h"

namespace uacced {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class DiscoveryTest : public testing::Test {
 protected:
  UacceConfig All() const {
    return {.queues = 3, .sysfs_root = fake_.root(), .dev_root = "/d"};
  }
  UacceConfig One(const std::string& name, const std::string& device) const {
    UacceConfig one = All();
    one.name = name;
    one.device = device;
    return one;
  }
  static SoftDeviceConfig Soft(const std::string& name) {
    return {.name = name};
  }
  static absl::StatusOr<Config> Discover(std::vector<DeviceConfig> devices) {
    Config config;
    config.devices = std::move(devices);
    return DiscoverDevices(std::move(config));
  }
  static std::vector<std::string> Names(const absl::StatusOr<Config>& config) {
    std::vector<std::string> names;
    if (!config.ok()) return {std::string(config.status().message())};
    for (const DeviceConfig& device : config->devices) {
      names.push_back(Name(device));
    }
    return names;
  }

  FakeSysfs fake_;
};

TEST_F(DiscoveryTest, TakesEveryAcceleratorOfOurs) {
  for (const char* name :
       {"hisi_zip-10", "hisi_zip-2", "hisi_hpre-1", "hisi_sec2-0"}) {
    fake_.Add(name);
  }
  const auto config = Discover({Soft("a"), All(), Soft("b")});
  EXPECT_THAT(Names(config), ElementsAre("a", "hisi_sec2-0", "hisi_zip-2",
                                         "hisi_zip-10", "b"));
  const auto& zip = std::get<UacceConfig>(config->devices[2]);
  EXPECT_EQ(zip.device, "hisi_zip-2");
  EXPECT_EQ(zip.queues, 3u);
  EXPECT_EQ(zip.sysfs_root, fake_.root());
  EXPECT_EQ(zip.dev_root, "/d");
}

TEST_F(DiscoveryTest, LeavesWhatIsNamedToItsEntry) {
  fake_.Add("hisi_zip-0");
  fake_.Add("hisi_zip-1");
  EXPECT_THAT(Names(Discover({All(), One("mine", "hisi_zip-0")})),
              ElementsAre("hisi_zip-1", "mine"));
}

TEST_F(DiscoveryTest, WithoutAnyTheRestIsUsed) {
  EXPECT_THAT(Names(Discover({All(), Soft("cpu")})), ElementsAre("cpu"));
  EXPECT_EQ(Discover({All()}).status().code(),
            absl::StatusCode::kFailedPrecondition);
  UacceConfig nowhere = All();
  nowhere.sysfs_root = "/nowhere";
  EXPECT_THAT(Names(Discover({nowhere, Soft("cpu")})), ElementsAre("cpu"));
}

TEST_F(DiscoveryTest, LeavesOutWhatCannotBeUsed) {
  for (const char* name :
       {"hisi_zip-0", "hisi_zip-1", "hisi_zip-2", "hisi_sec2-3"}) {
    fake_.Add(name);
  }
  fake_.Set("hisi_zip-0", "flags", "0\n");  // No SVA.
  fake_.Unset("hisi_zip-1", "api");
  fake_.Set("hisi_sec2-3", "region_dus_size", "-1\n");
  EXPECT_THAT(Names(Discover({All(), Soft("cpu")})),
              ElementsAre("hisi_zip-2", "cpu"));
}

TEST_F(DiscoveryTest, NamesMustDiffer) {
  fake_.Add("hisi_zip-0");
  EXPECT_THAT(Names(Discover({All(), Soft("hisi_zip-0")}))[0],
              HasSubstr("has the name of another device"));
}

TEST_F(DiscoveryTest, ThereMayBeTooMany) {
  for (int i = 0; i < kMaxDevices - 1; ++i) {
    fake_.Add(absl::StrCat("hisi_zip-", i));
  }
  EXPECT_EQ(Names(Discover({All()})).size(), size_t{kMaxDevices} - 1);
  EXPECT_THAT(Names(Discover({All(), Soft("cpu")}))[0],
              HasSubstr("there are 64 devices"));
}

TEST_F(DiscoveryTest, WithoutAnEntryForAllNothingChanges) {
  EXPECT_THAT(Names(Discover({Soft("cpu"), One("z", "hisi_zip-9")})),
              ElementsAre("cpu", "z"));
}

}  // namespace
}  // namespace uacced
