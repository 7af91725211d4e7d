#include "uacce/sysfs/sysfs.h"

#include <sys/stat.h>

#include <filesystem>
#include <string>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "uacce/sysfs/fake_sysfs.h"

namespace uacced {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class UacceSysfsTest : public testing::Test {
 protected:
  absl::Status FactsError() { return sysfs_.ReadFacts("hisi_zip-0").status(); }
  std::string FactsMessage() { return std::string(FactsError().message()); }

  FakeSysfs fake_;
  UacceSysfs sysfs_{fake_.root()};
};

TEST_F(UacceSysfsTest, ListsByNumber) {
  EXPECT_THAT(*sysfs_.List(), IsEmpty());
  for (const char* name :
       {"hisi_zip-10", "hisi_zip-9", "hisi_sec2-1", "Not a name", ".hidden"}) {
    fake_.Add(name);
  }
  EXPECT_THAT(*sysfs_.List(),
              ElementsAre("hisi_sec2-1", "hisi_zip-9", "hisi_zip-10"));
}

TEST_F(UacceSysfsTest, AKernelWithoutTheClassIsToldSo) {
  const auto names = UacceSysfs(fake_.root() + "/none").List();
  EXPECT_EQ(names.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(names.status().message()), HasSubstr("modprobe"));
}

TEST_F(UacceSysfsTest, ReadsWhatThereIs) {
  fake_.Add("hisi_zip-0");
  fake_.Set("hisi_zip-0", "device/numa_node", "3\n");
  const auto facts = sysfs_.ReadFacts("hisi_zip-0");
  ASSERT_TRUE(facts.ok()) << facts.status();
  EXPECT_EQ(facts->name, "hisi_zip-0");
  EXPECT_EQ(facts->api, "hisi_qm_v3");
  EXPECT_EQ(facts->algorithms, "zlib\ngzip\ndeflate\nlz77_zstd");
  EXPECT_TRUE(facts->has_sva());
  EXPECT_EQ(facts->mmio_bytes, FakeSysfs::mmio_bytes());
  EXPECT_EQ(facts->dus_bytes, FakeSysfs::dus_bytes());
  EXPECT_EQ(facts->numa_node, 3);
  EXPECT_FALSE(facts->simulated);
  EXPECT_EQ(*sysfs_.ReadAvailableInstances("hisi_zip-0"), 256u);
}

TEST_F(UacceSysfsTest, ASimulatedDeviceSaysSo) {
  fake_.Add("hisi_zip-0");
  fake_.Set("hisi_zip-0", "device/simulated", "1\n");
  EXPECT_TRUE(sysfs_.ReadFacts("hisi_zip-0")->simulated);
  for (const char* text : {"0\n", "yes\n", "", "11\n"}) {
    fake_.Set("hisi_zip-0", "device/simulated", text);
    EXPECT_FALSE(sysfs_.ReadFacts("hisi_zip-0")->simulated) << text;
  }
}

TEST_F(UacceSysfsTest, WhatMayBeMissingMayBe) {
  fake_.Add("hisi_zip-0");
  for (const char* attribute : {"region_mmio_size", "isolate",
                                "available_instances", "device/numa_node"}) {
    fake_.Unset("hisi_zip-0", attribute);
  }
  const auto facts = sysfs_.ReadFacts("hisi_zip-0");
  ASSERT_TRUE(facts.ok()) << facts.status();
  EXPECT_EQ(facts->mmio_bytes, 0u);
  EXPECT_EQ(facts->numa_node, -1);
  EXPECT_EQ(sysfs_.Look("hisi_zip-0"), UacceSysfs::State::kPresent);
  EXPECT_EQ(sysfs_.ReadAvailableInstances("hisi_zip-0").status().code(),
            absl::StatusCode::kNotFound);
}

TEST_F(UacceSysfsTest, WhatIsNeededIsNamed) {
  for (const char* attribute : {"api", "flags", "algorithms"}) {
    fake_.Add("hisi_zip-0");
    fake_.Unset("hisi_zip-0", attribute);
    EXPECT_EQ(FactsError().code(), absl::StatusCode::kNotFound);
    EXPECT_THAT(FactsMessage(), HasSubstr(std::string("/") + attribute));
  }
}

TEST_F(UacceSysfsTest, AMissingDeviceIsToldWithThoseThatAreThere) {
  EXPECT_EQ(FactsError().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(FactsMessage(), HasSubstr("nor any other"));
  fake_.Add("hisi_zip-1");
  EXPECT_THAT(FactsMessage(), HasSubstr("hisi_zip-1"));
}

TEST_F(UacceSysfsTest, NonsenseIsRefused) {
  const struct {
    const char* attribute;
    std::string text;
  } kCases[] = {
      {"api", std::string(64, 'x') + "\n"},
      {"api", std::string(100'000, 'x')},
      {"api", "hisi_qm_v3\x01"},
      {"api", std::string("hisi\0qm", 7)},
      {"algorithms", std::string(4097, 'x')},
      {"algorithms", "zlib\x80"},
      {"flags", "-1"},
      {"flags", "4294967296"},
      {"flags", "0x1"},
      {"flags", " 1"},
      {"flags", "1 "},
      {"flags", ""},
      {"flags", "1\n\n"},
      {"region_mmio_size", "0"},
      {"region_mmio_size", "-4096"},
      {"region_mmio_size", "4097"},
      {"region_mmio_size", "67108865"},
      {"region_dus_size", "1073741824"},
      {"region_dus_size", "99999999999999999999"},
      {"region_dus_size", "18446744073709551616"},
  };
  for (const auto& c : kCases) {
    fake_.Add("hisi_zip-0");
    fake_.Set("hisi_zip-0", c.attribute, c.text);
    EXPECT_EQ(FactsError().code(), absl::StatusCode::kInvalidArgument)
        << c.attribute << " " << c.text.substr(0, 80);
    EXPECT_THAT(FactsMessage(), HasSubstr(c.attribute));
    EXPECT_LT(FactsMessage().size(), 400u);
  }
  fake_.Add("hisi_zip-0");
  EXPECT_TRUE(FactsError().ok());
}

TEST_F(UacceSysfsTest, AFifoKeepsNobodyWaiting) {
  fake_.Add("hisi_zip-0");
  fake_.Unset("hisi_zip-0", "api");
  ASSERT_EQ(mkfifo((fake_.folder("hisi_zip-0") + "/api").c_str(), 0600), 0);
  // Nothing is what it says.
  EXPECT_EQ(sysfs_.ReadFacts("hisi_zip-0")->api, "");
}

TEST_F(UacceSysfsTest, NamesLeadNowhereElse) {
  for (const char* name : {"", ".", "..", "../class/hisi_zip-0", "a/b", "A"}) {
    EXPECT_FALSE(IsUacceName(name)) << name;
    EXPECT_EQ(sysfs_.ReadFacts(name).status().code(),
              absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(sysfs_.Look(name), UacceSysfs::State::kGone);
  }
  EXPECT_TRUE(IsUacceName(std::string(64, 'x')));
  EXPECT_FALSE(IsUacceName(std::string(65, 'x')));
}

TEST_F(UacceSysfsTest, SeesIsolationAndRemoval) {
  EXPECT_EQ(sysfs_.Look("hisi_zip-0"), UacceSysfs::State::kGone);
  fake_.Add("hisi_zip-0");
  EXPECT_EQ(sysfs_.Look("hisi_zip-0"), UacceSysfs::State::kPresent);
  fake_.Set("hisi_zip-0", "isolate", "1\n");
  EXPECT_EQ(sysfs_.Look("hisi_zip-0"), UacceSysfs::State::kIsolated);
  // A device is not taken out of use for that.
  fake_.Set("hisi_zip-0", "isolate", "nonsense\n");
  EXPECT_EQ(sysfs_.Look("hisi_zip-0"), UacceSysfs::State::kPresent);
  fake_.Remove("hisi_zip-0");
  EXPECT_EQ(sysfs_.Look("hisi_zip-0"), UacceSysfs::State::kGone);
}

}  // namespace
}  // namespace uacced
