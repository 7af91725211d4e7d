// Descriptors of SEC for the tests, and what must come of them, by OpenSSL.
#ifndef UACCED_TESTS_VM_SIM_SEC_H_
#define UACCED_TESTS_VM_SIM_SEC_H_

#include <cstddef>
#include <cstdint>
#include <optional>

#include "tests/vm/sim_queue.h"

namespace uacced::vm {

inline constexpr uint32_t kCipherOk = 0x101;
inline constexpr uint32_t kAeadOk = 0x181;
inline constexpr uint32_t kAeadMismatch = 0x185;
inline constexpr uint32_t kDigestOk = 0x081;

constexpr uint32_t ErrorOf(uint32_t status) { return status >> 16 & 0xff; }

// What a descriptor points to.
struct Operands {
  const uint8_t* source = nullptr;
  uint8_t* target = nullptr;
  const uint8_t* key = nullptr;
  const uint8_t* iv = nullptr;
  const uint8_t* auth_key = nullptr;
  const uint8_t* auth_iv = nullptr;
  uint8_t* mac = nullptr;
};

// A descriptor for buffers apart, without what it does.
Sqe Type3(uint32_t word0, uint32_t word1, const Operands& operands);
Sqe Type2(uint32_t word0, const Operands& operands);

// The status word; all ones: there was no answer, or it does not fit.
uint32_t RunSec(SimQueue& queue, const Sqe& sqe);

// By OpenSSL, without padding. Nothing: it does not have it.
std::optional<ByteVector> Encipher(const char* name, const ByteVector& key,
                                   const ByteVector& iv,
                                   const ByteVector& plain,
                                   const char* cts = nullptr);

// `name` is one of OpenSSL. False: it does not have it.
bool SealedBy(const char* name, const ByteVector& key, const ByteVector& nonce,
              const ByteVector& aad, const ByteVector& plain, size_t tag_bytes,
              ByteVector& sealed, ByteVector& tag);

ByteVector Hmac(const char* hash, const ByteVector& key,
                const ByteVector& data);

ByteVector Joined(const ByteVector& first, const ByteVector& second);

}  // namespace uacced::vm

#endif  // UACCED_TESTS_VM_SIM_SEC_H_
