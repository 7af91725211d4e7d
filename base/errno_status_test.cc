#include "base/errno_status.h"

#include <cerrno>

#include "gtest/gtest.h"

namespace uacced {
namespace {

TEST(ErrnoStatusTest, MapsWhatDevicesAndSocketsReturn) {
  const struct {
    int error_number;
    absl::StatusCode code;
  } kCases[] = {
      {0, absl::StatusCode::kOk},
      {EBUSY, absl::StatusCode::kUnavailable},
      {EAGAIN, absl::StatusCode::kUnavailable},
      {ENODEV, absl::StatusCode::kUnavailable},
      {ENXIO, absl::StatusCode::kUnavailable},
      {EIO, absl::StatusCode::kUnavailable},
      {EACCES, absl::StatusCode::kPermissionDenied},
      {EPERM, absl::StatusCode::kPermissionDenied},
      {ENOMEM, absl::StatusCode::kResourceExhausted},
      {EMFILE, absl::StatusCode::kResourceExhausted},
      {ENOENT, absl::StatusCode::kNotFound},
      {EADDRINUSE, absl::StatusCode::kAlreadyExists},
      {EINVAL, absl::StatusCode::kInvalidArgument},
      {ENOSYS, absl::StatusCode::kUnimplemented},
      {EDOM, absl::StatusCode::kInternal},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(ErrnoToCode(c.error_number), c.code) << c.error_number;
  }
}

TEST(ErrnoStatusTest, MessageNamesTheCallAndTheCause) {
  EXPECT_EQ(ErrnoStatus(EACCES, "bind /x").message(),
            "bind /x: Permission denied");
}

}  // namespace
}  // namespace uacced
