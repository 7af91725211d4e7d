// The checks that need to see the payload: they come when it is there, which
// for the later steps of a chain is after the step before.
//
// Threads: pure functions.
#ifndef UACCED_DAEMON_TASK_PAYLOAD_H_
#define UACCED_DAEMON_TASK_PAYLOAD_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "hw/algorithm.h"
#include "hw/request.h"

namespace uacced {

// The payload's name in the messages of the API: "input", "plaintext", ...
absl::string_view PayloadField(hw::Operation operation);

// What is wrong with an input that is to be decompressed.
absl::Status EmptyInput();
absl::Status FormatNotDetected();

// Makes `source` the request's source, having found its format if that is open.
// INVALID_ARGUMENT: the operation cannot take such a payload: its length or its
// first bytes.
absl::Status BindSource(hw::Bytes source, hw::Request& request);

}  // namespace uacced

#endif  // UACCED_DAEMON_TASK_PAYLOAD_H_
