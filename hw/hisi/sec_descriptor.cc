#include "hw/hisi/sec_descriptor.h"

#include <bit>

namespace uacced::hw::hisi {
namespace {

static_assert(std::endian::native == std::endian::little,
              "descriptors are little-endian and used as they are");

// The first three arguments are one HISI_SEC_FIELD of abi/sec.h.
void Put(unsigned dword, unsigned shift, uint32_t mask, uint32_t value,
         Sqe& sqe) {
  sqe.dword[dword] |= (value & mask) << shift;
}

uint32_t Get(unsigned dword, unsigned shift, uint32_t mask,
             const volatile Sqe& sqe) {
  return sqe.dword[dword] >> shift & mask;
}

// Type 3 aligns them to four bytes only.
void Put64(unsigned dword, uint64_t value, Sqe& sqe) {
  sqe.dword[dword] = static_cast<uint32_t>(value);
  sqe.dword[dword + 1] = static_cast<uint32_t>(value >> 32);
}

uint64_t Get64(unsigned dword, const volatile Sqe& sqe) {
  return sqe.dword[dword] | uint64_t{sqe.dword[dword + 1]} << 32;
}

void WriteType2(const SecCommand& command, Sqe& sqe) {
  sqe.dword[0] = HISI_SEC_TYPE2;
  Put(HISI_SEC2_CIPHER, command.cipher, sqe);
  Put(HISI_SEC2_AUTH, command.auth, sqe);
  Put(HISI_SEC2_SEQ, command.seq, sqe);
  Put(HISI_SEC2_DE, command.has_destination, sqe);
  Put(HISI_SEC2_SCENE, command.scene, sqe);
  Put(HISI_SEC2_SRC_ADDR_TYPE, command.source_type, sqe);
  Put(HISI_SEC2_DST_ADDR_TYPE, command.destination_type, sqe);
  Put(HISI_SEC2_AI_GEN, command.ai_gen, sqe);
  Put(HISI_SEC2_A_PAD, command.a_pad, sqe);
  Put(HISI_SEC2_INVALID, command.invalid, sqe);
  Put(HISI_SEC2_MAC_LEN, command.mac_words, sqe);
  Put(HISI_SEC2_A_KEY_LEN, command.a_key_words, sqe);
  Put(HISI_SEC2_A_ALG, command.a_alg, sqe);
  Put(HISI_SEC2_C_ICV_LEN, command.icv_bytes, sqe);
  Put(HISI_SEC2_C_WIDTH, command.c_width, sqe);
  Put(HISI_SEC2_C_KEY_LEN, command.c_key_len, sqe);
  Put(HISI_SEC2_C_MODE, command.c_mode, sqe);
  Put(HISI_SEC2_C_ALG, command.c_alg, sqe);
  Put(HISI_SEC2_A_LEN, command.a_bytes, sqe);
  Put(HISI_SEC2_C_LEN, command.c_bytes, sqe);
  Put(HISI_SEC2_CIPHER_SRC_OFFSET, command.cipher_offset_bytes, sqe);
  Put(HISI_SEC2_TAG, static_cast<uint32_t>(command.tag), sqe);
  Put64(HISI_SEC2_LONG_A_DATA_LEN, command.long_a_data_len, sqe);
  Put64(HISI_SEC2_A_IVIN_ADDR, command.a_iv, sqe);
  Put64(HISI_SEC2_A_KEY_ADDR, command.a_key, sqe);
  Put64(HISI_SEC2_MAC_ADDR, command.mac, sqe);
  Put64(HISI_SEC2_C_IVIN_ADDR, command.c_iv, sqe);
  Put64(HISI_SEC2_C_KEY_ADDR, command.c_key, sqe);
  Put64(HISI_SEC2_DATA_SRC_ADDR, command.source, sqe);
  Put64(HISI_SEC2_DATA_DST_ADDR, command.destination, sqe);
}

void WriteType3(const SecCommand& command, Sqe& sqe) {
  sqe.dword[0] = HISI_SEC_TYPE3;
  Put(HISI_SEC3_INVALID, command.invalid, sqe);
  Put(HISI_SEC3_SCENE, command.scene, sqe);
  Put(HISI_SEC3_DE, command.has_destination, sqe);
  Put(HISI_SEC3_SRC_ADDR_TYPE, command.source_type, sqe);
  Put(HISI_SEC3_DST_ADDR_TYPE, command.destination_type, sqe);
  Put(HISI_SEC3_CIPHER, command.cipher, sqe);
  Put(HISI_SEC3_C_ICV_LEN, command.icv_bytes, sqe);
  Put(HISI_SEC3_C_WIDTH, command.c_width, sqe);
  Put(HISI_SEC3_C_KEY_LEN, command.c_key_len, sqe);
  Put(HISI_SEC3_C_MODE, command.c_mode, sqe);
  Put(HISI_SEC3_C_ALG, command.c_alg, sqe);
  Put(HISI_SEC3_SEQ, command.seq, sqe);
  Put(HISI_SEC3_AUTH, command.auth, sqe);
  Put(HISI_SEC3_AI_GEN, command.ai_gen, sqe);
  Put(HISI_SEC3_MAC_LEN, command.mac_words, sqe);
  Put(HISI_SEC3_A_KEY_LEN, command.a_key_words, sqe);
  Put(HISI_SEC3_A_ALG, command.a_alg, sqe);
  Put(HISI_SEC3_CTR_COUNT_MODE, command.count_mode, sqe);
  Put(HISI_SEC3_SVA_PREFETCH, command.prefetch, sqe);
  Put(HISI_SEC3_CIPHER_SRC_OFFSET, command.cipher_offset_bytes, sqe);
  Put(HISI_SEC3_A_LEN, command.a_bytes, sqe);
  Put(HISI_SEC3_C_LEN, command.c_bytes, sqe);
  Put(HISI_SEC3_AUTH_PAD, command.a_pad, sqe);
  Put(HISI_SEC3_MAC_SEL, command.mac_sel, sqe);
  Put64(HISI_SEC3_TAG, command.tag, sqe);
  Put64(HISI_SEC3_DATA_SRC_ADDR, command.source, sqe);
  Put64(HISI_SEC3_A_KEY_ADDR, command.a_key, sqe);
  Put64(HISI_SEC3_A_IVIN_ADDR, command.a_iv, sqe);
  Put64(HISI_SEC3_C_KEY_ADDR, command.c_key, sqe);
  Put64(HISI_SEC3_DATA_DST_ADDR, command.destination, sqe);
  Put64(HISI_SEC3_MAC_ADDR, command.mac, sqe);
  Put64(HISI_SEC3_C_IVIN_ADDR, command.c_iv, sqe);
  Put64(HISI_SEC3_LONG_A_DATA_LEN, command.long_a_data_len, sqe);
}

bool CarriesTag(SecType type, uint64_t tag, const volatile Sqe& sqe) {
  const uint32_t first = sqe.dword[0];
  if ((first & HISI_SEC_TYPE_MASK) != static_cast<uint32_t>(type)) return false;
  return type == SecType::k2
             ? Get(HISI_SEC2_TAG, sqe) == static_cast<uint16_t>(tag)
             : Get64(HISI_SEC3_TAG, sqe) == tag;
}

}  // namespace

void WriteSecDescriptor(SecType type, const SecCommand& command, Sqe& sqe) {
  Sqe whole = {};
  if (type == SecType::k2) {
    WriteType2(command, whole);
  } else {
    WriteType3(command, whole);
  }
  sqe = whole;
}

SecOutcome ReadSecOutcome(SecType type, uint64_t tag, const volatile Sqe& sqe) {
  SecOutcome outcome;
  if (!CarriesTag(type, tag, sqe)) return outcome;
  const uint32_t status = sqe.dword[HISI_SEC_STATUS_DWORD];
  const auto field = [status](unsigned /*dword*/, unsigned shift,
                              uint32_t mask) { return status >> shift & mask; };
  outcome.flag = static_cast<uint8_t>(field(HISI_SEC_FLAG));
  // Whether silicon sets `done` with an error is not known: drivers take the
  // error either way.
  if (field(HISI_SEC_ERROR_TYPE) != 0) {
    outcome.status = SecStatus::kFailed;
  } else if (field(HISI_SEC_DONE) != 0) {
    outcome.status = field(HISI_SEC_ICV) == HISI_SEC_ICV_MISMATCH
                         ? SecStatus::kMacMismatch
                         : SecStatus::kOk;
  }
  return outcome;
}

}  // namespace uacced::hw::hisi
