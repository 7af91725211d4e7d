#include "client/cli/encrypted_file.h"

#include <optional>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/status_macros.h"
#include "client/cli/names.h"
#include "hw/algorithm.h"

namespace uacced::cli {
namespace {

constexpr absl::string_view kMagic = "UACC";
constexpr char kVersion = 0;
constexpr char kStreamVersion = 1;

void AppendField(absl::string_view value, std::string& out) {
  out.push_back(static_cast<char>(value.size()));
  absl::StrAppend(&out, value);
}

// A byte of length, then that many bytes.
std::optional<absl::string_view> TakeField(absl::string_view& rest) {
  if (rest.empty()) return std::nullopt;
  const size_t length = static_cast<unsigned char>(rest[0]);
  if (rest.size() - 1 < length) return std::nullopt;
  const absl::string_view value = rest.substr(1, length);
  rest.remove_prefix(1 + length);
  return value;
}

bool IsCipher(hw::Algorithm algorithm) {
  const hw::Family family = hw::Info(algorithm).family;
  return family == hw::Family::kAead || family == hw::Family::kCipher;
}

absl::Status Damaged(absl::string_view what) {
  return absl::InvalidArgumentError(
      absl::StrCat("damaged header of an encrypted file: ", what));
}

// Refuses here what a daemon would refuse, so that a damaged file is told
// from a wrong request.
absl::Status Check(const EncryptedFile& file) {
  const hw::Algorithm algorithm = hw::AlgorithmByName(file.algorithm);
  if (!IsCipher(algorithm)) return Damaged("unknown algorithm");
  if (!IsKeyName(file.key)) return Damaged("bad key name");
  const hw::AlgorithmInfo& info = hw::Info(algorithm);
  if (file.nonce.size() < info.min_nonce_bytes ||
      file.nonce.size() > info.max_nonce_bytes) {
    return Damaged("bad nonce length");
  }
  if (!hw::IsMacLengthAllowed(algorithm, file.tag.size())) {
    return Damaged("bad tag length");
  }
  return absl::OkStatus();
}

// Takes magic and version off the front.
absl::StatusOr<int> TakeVersion(absl::string_view& file) {
  if (!absl::ConsumePrefix(&file, kMagic) || file.empty()) {
    return absl::InvalidArgumentError("not a file that uaccectl encrypted");
  }
  const int version = static_cast<unsigned char>(file[0]);
  if (version != kVersion && version != kStreamVersion) {
    return absl::InvalidArgumentError(
        absl::StrCat("encrypted file of version ", version,
                     ", this uaccectl knows versions 0 and 1"));
  }
  file.remove_prefix(1);
  return version;
}

}  // namespace

std::string AssociatedData(absl::string_view algorithm, absl::string_view key) {
  std::string data(kMagic);
  data.push_back(kVersion);
  AppendField(algorithm, data);
  AppendField(key, data);
  return data;
}

std::string SerializeHeader(const EncryptedFile& file) {
  std::string header = AssociatedData(file.algorithm, file.key);
  AppendField(file.nonce, header);
  AppendField(file.tag, header);
  return header;
}

absl::StatusOr<EncryptedFileHead> ParseEncryptedFileHead(
    absl::string_view beginning) {
  UACCED_ASSIGN_OR_RETURN(const int version, TakeVersion(beginning));
  EncryptedFileHead head = {version, ""};
  if (version == kVersion) return head;
  const auto algorithm = TakeField(beginning);
  if (!algorithm) return Damaged("it ends too early");
  if (!IsCipher(hw::AlgorithmByName(*algorithm))) {
    return Damaged("unknown algorithm");
  }
  head.algorithm = std::string(*algorithm);
  return head;
}

absl::StatusOr<EncryptedFile> ParseEncryptedFile(absl::string_view file) {
  UACCED_ASSIGN_OR_RETURN(const int version, TakeVersion(file));
  if (version != kVersion) return Damaged("not of version 0");
  const auto algorithm = TakeField(file);
  const auto key = algorithm ? TakeField(file) : std::nullopt;
  const auto nonce = key ? TakeField(file) : std::nullopt;
  const auto tag = nonce ? TakeField(file) : std::nullopt;
  if (!tag) return Damaged("it ends too early");
  EncryptedFile result = {std::string(*algorithm), std::string(*key),
                          std::string(*nonce), std::string(*tag), file};
  absl::Status valid = Check(result);
  if (!valid.ok()) return valid;
  return result;
}

}  // namespace uacced::cli
