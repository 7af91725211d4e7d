#include "hw/soft/sm4_xts.h"

#include <vector>

#include "gtest/gtest.h"
#include "hw/soft/digest_codec.h"
#include "hw/test_data.h"

namespace uacced::hw {
namespace {

// No public vectors of SM4 with the tweak of IEEE 1619 are known to us. These
// come from an independent XTS written in Python on SM4-ECB of python3-
// cryptography 38.0.4; the same code with AES-ECB gave NIST's XTSGenAES128 and
// XTSGenAES256, ciphertext stealing included. Keys and texts are random.
struct Vector {
  const char* key;
  const char* tweak;
  const char* plaintext;
  const char* ciphertext;
};
constexpr Vector kVectors[] = {
    {"289f059af4d13c86325e953abc0a15c90793137bd5ef45fbfca0c062f6dafa13",
     "6019dd444eb76fff0ee5852b9f17428d", "98ba68bf93c86e64a119bf1493ad4e34",
     "d5756bae5d7be4f3e3d3f587d295b3f6"},
    {"3361fae1bcd2f9e560cea8e9cd0c57595fdefe22452bf0a7bd1d184daed71235",
     "0e85241580d56ee1d1f28356986d3f86", "761ea438af45a7d72570e05c585533413a",
     "7559bf38e57d5e1806e30eabbc8181748c"},
    {"47e059ee12c3e391f29fb32cca08db3f1d7386ca0606301af53e8b37c22bba84",
     "f4cb8d23d4bc3ea4d25a011f10d5c476",
     "096851ec9f96428bde2b5543c7494b8782e5c01dc112efcd9f90f5b915a379",
     "34876f2ce578ac66760da05370564de058004f7f74185dd1e0c1b365fa67a7"},
    {"e09b2990d8b26be13aaf6c4951a6a3cb8e7132194a4a7abf738ca6a4351adb20",
     "b8be564eb579b64ac71d72ff2e48729b",
     "b6adcbebcbce41affcbbd3d9509451992750ecf99d3e9543c542555f290f491c",
     "44b4621e97ee4bc8aae7f1be6dd3e9dcfdc7f8e0cfdd842700c9bc8efacf6867"},
    {"920d91c94dba05e07b91f434e99777f1fdc4ca2ed392a6496c9060690190c0c3",
     "8f88b1aa645d7165943882436280a10b",
     "aeb5dc94607ffbc07c0a27489cb5e81266f0acc4e86d825d02a1b8bad9df1af3"
     "b6a2a2f8b11647dae4d59865d43388",
     "bba00ac9ccbdd400a39b2d24e7a1c256035754820f4a4580c177838ece8bfe45"
     "6aa4c87a8d420e0fbb1b39178ca8a7"},
    {"c6568ff34f2a6e74812384ebddad81280674be2c6b0c556647a50c034b2ab880",
     "5e61afac8f7525a05de122c3c02e4ffe",
     "f2a7e66932b5efc473084902fb9a425434b61ced4ed0e6664bd96b086f6d931f"
     "c9eb5eb4e08efa34953d7c641ebbc25c2766042f86adc87deb0bdffc85a6c84b",
     "4b1132356f9cc900734e5ce7033848c19f17485c7618a99b9cd2be92cdb45553"
     "fa7e3069285f201b4aa1032ced0d14cf47fd92db31846ee8b5dc0b76c0c1f8b3"},
    {"6ac7bba51b0dc597ea90bd9ba59e68c66129c0d306f13edc07ae3e248dded499",
     "96cbc717dc84899a07f6513f5af5efcd",
     "6f698576dad68c5a3ee5f1c4538cd29c283fe2471ce7fcf31b935a4faceabbab"
     "ed04bfc4f4acf57ab1131267bb41b966ca10a90a6fc7bf584b6dfe54b847a986"
     "8a579075eae0ab38027e3df69d6cb5c0e80fd7bda0498891a6bc751fdea7bc61"
     "255843f2",
     "71b5ae9ba294a6ae6e770f0b876cbdf707c3204fde21d536b4df8aed84994d3d"
     "1d42ee24ccb2a972dfe5e1c125474c9dd408ac3660b8a1cd7750d5200405fa1c"
     "61929940aaa6ec891c1ce84f583cf1a58c9d3c065e521b101c7741f3db17b468"
     "c5cdeb5a"},
};

class Sm4XtsTest : public ::testing::Test {
 protected:
  EvpAlgorithms algorithms_;
  Sm4Xts xts_{algorithms_.Cipher(Algorithm::kSm4Xts)};
};

TEST_F(Sm4XtsTest, AgreesWithAnIndependentImplementation) {
  for (const Vector& vector : kVectors) {
    const auto key = FromHex(vector.key), tweak = FromHex(vector.tweak);
    const auto plaintext = FromHex(vector.plaintext);
    const auto ciphertext = FromHex(vector.ciphertext);
    std::vector<uint8_t> out(plaintext.size());
    ASSERT_TRUE(xts_.Encrypt(key, tweak, plaintext, out.data()));
    EXPECT_EQ(out, ciphertext) << plaintext.size();
    ASSERT_TRUE(xts_.Decrypt(key, tweak, ciphertext, out.data()));
    EXPECT_EQ(out, plaintext) << plaintext.size();
  }
}

// Long enough for several batches and for the tweak to wrap around; made in the
// same way.
TEST_F(Sm4XtsTest, AgreesOnALongMessageToo) {
  std::vector<uint8_t> key(32), tweak(16), plaintext(5'001);
  for (size_t i = 0; i < 32; ++i) key[i] = static_cast<uint8_t>(i);
  for (size_t i = 0; i < 16; ++i) tweak[i] = static_cast<uint8_t>(100 + i);
  for (size_t i = 0; i < plaintext.size(); ++i) {
    plaintext[i] = static_cast<uint8_t>((i * i + 7) % 251);
  }
  std::vector<uint8_t> ciphertext(plaintext.size()), digest(32);
  ASSERT_TRUE(xts_.Encrypt(key, tweak, plaintext, ciphertext.data()));
  Request request;
  request.operation = Operation::kDigest;
  request.algorithm = Algorithm::kSha256;
  request.source = ciphertext;
  request.destination = digest;
  ASSERT_TRUE(DigestCodec(algorithms_).Digest(request).ok());
  EXPECT_EQ(digest, FromHex("59dfb29efd9797db4ac708eaa9e7f080"
                            "1ed384279777ce96711e751b40f73ddd"));
}

TEST_F(Sm4XtsTest, EverySizeComesBack) {
  const auto key = RandomBytes(32, 1), tweak = RandomBytes(16, 2);
  for (size_t size = 16; size < 2'200; size += size < 200 ? 1 : 61) {
    const auto plaintext = RandomBytes(size, 3);
    std::vector<uint8_t> ciphertext(size), back(size);
    ASSERT_TRUE(xts_.Encrypt(key, tweak, plaintext, ciphertext.data()));
    xts_.Scrub();
    ASSERT_TRUE(xts_.Decrypt(key, tweak, ciphertext, back.data()));
    ASSERT_EQ(back, plaintext) << size;
  }
}

}  // namespace
}  // namespace uacced::hw
