#include "client/cli/names.h"

#include <algorithm>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_replace.h"
#include "hw/algorithm.h"

namespace uacced::cli {
namespace {

using hw::Algorithm;

constexpr size_t kMaxKeyNameBytes = 64;
constexpr absl::string_view kUnknown = "unknown";

// A run of hw algorithms in the order of an API enum, whose first value is 1.
struct Range {
  Algorithm first;
  int count;
};
constexpr Range kFormats = {Algorithm::kGzip, 5};
constexpr Range kCiphers = {Algorithm::kAes128Gcm, 15};
constexpr Range kHashes = {Algorithm::kSha1, 6};
constexpr Range kHmacs = {Algorithm::kHmacSha1, 6};

constexpr Algorithm At(Range range, int value) {
  return static_cast<Algorithm>(static_cast<int>(range.first) + value - 1);
}

static_assert(v1::CompressionFormat_MAX == kFormats.count);
static_assert(v1::CipherAlgorithm_MAX == kCiphers.count);
static_assert(v1::HashAlgorithm_MAX == kHashes.count);
static_assert(At(kFormats, v1::COMPRESSION_FORMAT_LZ4) == Algorithm::kLz4);
static_assert(At(kCiphers, v1::CIPHER_ALGORITHM_CHACHA20_POLY1305) ==
              Algorithm::kChaCha20Poly1305);
static_assert(At(kCiphers, v1::CIPHER_ALGORITHM_AES_256_CTR) ==
              Algorithm::kAes256Ctr);
static_assert(At(kCiphers, v1::CIPHER_ALGORITHM_XAES_256_GCM) ==
              Algorithm::kXaes256Gcm);
static_assert(At(kHashes, v1::HASH_ALGORITHM_SM3) == Algorithm::kSm3);
static_assert(At(kHmacs, v1::HASH_ALGORITHM_SM3) == Algorithm::kHmacSm3);

template <typename Enum>
std::optional<Enum> ByName(Range range, absl::string_view name) {
  for (int value = 1; value <= range.count; ++value) {
    if (hw::Info(At(range, value)).name == name) {
      return static_cast<Enum>(value);
    }
  }
  return std::nullopt;
}

absl::string_view NameIn(Range range, int value) {
  if (value < 1 || value > range.count) return kUnknown;
  return hw::Info(At(range, value)).name;
}

// "LOSE_COMPLETION" is "lose-completion".
std::string FromProtoName(absl::string_view name) {
  return absl::AsciiStrToLower(absl::StrReplaceAll(name, {{"_", "-"}}));
}

}  // namespace

std::optional<v1::CompressionFormat> FormatByName(absl::string_view name) {
  return ByName<v1::CompressionFormat>(kFormats, name);
}

std::optional<v1::CipherAlgorithm> CipherByName(absl::string_view name) {
  return ByName<v1::CipherAlgorithm>(kCiphers, name);
}

std::optional<v1::HashAlgorithm> HashByName(absl::string_view name) {
  return ByName<v1::HashAlgorithm>(kHashes, name);
}

std::optional<v1::HashAlgorithm> HmacByName(absl::string_view name) {
  return ByName<v1::HashAlgorithm>(kHmacs, name);
}

absl::string_view Name(v1::CompressionFormat format) {
  return NameIn(kFormats, format);
}

absl::string_view Name(v1::CipherAlgorithm cipher) {
  return NameIn(kCiphers, cipher);
}

absl::string_view AlgorithmName(const v1::Key& key) {
  switch (key.use_case()) {
    case v1::Key::kCipher:
      return NameIn(kCiphers, key.cipher());
    case v1::Key::kHmac:
      return NameIn(kHmacs, key.hmac());
    default:
      return kUnknown;
  }
}

std::optional<v1::ExecutionMode> ModeByName(absl::string_view name) {
  constexpr absl::string_view kPrefix = "EXECUTION_MODE_";
  for (int value = 1; value <= v1::ExecutionMode_MAX; ++value) {
    const auto mode = static_cast<v1::ExecutionMode>(value);
    const std::string& proto_name = v1::ExecutionMode_Name(mode);
    if (FromProtoName(proto_name.substr(kPrefix.size())) == name) return mode;
  }
  return std::nullopt;
}

std::optional<v1::Fault::Kind> FaultByName(absl::string_view name) {
  for (int value = 1; value <= v1::Fault::Kind_MAX; ++value) {
    const auto kind = static_cast<v1::Fault::Kind>(value);
    if (Name(kind) == name) return kind;
  }
  return std::nullopt;
}

std::string Name(v1::Fault::Kind kind) {
  if (kind == v1::Fault::KIND_UNSPECIFIED || !v1::Fault::Kind_IsValid(kind)) {
    return std::string(kUnknown);
  }
  return FromProtoName(v1::Fault::Kind_Name(kind));
}

bool IsAuthenticated(v1::CipherAlgorithm cipher) {
  return cipher >= 1 && cipher <= kCiphers.count &&
         hw::Info(At(kCiphers, cipher)).family == hw::Family::kAead;
}

size_t NonceBytes(v1::CipherAlgorithm cipher) {
  if (cipher < 1 || cipher > kCiphers.count) return 0;
  return hw::Info(At(kCiphers, cipher)).nonce_bytes;
}

bool IsKeyName(absl::string_view name) {
  return !name.empty() && name.size() <= kMaxKeyNameBytes && name[0] != '.' &&
         name[0] != '-' && std::all_of(name.begin(), name.end(), [](char c) {
           return absl::ascii_isalnum(c) || c == '.' || c == '_' || c == '-';
         });
}

}  // namespace uacced::cli
