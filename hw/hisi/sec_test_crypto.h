// Cryptography for SecTestDevice, as the hardware offers it: by key, IV and
// blocks, on OpenSSL. Failures of OpenSSL abort the test.
#ifndef UACCED_HW_HISI_SEC_TEST_CRYPTO_H_
#define UACCED_HW_HISI_SEC_TEST_CRYPTO_H_

#include <cstdint>
#include <string>
#include <vector>

#include "hw/request.h"

namespace uacced::hw::hisi {

using TestBytes = std::vector<uint8_t>;

// `cipher` is OpenSSL's name; no padding.
TestBytes TestCipher(const std::string& cipher, bool encrypt, Bytes key,
                     Bytes iv, Bytes in);

// XTS of IEEE 1619 on SM4.
TestBytes TestSm4Xts(bool encrypt, Bytes key, Bytes tweak, Bytes in);

struct TestSealed {
  TestBytes out;
  TestBytes tag;  // All 16 bytes, over the ciphertext.
};
// The tag is computed in both directions.
TestSealed TestGcm(bool encrypt, Bytes key, Bytes nonce, Bytes associated,
                   Bytes in);
// From the two blocks that software makes, on `ecb`.
TestSealed TestCcm(const std::string& ecb, bool encrypt, Bytes key,
                   Bytes first_block, Bytes counter_block, Bytes associated,
                   Bytes in);

TestBytes TestHash(const std::string& hash, Bytes in);
TestBytes TestHmac(const std::string& hash, Bytes key, Bytes in);

}  // namespace uacced::hw::hisi

#endif  // UACCED_HW_HISI_SEC_TEST_CRYPTO_H_
