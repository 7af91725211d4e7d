// Early return for absl::Status, which this Abseil does not ship yet.
#ifndef UACCED_BASE_STATUS_MACROS_H_
#define UACCED_BASE_STATUS_MACROS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

// Returns the status of `expression` from the enclosing function unless OK.
#define UACCED_RETURN_IF_ERROR(expression)         \
  do {                                             \
    absl::Status uacced_status = (expression);     \
    if (!uacced_status.ok()) return uacced_status; \
  } while (false)

// Assigns the value of `expression` to `target`, or returns its status.
#define UACCED_ASSIGN_OR_RETURN(target, expression)                          \
  UACCED_ASSIGN_OR_RETURN_IMPL_(UACCED_CONCAT_(uacced_status_or_, __LINE__), \
                                target, expression)

#define UACCED_CONCAT_(a, b) UACCED_CONCAT_IMPL_(a, b)
#define UACCED_CONCAT_IMPL_(a, b) a##b
// `result` and `target` are declarations, which take no parentheses.
// NOLINTBEGIN(bugprone-macro-parentheses)
#define UACCED_ASSIGN_OR_RETURN_IMPL_(result, target, expression) \
  auto result = (expression);                                     \
  if (!result.ok()) return std::move(result).status();            \
  target = *std::move(result)
// NOLINTEND(bugprone-macro-parentheses)

#endif  // UACCED_BASE_STATUS_MACROS_H_
