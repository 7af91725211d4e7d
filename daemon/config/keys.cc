#include "daemon/config/keys.h"

#include <climits>
#include <string>

#include "absl/strings/str_cat.h"
#include "daemon/config/text.h"
#include "uacced/v1/config.pb.h"

namespace uacced {
namespace {

constexpr uint64_t kMaxMessages = uint64_t{1} << 32;
constexpr size_t kMaxCredentialBytes = 255;
// What is put behind the store's name, and a file's name has 255 bytes.
constexpr size_t kSuffixBytes = sizeof ".lock" - 1;

std::string ReadPath(const Section& section, int field) {
  std::string path = section.String(field, "");
  if (!IsFilePath(path)) {
    section.Problem(field, path.empty() ? "is required"
                                        : absl::StrCat(Quoted(path),
                                                       " is not the path of a "
                                                       "file"));
  } else if (path.size() >= PATH_MAX) {
    section.Problem(field, absl::StrCat("has ", path.size(),
                                        " bytes, more "
                                        "than a path may have"));
  }
  return path;
}

bool IsCredentialName(absl::string_view name) {
  return !name.empty() && name.size() <= kMaxCredentialBytes && name != "." &&
         name != ".." && name.find('/') == absl::string_view::npos &&
         !HasControlByte(name);
}

SealedFileConfig ReadSealedFile(const Section& section) {
  using Fields = v1::SealedFile;
  SealedFileConfig sealed;
  sealed.path = ReadPath(section, Fields::kPathFieldNumber);
  const std::string name = sealed.path.substr(sealed.path.rfind('/') + 1);
  if (name == "." || name == ".." || name.size() + kSuffixBytes > NAME_MAX) {
    section.Problem(Fields::kPathFieldNumber,
                    absl::StrCat(Quoted(name),
                                 " is not the name of a file of "
                                 "at most ",
                                 NAME_MAX - kSuffixBytes, " bytes"));
  }
  if (section.Has(Fields::kKeyFileFieldNumber)) {
    sealed.key_file = ReadPath(section, Fields::kKeyFileFieldNumber);
    if (!sealed.key_file.empty() && sealed.key_file == sealed.path) {
      section.Problem(Fields::kKeyFileFieldNumber,
                      "is the file that it is to seal");
    }
  } else if (section.Has(Fields::kCredentialFieldNumber)) {
    sealed.credential = section.String(Fields::kCredentialFieldNumber, "");
    if (!IsCredentialName(sealed.credential)) {
      section.Problem(Fields::kCredentialFieldNumber,
                      absl::StrCat(Quoted(sealed.credential),
                                   " is not the name of a credential, a file's "
                                   "name without \"/\""));
    }
  } else {
    section.Problem("has neither key_file nor credential to seal it with");
  }
  return sealed;
}

}  // namespace

KeysConfig ReadKeys(const Section& section) {
  using Fields = v1::KeyStore;
  KeysConfig keys;
  keys.max_keys = static_cast<uint32_t>(
      section.Number(Fields::kMaxKeysFieldNumber, {1, 100'000, 1024}));
  keys.max_messages_per_version =
      section.Number(Fields::kMaxMessagesPerVersionFieldNumber,
                     {1, kMaxMessages, kMaxMessages});
  if (section.Has(Fields::kSealedFileFieldNumber)) {
    keys.sealed_file =
        ReadSealedFile(section.Nested(Fields::kSealedFileFieldNumber));
  }
  return keys;
}

}  // namespace uacced
