#include "hw/hisi/model/operation_class.h"

#include <cstddef>
#include <iterator>

#include "hw/hisi/abi/qm.h"
#include "hw/hisi/abi/sec.h"

namespace uacced::hw::hisi {
namespace {

constexpr absl::string_view kNames[] = {"compress", "decompress", "encrypt",
                                        "decrypt", "digest"};

uint32_t Field(const Descriptor& descriptor, uint32_t dword, uint32_t shift,
               uint32_t mask) {
  return descriptor[dword] >> shift & mask;
}

std::optional<OperationClass> SecClass(uint32_t cipher, uint32_t auth) {
  if (cipher == HISI_SEC_CIPHER_DECRYPT) return OperationClass::kDecrypt;
  if (cipher != HISI_SEC_CIPHER_NONE) return OperationClass::kEncrypt;
  if (auth != HISI_SEC_AUTH_NONE) return OperationClass::kDigest;
  return std::nullopt;
}

}  // namespace

std::optional<OperationClass> ClassOf(Port::Engine engine,
                                      const QueueKind& kind,
                                      const Descriptor& descriptor) {
  if (engine == Port::Engine::kZip) {
    // The descriptor does not say it, its queue does.
    return kind.qc_type == HISI_QM_QC_TYPE_COMPRESS
               ? OperationClass::kCompress
               : OperationClass::kDecompress;
  }
  switch (descriptor[0] & HISI_SEC_TYPE_MASK) {
    case HISI_SEC_TYPE2:
      return SecClass(Field(descriptor, HISI_SEC2_CIPHER),
                      Field(descriptor, HISI_SEC2_AUTH));
    case HISI_SEC_TYPE3:
      return SecClass(Field(descriptor, HISI_SEC3_CIPHER),
                      Field(descriptor, HISI_SEC3_AUTH));
    default:
      return std::nullopt;
  }
}

absl::string_view Name(OperationClass operation) {
  return kNames[static_cast<size_t>(operation)];
}

std::optional<OperationClass> OperationClassByName(absl::string_view name) {
  for (size_t i = 0; i < std::size(kNames); ++i) {
    if (kNames[i] == name) return static_cast<OperationClass>(i);
  }
  return std::nullopt;
}

}  // namespace uacced::hw::hisi
