#include "hw/hisi/model/operation_class.h"

#include <optional>

#include "gtest/gtest.h"

namespace uacced::hw::hisi {
namespace {

constexpr auto kZip = Port::Engine::kZip;
constexpr auto kSec = Port::Engine::kSec;

TEST(OperationClassTest, NamesGoBothWays) {
  for (const auto operation :
       {OperationClass::kCompress, OperationClass::kDecompress,
        OperationClass::kEncrypt, OperationClass::kDecrypt,
        OperationClass::kDigest}) {
    EXPECT_EQ(OperationClassByName(Name(operation)), operation);
  }
  EXPECT_EQ(OperationClassByName("hash"), std::nullopt);
}

TEST(OperationClassTest, ZipGoesByItsQueue) {
  EXPECT_EQ(ClassOf(kZip, {.qc_type = 0}, {}), OperationClass::kCompress);
  EXPECT_EQ(ClassOf(kZip, {.qc_type = 1}, {}), OperationClass::kDecompress);
}

TEST(OperationClassTest, SecGoesByItsDescriptor) {
  const auto type2 = [](uint32_t cipher, uint32_t auth, uint32_t mode) {
    Descriptor descriptor{};
    descriptor[0] = 2 | cipher << 4 | auth << 6;
    descriptor[3] = mode << 12;
    return ClassOf(kSec, {}, descriptor);
  };
  const auto type3 = [](uint32_t cipher, uint32_t auth, uint32_t mode) {
    Descriptor descriptor{};
    descriptor[0] = 3;
    descriptor[1] = cipher | mode << 16;
    descriptor[14] = auth;
    return ClassOf(kSec, {}, descriptor);
  };
  const auto all = [&](uint32_t cipher, uint32_t auth, uint32_t mode) {
    EXPECT_EQ(type2(cipher, auth, mode), type3(cipher, auth, mode));
    return type2(cipher, auth, mode);
  };
  EXPECT_EQ(all(1, 0, 1), OperationClass::kEncrypt);
  EXPECT_EQ(all(2, 0, 7), OperationClass::kDecrypt);
  EXPECT_EQ(all(0, 1, 0), OperationClass::kDigest);
  EXPECT_EQ(all(1, 0, 5), OperationClass::kEncrypt);
  EXPECT_EQ(all(2, 0, 6), OperationClass::kDecrypt);
  EXPECT_EQ(all(1, 1, 1), OperationClass::kEncrypt);
  EXPECT_EQ(all(0, 0, 6), std::nullopt);
  EXPECT_EQ(ClassOf(kSec, {}, {}), std::nullopt);
}

}  // namespace
}  // namespace uacced::hw::hisi
