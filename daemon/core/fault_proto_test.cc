#include "daemon/core/fault_proto.h"

#include "gtest/gtest.h"

namespace uacced {
namespace {

using Kind = FaultSpec::Kind;

TEST(FaultProtoTest, EveryKindGoesThereAndBack) {
  for (int kind = v1::Fault::STATUS; kind <= v1::Fault::RETURN; ++kind) {
    v1::Fault fault;
    fault.set_kind(static_cast<v1::Fault::Kind>(kind));
    fault.set_operation("decompress");
    fault.set_skip(5);
    fault.set_count(6);
    fault.set_per_mille(7);
    fault.set_parameter(8);
    const auto spec = FromProto(fault);
    ASSERT_TRUE(spec.ok()) << spec.status();
    EXPECT_EQ(spec->operation, hw::Operation::kDecompress);
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

}  // namespace
}  // namespace uacced
