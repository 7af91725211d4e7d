#include "daemon/rpc/algorithm_proto.h"

#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_replace.h"
#include "gtest/gtest.h"

namespace uacced {
namespace {

// "CIPHER_ALGORITHM_AES_128_GCM" -> "aes-128-gcm".
std::string ShortName(const std::string& name, const std::string& prefix) {
  return absl::StrReplaceAll(absl::AsciiStrToLower(name.substr(prefix.size())),
                             {{"_", "-"}});
}

// The conversions rest on equal order, so every name is checked.
template <typename Enum>
void ExpectAllAgree(const google::protobuf::EnumDescriptor* descriptor,
                    const std::string& prefix, Enum (*back)(hw::Algorithm)) {
  for (int i = 0; i < descriptor->value_count(); ++i) {
    const auto* value = descriptor->value(i);
    const auto algorithm = FromProto(static_cast<Enum>(value->number()));
    if (value->number() == 0) {
      EXPECT_EQ(algorithm, hw::Algorithm::kNone);
      continue;
    }
    EXPECT_EQ(ShortName(value->name(), prefix),
              std::string(hw::Info(algorithm).name));
    EXPECT_EQ(static_cast<int>(back(algorithm)), value->number());
  }
  EXPECT_EQ(FromProto(static_cast<Enum>(descriptor->value_count())),
            hw::Algorithm::kNone);
  EXPECT_EQ(FromProto(static_cast<Enum>(-1)), hw::Algorithm::kNone);
}

TEST(AlgorithmProtoTest, EveryEnumeratorMapsToItsNameAndBack) {
  ExpectAllAgree(v1::CompressionFormat_descriptor(), "COMPRESSION_FORMAT_",
                 &ToFormat);
  ExpectAllAgree(v1::CipherAlgorithm_descriptor(), "CIPHER_ALGORITHM_",
                 &ToCipher);
  ExpectAllAgree(v1::HashAlgorithm_descriptor(), "HASH_ALGORITHM_", &ToHash);
}

TEST(AlgorithmProtoTest, OtherFamiliesGiveUnspecified) {
  EXPECT_EQ(ToFormat(hw::Algorithm::kSha1), 0);
  EXPECT_EQ(ToCipher(hw::Algorithm::kGzip), 0);
  EXPECT_EQ(ToHash(hw::Algorithm::kAes128Gcm), 0);
  EXPECT_EQ(ToHash(hw::Algorithm::kHmacSm3), v1::HASH_ALGORITHM_SM3);
}

}  // namespace
}  // namespace uacced
