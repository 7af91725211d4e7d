#include "hw/hisi/model/sec_operands.h"

#include <openssl/crypto.h>

#include <array>

#include "hw/hisi/abi/sec.h"
#include "hw/hisi/model/sec_hash.h"

namespace uacced::hw::hisi {
namespace {

std::optional<DmaRange> Range(DmaSpace& memory, uint32_t addr_type,
                              uint64_t address, uint64_t offset,
                              uint64_t bytes) {
  if (addr_type == HISI_SEC_ADDR_SGL) {
    std::optional<DmaRange> range = ReadSgl(memory, address, offset, bytes);
    if (range.has_value() && range->bytes() < bytes) return std::nullopt;
    return range;
  }
  if (address > UINT64_MAX - offset - bytes) return std::nullopt;
  return DmaRange::Flat(address + offset, bytes);
}

size_t HashMacBytes(const SecOperation& op) {
  const HashAlgorithm& hash = *FindSecHash(op.a_alg).hash;
  if (op.a_pad == HISI_SEC_NO_PAD) return hash.state_bytes;
  return op.mac_words == 0 ? hash.digest_bytes : op.mac_bytes();
}

}  // namespace

size_t MacBytes(SecKind kind, const SecOperation& op) {
  switch (kind) {
    case SecKind::kCipher:
      return 0;
    case SecKind::kGcm:
    case SecKind::kGcmEnd:
    case SecKind::kCcm:
      return op.c_icv_bytes;
    case SecKind::kGcmMiddle:
    case SecKind::kGhash:
      return 16;
    case SecKind::kHash:
      return HashMacBytes(op);
    default:
      return op.mac_bytes();
  }
}

bool VerifiesMac(SecKind kind, const SecOperation& op) {
  switch (kind) {
    case SecKind::kGcm:
    case SecKind::kGcmEnd:
    case SecKind::kCcm:
      return op.cipher == HISI_SEC_CIPHER_DECRYPT;
    default:
      return op.auth == HISI_SEC_AUTH_VERIFY;
  }
}

bool ReadSource(DmaSpace& memory, const SecOperation& op, uint64_t offset,
                MutableBytes out) {
  // The address of no bytes may be anything.
  if (out.empty()) return true;
  const std::optional<DmaRange> range =
      Range(memory, op.src_addr_type, op.data_src_addr, offset, out.size());
  return range.has_value() && range->Read(memory, 0, out);
}

std::optional<DmaRange> PayloadRange(DmaSpace& memory, const SecOperation& op) {
  const bool apart = op.de != 0;
  return Range(memory, apart ? op.dst_addr_type : op.src_addr_type,
               apart ? op.data_dst_addr : op.data_src_addr,
               op.cipher_src_offset, op.c_bytes);
}

SecAnswer Deliver(DmaSpace& memory, SecKind kind, const SecOperation& op,
                  Bytes payload, Bytes mac) {
  const bool verifies = VerifiesMac(kind, op);
  mac = mac.first(MacBytes(kind, op));
  // Read before anything is written: the ranges may overlap.
  std::array<uint8_t, kMaxHashStateBytes> expected;
  if (verifies && !memory.Read(op.mac_addr, {expected.data(), mac.size()})) {
    return {.error = SecError::kAddress};
  }
  if (!payload.empty()) {
    const std::optional<DmaRange> range = PayloadRange(memory, op);
    if (!range.has_value() || !range->Write(memory, 0, payload)) {
      return {.error = SecError::kAddress};
    }
  }
  if (verifies) {
    return {.mac_mismatch =
                CRYPTO_memcmp(expected.data(), mac.data(), mac.size()) != 0};
  }
  if (!memory.Write(op.mac_addr, mac)) return {.error = SecError::kAddress};
  return {};
}

}  // namespace uacced::hw::hisi
