// Modes that OpenSSL has not for every cipher of SEC: XTS, for SM4 with either
// order of bits in the tweak, and CBC with ciphertext stealing.
//
// All are in place, and false means that OpenSSL gave up.
// Threads: thread-safe.
#ifndef UACCED_HW_HISI_MODEL_SEC_MODES_H_
#define UACCED_HW_HISI_MODEL_SEC_MODES_H_

#include <cstdint>

#include "hw/hisi/model/sec_ciphers.h"
#include "hw/request.h"

namespace uacced::hw::hisi {

enum class TweakOrder : uint8_t {
  kIeee,  // IEEE 1619: the least significant byte first.
  kGb,    // GB/T 17964-2021: the bits of GHASH.
};

// REQUIRES: `keys` is the data key and the tweak key; data.size() >= 16.
bool RunXts(const SecCiphers& ciphers, BlockCipher cipher, TweakOrder order,
            Direction direction, Bytes keys, const CipherBlock& tweak,
            MutableBytes data);

// NIST SP 800-38A, addendum. `variant` is 1, 2 or 3. REQUIRES: data.size() >=
// 16.
bool RunCbcCs(const SecCiphers& ciphers, BlockCipher cipher, uint32_t variant,
              Direction direction, Bytes key, const CipherBlock& iv,
              MutableBytes data);

}  // namespace uacced::hw::hisi

#endif  // UACCED_HW_HISI_MODEL_SEC_MODES_H_
