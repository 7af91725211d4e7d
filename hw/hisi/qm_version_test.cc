#include "hw/hisi/qm_version.h"

#include "gtest/gtest.h"

namespace uacced::hw::hisi {
namespace {

TEST(QmVersionTest, TheNumberBehindThePrefixCounts) {
  EXPECT_EQ(*ParseQmVersion("hisi_qm_v1"), QmVersion::kV1);
  EXPECT_EQ(*ParseQmVersion("hisi_qm_v2"), QmVersion::kV2);
  EXPECT_EQ(*ParseQmVersion("hisi_qm_v3"), QmVersion::kV3);
  EXPECT_EQ(*ParseQmVersion("hisi_qm_v2_noiommu"), QmVersion::kV2);
  EXPECT_EQ(*ParseQmVersion("hisi_qm_v2\n"), QmVersion::kV2);
}

TEST(QmVersionTest, UnknownVersionsAreAsTheNewestKnown) {
  for (const char* const api :
       {"hisi_qm_v4", "hisi_qm_v5", "hisi_qm_v9", "hisi_qm_v65537",
        "hisi_qm_v4294967297", "hisi_qm_v18446744073709551614"}) {
    EXPECT_EQ(*ParseQmVersion(api), QmVersion::kV3) << api;
  }
}

TEST(QmVersionTest, WhatHasNoVersionIsRefused) {
  for (const char* const api :
       {"", "hisi_qm_v", "hisi_qm_v0", "hisi_qm_vx", "hisi_qm_v-2",
        "hisi_qm_v+2", "hisi_qm_v 2", "qm_v2", "xhisi_qm_v2",
        "hisi_qm_v18446744073709551615", "hisi_qm_v18446744073709551616"}) {
    EXPECT_EQ(ParseQmVersion(api).status().code(),
              absl::StatusCode::kInvalidArgument)
        << api;
  }
}

}  // namespace
}  // namespace uacced::hw::hisi
