#include "hw/hisi/model/sec_operation.h"

#include <algorithm>
#include <iterator>

#include "hw/hisi/abi/sec.h"

namespace uacced::hw::hisi {
namespace {

uint32_t Field(const Descriptor& bd, uint32_t dword, uint32_t shift,
               uint32_t mask) {
  return bd[dword] >> shift & mask;
}

uint64_t Pair(const Descriptor& bd, uint32_t dword) {
  return bd[dword] | uint64_t{bd[dword + 1]} << 32;
}

struct Bits {
  uint32_t dword;
  uint32_t mask;
};

// Fields that drivers leave 0 and that would change the result.
constexpr Bits kForeign2[] = {
    // nonce_len, huk, key_s, ci_gen; c_s; rhf, c_key_type, a_key_type,
    // write_frame_len, cal_iv_addr_en, tls_up
    {1, 0x03ff30ff},  {4, 0xff000000},  // iv_offset_l
    {5, 0xff000000},                    // iv_offset_h
    {7, 0xffffffff},   // cs_ip_header_offset, cs_udp_header_offset
    {8, 0xffffffff},   // pass_word_len, dk_len
    {9, 0xffffffff},   // salt
    {11, 0x0003ffff},  // c_pad_*
};
constexpr Bits kForeign3[] = {
    {1, 0x3f00000c},   // ci_gen; nonce_len, huk, cal_iv_addr_en
    {14, 0xf1e00000},  // key_sel; key_wrap_num, update_key
    {15, 0xffffffff},  // salt
    {17, 0xff000000},  // auth_key_offset
    {18, 0xff000000},  // auth_ivin_offset
};
// dwords 25 to 27 mean something else in each scene.
constexpr Bits kForeign3Stream[] = {
    {27, 0xffffff1c},  // stream_protocol; plaintext_type, pad_len_1p3
};
constexpr Bits kForeign3Ipsec[] = {
    {25, 0xffffffff},
    {26, 0xffffffff},
    {27, 0xffffffff},
};

template <size_t count>
bool AnySet(const Descriptor& bd, const Bits (&fields)[count]) {
  return std::any_of(
      std::begin(fields), std::end(fields),
      [&](const Bits& bits) { return (bd[bits.dword] & bits.mask) != 0; });
}

void DecodeType2(const Descriptor& bd, SecOperation& op) {
  op.invalid = Field(bd, HISI_SEC2_INVALID) != 0;
  op.cipher = Field(bd, HISI_SEC2_CIPHER);
  op.auth = Field(bd, HISI_SEC2_AUTH);
  op.seq = Field(bd, HISI_SEC2_SEQ);
  op.de = Field(bd, HISI_SEC2_DE);
  op.scene = Field(bd, HISI_SEC2_SCENE);
  op.src_addr_type = Field(bd, HISI_SEC2_SRC_ADDR_TYPE);
  op.dst_addr_type = Field(bd, HISI_SEC2_DST_ADDR_TYPE);
  op.mac_addr_type = Field(bd, HISI_SEC2_MAC_ADDR_TYPE);
  op.ai_gen = Field(bd, HISI_SEC2_AI_GEN);
  op.a_pad = Field(bd, HISI_SEC2_A_PAD);
  op.a_alg = Field(bd, HISI_SEC2_A_ALG);
  op.a_key_words = Field(bd, HISI_SEC2_A_KEY_LEN);
  op.mac_words = Field(bd, HISI_SEC2_MAC_LEN);
  op.c_alg = Field(bd, HISI_SEC2_C_ALG);
  op.c_mode = Field(bd, HISI_SEC2_C_MODE);
  op.c_width = Field(bd, HISI_SEC2_C_WIDTH);
  op.c_key_len = Field(bd, HISI_SEC2_C_KEY_LEN);
  op.c_icv_bytes = Field(bd, HISI_SEC2_C_ICV_LEN);
  op.a_bytes = Field(bd, HISI_SEC2_A_LEN);
  op.c_bytes = Field(bd, HISI_SEC2_C_LEN);
  op.auth_src_offset = Field(bd, HISI_SEC2_AUTH_SRC_OFFSET);
  op.cipher_src_offset = Field(bd, HISI_SEC2_CIPHER_SRC_OFFSET);
  op.long_a_data_len = Pair(bd, HISI_SEC2_LONG_A_DATA_LEN);
  op.data_src_addr = Pair(bd, HISI_SEC2_DATA_SRC_ADDR);
  op.data_dst_addr = Pair(bd, HISI_SEC2_DATA_DST_ADDR);
  op.mac_addr = Pair(bd, HISI_SEC2_MAC_ADDR);
  op.a_key_addr = Pair(bd, HISI_SEC2_A_KEY_ADDR);
  op.a_ivin_addr = Pair(bd, HISI_SEC2_A_IVIN_ADDR);
  op.c_key_addr = Pair(bd, HISI_SEC2_C_KEY_ADDR);
  op.c_ivin_addr = Pair(bd, HISI_SEC2_C_IVIN_ADDR);
  op.foreign = AnySet(bd, kForeign2);
}

void DecodeType3(const Descriptor& bd, SecOperation& op) {
  op.invalid = Field(bd, HISI_SEC3_INVALID) != 0;
  op.cipher = Field(bd, HISI_SEC3_CIPHER);
  op.auth = Field(bd, HISI_SEC3_AUTH);
  op.seq = Field(bd, HISI_SEC3_SEQ);
  op.de = Field(bd, HISI_SEC3_DE);
  op.scene = Field(bd, HISI_SEC3_SCENE);
  op.src_addr_type = Field(bd, HISI_SEC3_SRC_ADDR_TYPE);
  op.dst_addr_type = Field(bd, HISI_SEC3_DST_ADDR_TYPE);
  op.mac_addr_type = Field(bd, HISI_SEC3_MAC_ADDR_TYPE);
  op.ai_gen = Field(bd, HISI_SEC3_AI_GEN);
  op.a_alg = Field(bd, HISI_SEC3_A_ALG);
  op.a_key_words = Field(bd, HISI_SEC3_A_KEY_LEN);
  op.mac_words = Field(bd, HISI_SEC3_MAC_LEN);
  op.c_alg = Field(bd, HISI_SEC3_C_ALG);
  op.c_mode = Field(bd, HISI_SEC3_C_MODE);
  op.c_width = Field(bd, HISI_SEC3_C_WIDTH);
  op.c_key_len = Field(bd, HISI_SEC3_C_KEY_LEN);
  op.c_icv_bytes = Field(bd, HISI_SEC3_C_ICV_LEN);
  // Linux leaves the 2 of CTR there for every mode: only 1 is the variant.
  op.sm4_xts_gb = Field(bd, HISI_SEC3_CTR_COUNT_MODE) == HISI_SEC3_SM4_XTS_GB;
  op.a_bytes = Field(bd, HISI_SEC3_A_LEN);
  op.c_bytes = Field(bd, HISI_SEC3_C_LEN);
  op.auth_src_offset = Field(bd, HISI_SEC3_AUTH_SRC_OFFSET);
  op.cipher_src_offset = Field(bd, HISI_SEC3_CIPHER_SRC_OFFSET);
  op.data_src_addr = Pair(bd, HISI_SEC3_DATA_SRC_ADDR);
  op.data_dst_addr = Pair(bd, HISI_SEC3_DATA_DST_ADDR);
  op.mac_addr = Pair(bd, HISI_SEC3_MAC_ADDR);
  op.a_key_addr = Pair(bd, HISI_SEC3_A_KEY_ADDR);
  op.a_ivin_addr = Pair(bd, HISI_SEC3_A_IVIN_ADDR);
  op.c_key_addr = Pair(bd, HISI_SEC3_C_KEY_ADDR);
  op.c_ivin_addr = Pair(bd, HISI_SEC3_C_IVIN_ADDR);
  op.foreign = AnySet(bd, kForeign3);
  if (op.scene == HISI_SEC_SCENE_STREAM) {
    op.a_pad = Field(bd, HISI_SEC3_AUTH_PAD);
    op.long_a_data_len = Pair(bd, HISI_SEC3_LONG_A_DATA_LEN);
    op.foreign = op.foreign || AnySet(bd, kForeign3Stream);
  } else if (op.scene == HISI_SEC_SCENE_IPSEC) {
    op.foreign = op.foreign || AnySet(bd, kForeign3Ipsec);
  }
}

}  // namespace

SecOperation DecodeSecOperation(const Descriptor& descriptor) {
  SecOperation op;
  op.type = descriptor[0] & HISI_SEC_TYPE_MASK;
  if (op.type == HISI_SEC_TYPE2) DecodeType2(descriptor, op);
  if (op.type == HISI_SEC_TYPE3) DecodeType3(descriptor, op);
  return op;
}

}  // namespace uacced::hw::hisi
