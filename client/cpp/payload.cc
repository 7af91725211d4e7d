#include "client/cpp/payload.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "client/cpp/error.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace uacced::client {

absl::Status PayloadCrcError(std::optional<uint32_t> stated,
                             uint32_t computed) {
  const std::string found =
      stated ? absl::StrCat("0x", absl::Hex(*stated, absl::kZeroPad8)) : "none";
  return MakeLocalError(
      absl::StatusCode::kDataLoss, "CRC32C_MISMATCH",
      absl::StrCat("the payload arrived damaged: its CRC-32C is 0x",
                   absl::Hex(computed, absl::kZeroPad8), ", stated is ", found,
                   stated ? "" : "; does the daemon know payload_crc32c?"));
}

}  // namespace uacced::client
