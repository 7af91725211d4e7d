// The one table from errno to canonical codes. absl::ErrnoToStatus is wrong
// for devices and sockets: a busy queue is not a failed precondition.
#ifndef UACCED_BASE_ERRNO_STATUS_H_
#define UACCED_BASE_ERRNO_STATUS_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace uacced {

// EBUSY, EAGAIN, ENODEV, ENXIO, EIO -> UNAVAILABLE; EACCES, EPERM ->
// PERMISSION_DENIED; ENOMEM, EMFILE, ENFILE, ENOSPC -> RESOURCE_EXHAUSTED;
// ENOENT -> NOT_FOUND; EEXIST, EADDRINUSE -> ALREADY_EXISTS; EINVAL ->
// INVALID_ARGUMENT; ENOSYS, EOPNOTSUPP -> UNIMPLEMENTED; else INTERNAL.
absl::StatusCode ErrnoToCode(int error_number);

// "`what`: <text of the errno>", e.g. "bind /run/x.sock: Permission denied".
absl::Status ErrnoStatus(int error_number, absl::string_view what);

}  // namespace uacced

#endif  // UACCED_BASE_ERRNO_STATUS_H_
