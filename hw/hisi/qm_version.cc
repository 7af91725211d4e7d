#include "hw/hisi/qm_version.h"

#include <charconv>
#include <system_error>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "hw/hisi/abi/qm.h"

namespace uacced::hw::hisi {

absl::StatusOr<QmVersion> ParseQmVersion(absl::string_view api) {
  absl::string_view rest = api;
  uint64_t number = 0;
  // from_chars() takes digits only: no sign, no space.
  if (!absl::ConsumePrefix(&rest, HISI_QM_API_PREFIX) ||
      std::from_chars(rest.data(), rest.data() + rest.size(), number).ec !=
          std::errc() ||
      number == 0 || number == UINT64_MAX) {
    return absl::InvalidArgumentError(
        absl::StrCat("no version of the queue manager: \"", api, "\""));
  }
  return number >= 3 ? QmVersion::kV3 : static_cast<QmVersion>(number);
}

}  // namespace uacced::hw::hisi
