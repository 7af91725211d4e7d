// What rules about texts share.
#ifndef UACCED_DAEMON_CONFIG_TEXT_H_
#define UACCED_DAEMON_CONFIG_TEXT_H_

#include <algorithm>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace uacced {

// For messages: what an operator wrote may be anything.
inline std::string Quoted(absl::string_view text) {
  return absl::StrCat("\"", absl::CHexEscape(text), "\"");
}

inline bool HasControlByte(absl::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_iscntrl(static_cast<unsigned char>(c));
  });
}

// May be the path of a file: not a folder's.
inline bool IsFilePath(absl::string_view path) {
  return !path.empty() && !HasControlByte(path) && path.back() != '/';
}

}  // namespace uacced

#endif  // UACCED_DAEMON_CONFIG_TEXT_H_
