// One operation of SEC as the hardware has it, whatever type of descriptor
// carries it. Every field stands for the field of the same meaning in
// abi/sec.h and takes the values named there; what is not set is 0.
//
// Units:   as the hardware counts, so named: bytes, words of 4 bytes, bits.
// Threads: a plain value.
#ifndef UACCED_HW_HISI_SEC_COMMAND_H_
#define UACCED_HW_HISI_SEC_COMMAND_H_

#include <cstdint>

#include "hw/hisi/abi/sec.h"

namespace uacced::hw::hisi {

struct SecCommand {
  // Returned by the device. Type 2 has 16 bits for it.
  uint64_t tag = 0;
  // The device does nothing and reports success.
  bool invalid = false;
  uint8_t scene = HISI_SEC_SCENE_NONE;

  uint8_t cipher = HISI_SEC_CIPHER_NONE;
  uint8_t c_alg = 0;
  uint8_t c_mode = 0;
  uint8_t c_width = 0;
  uint8_t c_key_len = 0;  // a code
  uint8_t icv_bytes = 0;  // the tag of GCM and CCM

  uint8_t auth = HISI_SEC_AUTH_NONE;
  uint8_t a_alg = 0;
  uint8_t ai_gen = HISI_SEC_AI_INITIAL;
  uint8_t a_pad = HISI_SEC_PAD;
  uint8_t mac_words = 0;
  uint8_t a_key_words = 0;

  uint8_t seq = HISI_SEC_CIPHER_THEN_DIGEST;
  bool has_destination = false;  // de
  uint8_t source_type = HISI_SEC_ADDR_FLAT;
  uint8_t destination_type = HISI_SEC_ADDR_FLAT;

  // At most 24 bits each.
  uint32_t a_bytes = 0;
  uint32_t c_bytes = 0;
  // Where in the source, and in the destination too, the payload begins.
  uint16_t cipher_offset_bytes = 0;
  // Long hash, END: bits of the whole message. GCM stream, END: abi/sec.h.
  uint64_t long_a_data_len = 0;

  // Type 3 alone has these.
  uint8_t count_mode = 0;  // ctr_count_mode or sm4_xts
  bool prefetch = false;
  bool mac_sel = false;

  // Addresses; keys, IVs and MACs are always flat.
  uint64_t source = 0;
  uint64_t destination = 0;
  uint64_t mac = 0;
  uint64_t c_key = 0;
  uint64_t c_iv = 0;
  uint64_t a_key = 0;
  uint64_t a_iv = 0;
};

}  // namespace uacced::hw::hisi

#endif  // UACCED_HW_HISI_SEC_COMMAND_H_
