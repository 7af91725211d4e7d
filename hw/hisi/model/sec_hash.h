// The hashes of SEC, with a state that can be taken out and put back between
// blocks, as parts of a long input need it: OpenSSL's EVP shows none.
//
// Units:   bytes, unless a name says bits.
// Threads: thread-compatible; tables are constant.
#ifndef UACCED_HW_HISI_MODEL_SEC_HASH_H_
#define UACCED_HW_HISI_MODEL_SEC_HASH_H_

#include <array>
#include <cstddef>
#include <cstdint>

#include "hw/hisi/abi/sec_facts.h"
#include "hw/request.h"

namespace uacced::hw::hisi {

inline constexpr size_t kMaxHashStateBytes = HISI_SEC_MAX_HASH_STATE_BYTES;
inline constexpr size_t kMaxHashBlockBytes = HISI_SEC_MAX_HASH_BLOCK_BYTES;

// The state of a hash; those of 32-bit words use the low halves.
using HashWords = std::array<uint64_t, 8>;

struct HashAlgorithm {
  uint32_t digest_bytes;
  uint32_t state_bytes;
  uint32_t block_bytes;
  uint32_t word_bytes;
  bool little_endian;
  HashWords initial;
  void (*compress)(HashWords& words, const uint8_t* blocks, size_t count);
};

// What a_alg (abi/sec.h) stands for.
struct SecHash {
  const HashAlgorithm* hash = nullptr;  // Null: not a hash, nor an HMAC.
  bool keyed = false;
};
SecHash FindSecHash(uint32_t a_alg);

class RunningHash {
 public:
  // `algorithm` outlives this.
  explicit RunningHash(const HashAlgorithm& algorithm)
      : algorithm_(algorithm), words_(algorithm.initial) {}

  // The state as the words of a digest, one after the other, state_bytes.
  void Import(Bytes state);
  void Export(MutableBytes state) const;

  // REQUIRES: whole blocks.
  void Absorb(Bytes blocks);

  // The block that HMAC puts before its message. REQUIRES: key.size() <=
  // block_bytes.
  void AbsorbKey(Bytes key, uint8_t pad);

  // Absorbs the rest of a message of `message_bits` in all, which is taken as
  // it is, and writes digest_bytes.
  void Finish(Bytes rest, uint64_t message_bits, MutableBytes digest);

 private:
  const HashAlgorithm& algorithm_;
  HashWords words_;
};

inline constexpr uint8_t kHmacInnerPad = 0x36;
inline constexpr uint8_t kHmacOuterPad = 0x5c;

// The outer hash of HMAC, in place: `digest` is the inner one's.
void FinishHmac(const HashAlgorithm& algorithm, Bytes key, MutableBytes digest);

}  // namespace uacced::hw::hisi

#endif  // UACCED_HW_HISI_MODEL_SEC_HASH_H_
