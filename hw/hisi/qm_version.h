// The version of a queue manager, as the api string of its device tells it.
//
// Threads: thread-safe.
#ifndef UACCED_HW_HISI_QM_VERSION_H_
#define UACCED_HW_HISI_QM_VERSION_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace uacced::hw::hisi {

// Doorbells differ between kV1 and the others, descriptors between kV2 and kV3.
enum class QmVersion : uint8_t { kV1 = 1, kV2 = 2, kV3 = 3 };

// "hisi_qm_v2", perhaps with more behind the number. Versions that we do not
// know are as kV3: so far every later one was.
// INVALID_ARGUMENT: it does not begin so; there is no number, or it is 0 or
// does not fit in 64 bits.
absl::StatusOr<QmVersion> ParseQmVersion(absl::string_view api);

}  // namespace uacced::hw::hisi

#endif  // UACCED_HW_HISI_QM_VERSION_H_
