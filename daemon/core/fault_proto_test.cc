#include "daemon/core/fault_proto.h"

#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace uacced {
namespace {

using Kind = FaultSpec::Kind;

TEST(FaultProtoTest, EveryKindGoesThereAndBack) {
  for (int kind = v1::Fault::STATUS; kind <= v1::Fault::RETURN; ++kind) {
    v1::Fault fault;
    fault.set_kind(static_cast<v1::Fault::Kind>(kind));
    fault.set_count(6);
    fault.set_parameter(1);
    fault.set_per_mille(1000);
    if (kind != v1::Fault::RETURN) {
      fault.set_operation("decompress");
      fault.set_skip(5);
      fault.set_per_mille(7);
    }
    const auto spec = FromProto(fault);
    ASSERT_TRUE(spec.ok()) << spec.status();
    EXPECT_EQ(spec->operation.has_value(), kind != v1::Fault::RETURN);
    EXPECT_EQ(ToProto(*spec).SerializeAsString(), fault.SerializeAsString());
  }
  v1::Fault fault;
  fault.set_kind(v1::Fault::WRONG_PHASE);
  EXPECT_EQ(FromProto(fault)->kind, Kind::kWrongPhase);
  fault.set_kind(v1::Fault::RETURN);
  EXPECT_EQ(FromProto(fault)->kind, Kind::kReturn);
}

TEST(FaultProtoTest, ZeroMeansOnceAndAlways) {
  v1::Fault fault;
  fault.set_kind(v1::Fault::CORRUPT);
  const auto spec = FromProto(fault);
  ASSERT_TRUE(spec.ok());
  EXPECT_EQ(spec->kind, Kind::kCorrupt);
  EXPECT_FALSE(spec->operation.has_value());
  EXPECT_EQ(spec->count, 1u);
  EXPECT_EQ(spec->per_mille, 1000u);
}

TEST(FaultProtoTest, WhatIsWrongIsNamed) {
  v1::Fault fault;
  EXPECT_EQ(FromProto(fault).status().message().substr(0, 5), "kind:");
  fault.set_kind(static_cast<v1::Fault::Kind>(99));
  EXPECT_EQ(FromProto(fault).status().message().substr(0, 5), "kind:");
  fault.set_kind(v1::Fault::STUCK);
  fault.set_operation("divide");
  EXPECT_EQ(FromProto(fault).status().message().substr(0, 10), "operation:");
  fault.set_operation("");
  fault.set_per_mille(1001);
  EXPECT_EQ(FromProto(fault).status().message().substr(0, 10), "per_mille:");
}

// What is wrong with a fault that no device can have.
std::string Refusal(const v1::Fault& fault) {
  return std::string(FromProto(fault).status().message());
}

TEST(FaultProtoTest, ParametersHaveLimitsByKind) {
  constexpr uint64_t kHourNs = 3'600'000'000'000;
  const struct {
    v1::Fault::Kind kind;
    uint64_t limit;
  } kCases[] = {
      {v1::Fault::STATUS, UINT32_MAX}, {v1::Fault::UNKNOWN_TAG, 1},
      {v1::Fault::SLOW, kHourNs},      {v1::Fault::RESET_DEVICE, kHourNs},
      {v1::Fault::ISOLATE, kHourNs},   {v1::Fault::REMOVE, kHourNs},
  };
  for (const auto& c : kCases) {
    v1::Fault fault;
    fault.set_kind(c.kind);
    fault.set_parameter(c.limit);
    EXPECT_TRUE(FromProto(fault).ok()) << c.kind;
    fault.set_parameter(c.limit + 1);
    EXPECT_EQ(Refusal(fault), absl::StrCat("parameter: ", c.limit + 1,
                                           " is more than ", c.limit));
  }
  v1::Fault fault;
  fault.set_kind(v1::Fault::SLOW);
  EXPECT_EQ(Refusal(fault), "parameter: is required for slow, in nanoseconds");
}

TEST(FaultProtoTest, NoAcceleratorCopies) {
  v1::Fault fault;
  fault.set_kind(v1::Fault::STUCK);
  fault.set_operation("copy");
  EXPECT_EQ(Refusal(fault), "operation: no accelerator does copy");
}

TEST(FaultProtoTest, ReturnWaitsForNoRequest) {
  v1::Fault plain;
  plain.set_kind(v1::Fault::RETURN);
  EXPECT_TRUE(FromProto(plain).ok());
  v1::Fault fault = plain;
  fault.set_skip(1);
  EXPECT_EQ(Refusal(fault).substr(0, 27), "kind: return comes at once,");
  fault = plain;
  fault.set_operation("digest");
  EXPECT_EQ(Refusal(fault).substr(0, 27), "kind: return comes at once,");
  fault = plain;
  fault.set_per_mille(999);
  EXPECT_EQ(Refusal(fault).substr(0, 27), "kind: return comes at once,");
}

}  // namespace
}  // namespace uacced
