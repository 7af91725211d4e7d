// keys create, import, list, rotate and destroy.
#include <strings.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/status_macros.h"
#include "client/cli/input_file.h"
#include "client/cli/names.h"
#include "client/cli/output_file.h"
#include "client/cli/print.h"
#include "client/cli/session.h"
#include "hw/algorithm.h"

namespace uacced::cli {
namespace {

constexpr char kDefaultAlgorithm[] = "aes-256-gcm";
// Two digits a byte, and room for spaces and line ends.
constexpr size_t kMaxHexBytes = 3 * hw::kMaxHmacKeyBytes;

constexpr char kKeyAdvice[] = "no key has that many";

// Overwrites a string's bytes when it goes out of scope.
class Cleanser {
 public:
  explicit Cleanser(std::string& secret) : secret_(secret) {}
  Cleanser(const Cleanser&) = delete;
  Cleanser& operator=(const Cleanser&) = delete;
  ~Cleanser() { explicit_bzero(secret_.data(), secret_.capacity()); }

 private:
  std::string& secret_;
};

template <typename Request>
void SetUse(absl::string_view algorithm, Request& request) {
  if (const auto cipher = CipherByName(algorithm)) {
    request.set_cipher(*cipher);
  } else if (const auto hash = HmacByName(algorithm)) {
    request.set_hmac(*hash);
  }
}

std::string Time(const google::protobuf::Timestamp& time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ",
                          absl::FromUnixSeconds(time.seconds()),
                          absl::UTCTimeZone());
}

std::string VersionJson(const v1::KeyVersion& version) {
  JsonObject json;
  json.Add("version", uint64_t{version.version()})
      .Add("imported", version.imported())
      .Add("create_time", Time(version.create_time()))
      .Add("messages", version.messages());
  // No limit is no number.
  if (version.max_messages() != 0) {
    json.Add("max_messages", version.max_messages());
  }
  return json.ToString();
}

std::string KeyJson(const v1::Key& key) {
  std::vector<std::string> versions;
  for (const v1::KeyVersion& version : key.versions()) {
    versions.push_back(VersionJson(version));
  }
  return JsonObject()
      .Add("name", key.name())
      .Add("algorithm", AlgorithmName(key))
      .Add("caller_nonce", key.caller_nonce())
      .Add("imported", key.imported())
      .Add("create_time", Time(key.create_time()))
      .Add("newest_version", uint64_t{key.newest_version()})
      .AddJson("versions", JsonArray(versions))
      .ToString();
}

// Of the newest version, which encrypts: "12" or "12 of 4294967296".
std::string Messages(const v1::Key& key) {
  if (key.versions().empty()) return "unknown";
  const v1::KeyVersion& newest = *key.versions().rbegin();
  if (newest.max_messages() == 0) return absl::StrCat(newest.messages());
  return absl::StrCat(newest.messages(), " of ", newest.max_messages());
}

absl::Status PrintKey(const Session& session, absl::string_view verb,
                      const v1::Key& key) {
  if (session.options.json) {
    return WriteStandardOutput(absl::StrCat(KeyJson(key), "\n"));
  }
  return WriteStandardOutput(absl::StrCat(verb, " ", OneLine(key.name()), " (",
                                          AlgorithmName(key), ")\n"));
}

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  c = absl::ascii_tolower(static_cast<unsigned char>(c));
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// Spaces and line ends may stand anywhere. By hand, as a library's decoder
// would leave copies of the key behind. `out` has room for all of it.
absl::Status DecodeHex(absl::string_view command, absl::string_view text,
                       std::string& out) {
  int high = -1;
  for (const char c : text) {
    if (absl::ascii_isspace(static_cast<unsigned char>(c))) continue;
    const int value = HexValue(c);
    if (value < 0) {
      return Fail(ExitCode::kFailure,
                  absl::StrCat(command, ": --from: not hexadecimal digits"));
    }
    if (high < 0) {
      high = value;
    } else {
      out.push_back(static_cast<char>(high * 16 + value));
      high = -1;
    }
  }
  if (high >= 0) {
    return Fail(
        ExitCode::kFailure,
        absl::StrCat(command, ": --from: an odd number of hexadecimal digits"));
  }
  return absl::OkStatus();
}

// Reads --from into `material`, whose end is the caller's to cleanse.
absl::Status ReadMaterial(const Options& options, std::string& material) {
  if (!options.hex) {
    UACCED_ASSIGN_OR_RETURN(
        material, ReadInput(options.from, hw::kMaxHmacKeyBytes, kKeyAdvice));
    return absl::OkStatus();
  }
  UACCED_ASSIGN_OR_RETURN(std::string text,
                          ReadInput(options.from, kMaxHexBytes, kKeyAdvice));
  const Cleanser cleanse_text(text);
  material.reserve(kMaxHexBytes);
  return DecodeHex(CommandName(options.command), text, material);
}

}  // namespace

absl::Status RunKeysCreate(const Session& session) {
  const Options& options = session.options;
  v1::CreateKeyRequest request;
  request.set_name(options.arguments[0]);
  SetUse(options.algorithm.empty() ? kDefaultAlgorithm : options.algorithm,
         request);
  request.set_caller_nonce(options.caller_nonce);
  UACCED_ASSIGN_OR_RETURN(const auto response,
                          session.Call(request, "keys create"));
  return PrintKey(session, "created", response.key());
}

absl::Status RunKeysImport(const Session& session) {
  const Options& options = session.options;
  v1::ImportKeyRequest request;
  request.set_name(options.arguments[0]);
  SetUse(options.algorithm, request);
  request.set_caller_nonce(options.caller_nonce);

  std::string& material = *request.mutable_material();
  const Cleanser cleanse_material(material);
  UACCED_RETURN_IF_ERROR(ReadMaterial(options, material));
  UACCED_ASSIGN_OR_RETURN(const auto response,
                          session.Call(request, "keys import"));
  return PrintKey(session, "imported", response.key());
}

absl::Status RunKeysList(const Session& session) {
  UACCED_ASSIGN_OR_RETURN(const auto response,
                          session.Call(v1::ListKeysRequest(), "keys list"));
  if (session.options.json) {
    std::vector<std::string> keys;
    for (const v1::Key& key : response.keys()) keys.push_back(KeyJson(key));
    return WriteStandardOutput(absl::StrCat(JsonArray(keys), "\n"));
  }
  Table table({"NAME", "ALGORITHM", "NONCE", "ORIGIN", "CREATED", "NEWEST",
               "VERSIONS", "MESSAGES"});
  for (const v1::Key& key : response.keys()) {
    table.AddRow({key.name(), std::string(AlgorithmName(key)),
                  key.caller_nonce() ? "caller" : "daemon",
                  key.imported() ? "imported" : "created",
                  Time(key.create_time()), absl::StrCat(key.newest_version()),
                  absl::StrCat(key.versions_size()), Messages(key)});
  }
  return WriteStandardOutput(table.ToString());
}

absl::Status RunKeysRotate(const Session& session) {
  const Options& options = session.options;
  v1::RotateKeyRequest request;
  request.set_name(options.arguments[0]);
  std::string& material = *request.mutable_material();
  const Cleanser cleanse_material(material);
  if (!options.from.empty()) {
    UACCED_RETURN_IF_ERROR(ReadMaterial(options, material));
    // The daemon would make random bytes.
    if (material.empty()) {
      return Fail(ExitCode::kFailure, "keys rotate: --from: no bytes");
    }
  }
  UACCED_ASSIGN_OR_RETURN(const auto response,
                          session.Call(request, "keys rotate"));
  const v1::Key& key = response.key();
  if (options.json) {
    return WriteStandardOutput(absl::StrCat(KeyJson(key), "\n"));
  }
  return WriteStandardOutput(absl::StrCat("rotated ", OneLine(key.name()),
                                          " to version ", key.newest_version(),
                                          " (", AlgorithmName(key), ")\n"));
}

absl::Status RunKeysDestroy(const Session& session) {
  v1::DestroyKeyRequest request;
  request.set_name(session.options.arguments[0]);
  UACCED_RETURN_IF_ERROR(session.Call(request, "keys destroy").status());
  if (session.options.json) {
    return WriteStandardOutput(absl::StrCat(
        JsonObject().Add("destroyed", request.name()).ToString(), "\n"));
  }
  return WriteStandardOutput(absl::StrCat("destroyed ", request.name(), "\n"));
}

}  // namespace uacced::cli
