// The layouts, byte for byte, against offsets written down by hand from the
// hardware's description.
#include <cstddef>
#include <cstdint>
#include <set>
#include <utility>

#include "gtest/gtest.h"
#include "hw/hisi/abi/qm.h"
#include "hw/hisi/abi/sec.h"
#include "hw/hisi/abi/sec_facts.h"
#include "hw/hisi/abi/sgl.h"
#include "hw/hisi/abi/zip.h"

namespace {

static_assert(sizeof(hisi_qm_cqe) == HISI_QM_CQE_BYTES);
static_assert(offsetof(hisi_qm_cqe, sq_head) == 8);
static_assert(offsetof(hisi_qm_cqe, sq_num) == 10);
static_assert(offsetof(hisi_qm_cqe, w7) == 14);

static_assert(sizeof(hisi_qm_qp_ctx) == 4);
static_assert(offsetof(hisi_qm_qp_ctx, qc_type) == 2);
static_assert(sizeof(hisi_qm_qp_info) == 16);
static_assert(offsetof(hisi_qm_qp_info, sq_depth) == 4);
static_assert(offsetof(hisi_qm_qp_info, cq_depth) == 6);
static_assert(offsetof(hisi_qm_qp_info, reserved) == 8);
static_assert(HISI_QM_SET_QP_CTX == 0xC004480A);
static_assert(HISI_QM_SET_QP_INFO == 0xC010480B);

static_assert(sizeof(hisi_zip_sqe) == HISI_QM_SQE_BYTES);
static_assert(offsetof(hisi_zip_sqe, dw3) == 0x0c);
static_assert(offsetof(hisi_zip_sqe, input_data_length) == 0x10);
static_assert(offsetof(hisi_zip_sqe, dw7) == 0x1c);
static_assert(offsetof(hisi_zip_sqe, dw9) == 0x24);
static_assert(offsetof(hisi_zip_sqe, tag) == 0x34);
static_assert(offsetof(hisi_zip_sqe, dest_avail_out) == 0x38);
static_assert(offsetof(hisi_zip_sqe, ctx_dw0) == 0x3c);
static_assert(offsetof(hisi_zip_sqe, source_addr_l) == 0x48);
static_assert(offsetof(hisi_zip_sqe, dest_addr_l) == 0x50);
static_assert(offsetof(hisi_zip_sqe, stream_ctx_addr_l) == 0x58);
static_assert(offsetof(hisi_zip_sqe, literals_addr_l) == 0x60);
static_assert(offsetof(hisi_zip_sqe, tag_l) == 0x68);
static_assert(offsetof(hisi_zip_sqe, ctx_dw1) == 0x70);
static_assert(offsetof(hisi_zip_sqe, isize) == 0x78);
static_assert(offsetof(hisi_zip_sqe, checksum) == 0x7c);

static_assert(offsetof(hisi_sgl, entry_sum_in_chain) == 8);
static_assert(offsetof(hisi_sgl, entry_sum_in_sgl) == 10);
static_assert(offsetof(hisi_sgl, entry_length_in_sgl) == 12);
static_assert(offsetof(hisi_sgl, software_next) == 48);
static_assert(offsetof(hisi_sgl, software_bytes) == 56);
static_assert(offsetof(hisi_sgl, entries) == HISI_SGL_HEAD_BYTES);
static_assert(sizeof(hisi_sgl_entry) == HISI_SGL_ENTRY_BYTES);
static_assert(offsetof(hisi_sgl_entry, len) == 16);

TEST(AbiTest, TheRegionOfTheRingsIsLaidOutAsMeasured) {
  EXPECT_EQ(hisi_qm_cq_offset(1024), 0x20000u);
  EXPECT_EQ(hisi_qm_dus_bytes(1024, 1024, 4096), 0x25000u);
  EXPECT_EQ(hisi_qm_dus_bytes(1024, 1024, 16384), 163840u);
  EXPECT_EQ(hisi_qm_dus_bytes(1024, 1024, 65536), 262144u);
  EXPECT_EQ(hisi_qm_dus_bytes(512, 1024, 4096), 0x15000u);
  EXPECT_EQ(hisi_qm_cq_offset(8), 0x400u);
  EXPECT_EQ(hisi_qm_dus_bytes(8, 16, 4096), 0x2000u);
}

uint32_t Set(uint32_t /*dword*/, uint32_t shift, uint32_t mask,
             uint32_t value) {
  EXPECT_EQ(value & ~mask, 0u);
  return value << shift;
}

// AES-256-GCM, 16 bytes of tag: dwords of captures.
TEST(AbiTest, FieldsOfSecStandWhereCapturesHaveThem) {
  EXPECT_EQ(HISI_SEC_TYPE2 | Set(HISI_SEC2_CIPHER, HISI_SEC_CIPHER_ENCRYPT) |
                Set(HISI_SEC2_DE, 1) |
                Set(HISI_SEC2_SCENE, HISI_SEC_SCENE_IPSEC),
            0x00000a12u);
  EXPECT_EQ(Set(HISI_SEC2_C_ICV_LEN, 16) |
                Set(HISI_SEC2_C_KEY_LEN, HISI_SEC_KEY_AES_256) |
                Set(HISI_SEC2_C_MODE, HISI_SEC_MODE_GCM) |
                Set(HISI_SEC2_C_ALG, HISI_SEC_C_AES),
            0x00026410u);
  EXPECT_EQ(HISI_SEC_TYPE3 | Set(HISI_SEC3_DE, 1) |
                Set(HISI_SEC3_SCENE, HISI_SEC_SCENE_IPSEC),
            0x00000223u);
  EXPECT_EQ(Set(HISI_SEC3_CIPHER, HISI_SEC_CIPHER_DECRYPT) |
                Set(HISI_SEC3_C_ICV_LEN, 16) |
                Set(HISI_SEC3_C_KEY_LEN, HISI_SEC_KEY_AES_256) |
                Set(HISI_SEC3_C_MODE, HISI_SEC_MODE_GCM) |
                Set(HISI_SEC3_C_ALG, HISI_SEC_C_AES) |
                Set(HISI_SEC3_SEQ, HISI_SEC_DIGEST_THEN_CIPHER),
            0x40264102u);
  // HMAC-SHA512 with a key of 128 bytes.
  EXPECT_EQ(Set(HISI_SEC2_MAC_LEN, 16) | Set(HISI_SEC2_A_KEY_LEN, 32) |
                Set(HISI_SEC2_A_ALG, HISI_SEC_A_SHA512 + HISI_SEC_A_HMAC),
            0x0000ac10u);
  EXPECT_EQ(Set(HISI_SEC3_AUTH, HISI_SEC_AUTH_COMPUTE) |
                Set(HISI_SEC3_MAC_LEN, 16) | Set(HISI_SEC3_A_KEY_LEN, 32) |
                Set(HISI_SEC3_A_ALG, HISI_SEC_A_SHA512 + HISI_SEC_A_HMAC) |
                Set(HISI_SEC3_SVA_PREFETCH, 1),
            0x080ac101u);
}

// A row that stands twice would be found once.
TEST(AbiTest, TablesOfSecNameNothingTwice) {
  std::set<std::pair<int, int>> ciphers, keys, authencs;
  for (const hisi_sec_cipher& row : hisi_sec_ciphers) {
    EXPECT_TRUE(ciphers.insert({row.c_alg, row.c_mode}).second);
    EXPECT_GE(row.unit_bytes, 1);
    EXPECT_EQ(row.min_bytes % row.unit_bytes, 0);
  }
  for (const hisi_sec_key& row : hisi_sec_keys) {
    EXPECT_TRUE(keys.insert({row.c_alg, row.c_key_len}).second);
  }
  for (const hisi_sec_authenc& row : hisi_sec_authencs) {
    EXPECT_TRUE(authencs.insert({row.c_alg, row.a_alg}).second);
    EXPECT_TRUE(ciphers.count({row.c_alg, HISI_SEC_MODE_CBC}));
  }
  std::set<int> macs;
  for (const hisi_sec_block_mac& row : hisi_sec_block_macs) {
    EXPECT_TRUE(macs.insert(row.a_alg).second);
    EXPECT_EQ(row.key_bytes[3], 0);
  }
}

}  // namespace
