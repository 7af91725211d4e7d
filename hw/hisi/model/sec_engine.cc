#include "hw/hisi/model/sec_engine.h"

#include <optional>

#include "hw/hisi/abi/sec.h"
#include "hw/hisi/model/sec_operands.h"
#include "hw/hisi/model/sec_operation.h"
#include "hw/hisi/model/sec_rules.h"
#include "hw/hisi/model/sec_status.h"
#include "hw/hisi/model/sec_units.h"
#include "hw/hisi/model/sgl_reader.h"
#include "hw/request.h"

namespace uacced::hw::hisi {
namespace {

constexpr uint32_t Place(uint32_t value, uint32_t /*dword*/, uint32_t shift,
                         uint32_t mask) {
  return (value & mask) << shift;
}

constexpr uint32_t kDone = Place(1, HISI_SEC_DONE);

uint32_t ErrorStatus(uint32_t error_type) {
  return kDone | Place(error_type, HISI_SEC_ERROR_TYPE);
}

// Later versions take type 2 as well.
bool TakesType(const QueueKind& kind, uint32_t type) {
  if (kind.qc_type != 0) return false;
  if (type == HISI_SEC_TYPE2) return kind.version >= 2;
  return type == HISI_SEC_TYPE3 && kind.version >= 3;
}

bool HasMac(SecKind kind) { return kind != SecKind::kCipher; }

uint32_t Status(SecKind kind, const SecOperation& op,
                const SecAnswer& outcome) {
  if (outcome.error != SecError::kNone) {
    return ErrorStatus(static_cast<uint32_t>(outcome.error));
  }
  uint32_t status = kDone;
  if (HasMac(kind)) status |= Place(HISI_SEC_FLAG_AUTH_DONE, HISI_SEC_FLAG);
  if (op.cipher != HISI_SEC_CIPHER_NONE) {
    status |= Place(HISI_SEC_FLAG_CIPHER_DONE, HISI_SEC_FLAG);
  }
  if (outcome.mac_mismatch) {
    status |= Place(HISI_SEC_ICV_MISMATCH, HISI_SEC_ICV);
  }
  return status;
}

// Where the output is that Corrupt() spoils; nullopt: there is none.
std::optional<DmaRange> Output(DmaSpace& memory, const Descriptor& descriptor) {
  const SecOperation op = DecodeSecOperation(descriptor);
  if ((op.type != HISI_SEC_TYPE2 && op.type != HISI_SEC_TYPE3) || op.invalid) {
    return std::nullopt;
  }
  // What an earlier version did a later one does, too.
  const SecVerdict verdict = JudgeSecOperation(UINT32_MAX, op);
  if (verdict.error != SecError::kNone) return std::nullopt;
  if (op.cipher != HISI_SEC_CIPHER_NONE && op.c_bytes > 0) {
    return PayloadRange(memory, op);
  }
  if (VerifiesMac(verdict.kind, op)) return std::nullopt;
  return DmaRange::Flat(op.mac_addr, MacBytes(verdict.kind, op));
}

}  // namespace

void SecEngine::Execute(const QueueKind& kind, DmaSpace& memory,
                        Descriptor& descriptor) const {
  uint32_t& status = descriptor[HISI_SEC_STATUS_DWORD];
  const SecOperation op = DecodeSecOperation(descriptor);
  if (!TakesType(kind, op.type)) {
    status = ErrorStatus(static_cast<uint32_t>(SecError::kBdType));
    return;
  }
  if (op.invalid) {
    status = kDone;
    return;
  }
  const SecVerdict verdict = JudgeSecOperation(kind.version, op);
  SecAnswer outcome = {.error = verdict.error};
  if (outcome.error == SecError::kNone) {
    const auto run =
        op.cipher == HISI_SEC_CIPHER_NONE ? RunAuthUnit : RunCipherUnit;
    outcome = run(ciphers_, memory, verdict.kind, op);
  }
  status = Status(verdict.kind, op, outcome);
}

void SecEngine::Fail(uint32_t status, Descriptor& descriptor) const {
  const uint32_t error_type = Place(status, HISI_SEC_ERROR_TYPE);
  descriptor[HISI_SEC_STATUS_DWORD] = ErrorStatus(
      error_type != 0 ? status : static_cast<uint32_t>(SecError::kInjected));
}

bool SecEngine::Corrupt(DmaSpace& memory, const Descriptor& descriptor,
                        uint64_t random) const {
  const uint32_t status = descriptor[HISI_SEC_STATUS_DWORD];
  if ((status & kDone) == 0 ||
      (status & Place(0xff, HISI_SEC_ERROR_TYPE)) != 0) {
    return false;
  }
  const std::optional<DmaRange> output = Output(memory, descriptor);
  if (!output.has_value() || output->bytes() == 0) return false;
  const uint64_t bit = random % (output->bytes() * 8);
  uint8_t byte = 0;
  if (!output->Read(memory, bit / 8, {&byte, 1})) return false;
  byte ^= static_cast<uint8_t>(1u << bit % 8);
  return output->Write(memory, bit / 8, {&byte, 1});
}

}  // namespace uacced::hw::hisi
