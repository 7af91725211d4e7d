// GHASH (NIST SP 800-38D) with its state in the open, as a GCM in parts needs
// it.
//
// Threads: thread-compatible.
#ifndef UACCED_HW_HISI_MODEL_SEC_GHASH_H_
#define UACCED_HW_HISI_MODEL_SEC_GHASH_H_

#include <array>
#include <cstdint>

#include "hw/hisi/model/sec_ciphers.h"
#include "hw/request.h"

namespace uacced::hw::hisi {

class Ghash {
 public:
  explicit Ghash(const CipherBlock& hash_key);

  // A part block at the end counts as if zeros followed.
  void Absorb(Bytes data);
  // The block of lengths, which ends the input.
  void AbsorbLengths(uint64_t aad_bytes, uint64_t payload_bytes);

  // As the bytes that the next block is XORed to.
  CipherBlock state() const;
  void set_state(const CipherBlock& state);

 private:
  // The first byte of a block in the top byte of `high`.
  struct Element {
    uint64_t high = 0;
    uint64_t low = 0;
  };
  static Element Load(const uint8_t* block);
  void Multiply();

  // The key times each polynomial of four bits.
  std::array<Element, 16> multiples_;
  Element state_;
};

}  // namespace uacced::hw::hisi

#endif  // UACCED_HW_HISI_MODEL_SEC_GHASH_H_
