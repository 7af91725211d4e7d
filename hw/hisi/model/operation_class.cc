#include "hw/hisi/model/operation_class.h"

#include <cstddef>
#include <iterator>

#include "hw/hisi/abi/qm.h"
#include "hw/hisi/abi/sec.h"

namespace uacced::hw::hisi {
namespace {

constexpr absl::string_view kNames[] = {"compress", "decompress", "cipher",
                                        "digest", "aead"};

uint32_t Field(const Descriptor& descriptor, uint32_t dword, uint32_t shift,
               uint32_t mask) {
  return descriptor[dword] >> shift & mask;
}

std::optional<OperationClass> SecClass(uint32_t cipher, uint32_t auth,
                                       uint32_t mode) {
  const bool ciphers = cipher != HISI_SEC_CIPHER_NONE;
  const bool authenticates = auth != HISI_SEC_AUTH_NONE;
  if (ciphers && (authenticates || mode == HISI_SEC_MODE_GCM ||
                  mode == HISI_SEC_MODE_CCM)) {
    return OperationClass::kAead;
  }
  if (ciphers) return OperationClass::kCipher;
  if (authenticates) return OperationClass::kDigest;
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
                      Field(descriptor, HISI_SEC2_AUTH),
                      Field(descriptor, HISI_SEC2_C_MODE));
    case HISI_SEC_TYPE3:
      return SecClass(Field(descriptor, HISI_SEC3_CIPHER),
                      Field(descriptor, HISI_SEC3_AUTH),
                      Field(descriptor, HISI_SEC3_C_MODE));
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
