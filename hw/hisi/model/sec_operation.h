// A descriptor of SEC (BD) taken apart: types 2 and 3 say the same in
// different places. Nothing is judged here.
//
// Units: bytes, unless a name says words (of 4 bytes) or bits.
#ifndef UACCED_HW_HISI_MODEL_SEC_OPERATION_H_
#define UACCED_HW_HISI_MODEL_SEC_OPERATION_H_

#include <cstddef>
#include <cstdint>

#include "hw/hisi/model/engine.h"

namespace uacced::hw::hisi {

// Names and values are those of abi/sec.h.
struct SecOperation {
  uint32_t type = 0;  // The rest is valid only if this is 2 or 3.
  bool invalid = false;

  uint32_t cipher = 0;
  uint32_t auth = 0;
  uint32_t seq = 0;
  uint32_t de = 0;
  uint32_t scene = 0;
  uint32_t src_addr_type = 0;
  uint32_t dst_addr_type = 0;
  uint32_t mac_addr_type = 0;

  uint32_t ai_gen = 0;
  uint32_t a_pad = 0;  // Type 3: only of the stream scene, else 0.
  uint32_t a_alg = 0;
  uint32_t a_key_words = 0;
  uint32_t mac_words = 0;

  uint32_t c_alg = 0;
  uint32_t c_mode = 0;
  uint32_t c_width = 0;
  uint32_t c_key_len = 0;    // A code.
  uint32_t c_icv_bytes = 0;  // The tag of GCM and CCM.
  bool sm4_xts_gb = false;   // Type 3.

  uint32_t a_bytes = 0;
  uint32_t c_bytes = 0;
  uint32_t auth_src_offset = 0;
  uint32_t cipher_src_offset = 0;
  // Digest: bits. GCM END: see GcmTotals. Type 3: as a_pad.
  uint64_t long_a_data_len = 0;

  uint64_t data_src_addr = 0;
  uint64_t data_dst_addr = 0;
  uint64_t mac_addr = 0;
  uint64_t a_key_addr = 0;
  uint64_t a_ivin_addr = 0;
  uint64_t c_key_addr = 0;
  uint64_t c_ivin_addr = 0;

  // Some field is set that asks for work outside of what this model does:
  // keys out of fuses, IVs made by the device, padding, IPsec, PBKDF2.
  bool foreign = false;

  size_t a_key_bytes() const { return size_t{a_key_words} * 4; }
  size_t mac_bytes() const { return size_t{mac_words} * 4; }
};

// Fields that only advise (prefetch) or that nobody could explain and that
// drivers set both ways (mac_sel) are not looked at.
SecOperation DecodeSecOperation(const Descriptor& descriptor);

}  // namespace uacced::hw::hisi

#endif  // UACCED_HW_HISI_MODEL_SEC_OPERATION_H_
