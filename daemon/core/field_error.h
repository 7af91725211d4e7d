// Errors about one field of a request message: all in the same shape.
#ifndef UACCED_DAEMON_CORE_FIELD_ERROR_H_
#define UACCED_DAEMON_CORE_FIELD_ERROR_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "daemon/core/error.h"

namespace uacced {

// "`field`: `message`", with the field in the metadata.
inline absl::Status FieldError(
    absl::string_view field, absl::string_view reason,
    absl::string_view message,
    absl::StatusCode code = absl::StatusCode::kInvalidArgument) {
  return MakeError(code, absl::StrCat(field, ": ", message),
                   {.reason = std::string(reason),
                    .metadata = {{"field", std::string(field)}}});
}

}  // namespace uacced

#endif  // UACCED_DAEMON_CORE_FIELD_ERROR_H_
