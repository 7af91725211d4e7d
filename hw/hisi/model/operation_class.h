// What kind of work a descriptor asks for, roughly: for rules of faults that
// concern one kind. A descriptor that makes no sense has none.
//
// Threads: pure functions.
#ifndef UACCED_HW_HISI_MODEL_OPERATION_CLASS_H_
#define UACCED_HW_HISI_MODEL_OPERATION_CLASS_H_

#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"
#include "hw/hisi/model/engine.h"
#include "hw/hisi/port.h"

namespace uacced::hw::hisi {

enum class OperationClass : uint8_t {
  kCompress,
  kDecompress,
  kEncrypt,  // With or without a tag.
  kDecrypt,
  kDigest,
};

std::optional<OperationClass> ClassOf(Port::Engine engine,
                                      const QueueKind& kind,
                                      const Descriptor& descriptor);

// "compress", "decompress", "encrypt", "decrypt", "digest".
absl::string_view Name(OperationClass operation);
std::optional<OperationClass> OperationClassByName(absl::string_view name);

}  // namespace uacced::hw::hisi

#endif  // UACCED_HW_HISI_MODEL_OPERATION_CLASS_H_
