#include "hw/capability.h"

#include <vector>

#include "gtest/gtest.h"

namespace uacced::hw {
namespace {

TEST(CapabilitySetTest, HoldsPairs) {
  CapabilitySet set;
  set.Add(Operation::kCompress, Algorithm::kGzip);
  EXPECT_TRUE(set.Has(Operation::kCompress, Algorithm::kGzip));
  EXPECT_FALSE(set.Has(Operation::kDecompress, Algorithm::kGzip));
  EXPECT_FALSE(set.Has(Operation::kCompress, Algorithm::kZlib));
}

// A request that `capability` takes, and each way of being beyond it.
class CoversTest : public ::testing::Test {
 protected:
  CoversTest() {
    request_.operation = Operation::kCompress;
    request_.algorithm = Algorithm::kGzip;
    request_.source = Bytes(memory_).first(64);
    request_.destination = MutableBytes(memory_).first(64);
    request_.level = 6;
  }

  bool Covers(const Capability& capability) const {
    CapabilitySet set;
    set.Add(request_.operation, request_.algorithm, capability);
    return set.Covers(request_);
  }

  std::vector<uint8_t> memory_ = std::vector<uint8_t>(256);
  Request request_;
};

TEST_F(CoversTest, WithoutBoundsEverythingOfThePairIsCovered) {
  EXPECT_TRUE(Covers({}));
  request_.fragment = true;
  EXPECT_TRUE(Covers({}));
  EXPECT_FALSE(CapabilitySet().Covers(request_));
}

TEST_F(CoversTest, BoundsAreIncluded) {
  EXPECT_TRUE(Covers({.min_source_bytes = 64, .max_source_bytes = 64}));
  EXPECT_FALSE(Covers({.min_source_bytes = 65}));
  EXPECT_FALSE(Covers({.max_source_bytes = 63}));
  EXPECT_FALSE(Covers({.max_destination_bytes = 63}));
  EXPECT_TRUE(Covers({.min_level = 6, .max_level = 6}));
  EXPECT_FALSE(Covers({.min_level = 7}));
  EXPECT_FALSE(Covers({.max_level = 5}));
}

TEST_F(CoversTest, WhatCiphersNeedIsBoundedToo) {
  request_.operation = Operation::kEncrypt;
  request_.algorithm = Algorithm::kAes128Gcm;
  request_.nonce = Bytes(memory_).first(12);
  request_.key = Bytes(memory_).first(16);
  request_.associated_data = Bytes(memory_).first(20);
  // Levels are for compression alone.
  EXPECT_TRUE(Covers({.max_associated_data_bytes = 20,
                      .min_nonce_bytes = 12,
                      .max_nonce_bytes = 12,
                      .max_key_bytes = 16,
                      .max_level = 0}));
  EXPECT_FALSE(Covers({.max_associated_data_bytes = 19}));
  EXPECT_FALSE(Covers({.min_nonce_bytes = 13}));
  EXPECT_FALSE(Covers({.max_nonce_bytes = 11}));
  EXPECT_FALSE(Covers({.max_key_bytes = 15}));
}

TEST_F(CoversTest, FragmentsAndStreamsCanBeLacking) {
  request_.fragment = true;
  EXPECT_FALSE(Covers({.fragments = false}));
  request_.fragment = false;
  // Only compared with null.
  request_.stream = reinterpret_cast<Stream*>(memory_.data());
  EXPECT_FALSE(Covers({.streams = false}));
  // A piece of a stream may have any size.
  EXPECT_TRUE(Covers({.min_source_bytes = 65}));
}

}  // namespace
}  // namespace uacced::hw
