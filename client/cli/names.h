// The names of formats and algorithms, as users type and read them, against
// the enums of the API. hw/algorithm.h has the one list of names.
#ifndef UACCED_CLIENT_CLI_NAMES_H_
#define UACCED_CLIENT_CLI_NAMES_H_

#include <cstddef>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "uacced/v1/accelerator.pb.h"
#include "uacced/v1/fault.pb.h"
#include "uacced/v1/keys.pb.h"

namespace uacced::cli {

// Nothing when there is none of that name.
std::optional<v1::CompressionFormat> FormatByName(absl::string_view name);
std::optional<v1::CipherAlgorithm> CipherByName(absl::string_view name);
std::optional<v1::HashAlgorithm> HashByName(
    absl::string_view name);  // "sha256"
std::optional<v1::HashAlgorithm> HmacByName(
    absl::string_view name);  // "hmac-sha256"

// "unknown" for UNSPECIFIED and for what a newer daemon may send.
absl::string_view Name(v1::CompressionFormat format);
absl::string_view Name(v1::CipherAlgorithm cipher);
absl::string_view AlgorithmName(const v1::Key& key);

// "hardware-only", "prefer-hardware", "balanced", "software-only".
std::optional<v1::ExecutionMode> ModeByName(absl::string_view name);
// "slow", "lose-completion", ...: those of v1::Fault.
std::optional<v1::Fault::Kind> FaultByName(absl::string_view name);
std::string Name(v1::Fault::Kind kind);

// True for AEAD algorithms.
bool IsAuthenticated(v1::CipherAlgorithm cipher);

// Bytes of a nonce that we make for `cipher`; 0 for unknown ones.
size_t NonceBytes(v1::CipherAlgorithm cipher);

// 1..64 characters of a-z A-Z 0-9 . _ -, not starting with "." or "-".
bool IsKeyName(absl::string_view name);

}  // namespace uacced::cli

#endif  // UACCED_CLIENT_CLI_NAMES_H_
