#include "uacce/queue_file/queue_file.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <misc/uacce/uacce.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "uacce/sysfs/fake_sysfs.h"

namespace uacced {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// The kernel's side of ioctl(): what was called, and what it answers.
struct FakeKernel {
  std::vector<unsigned long> calls;
  int error_number = 0;
  int interruptions = 0;
};
FakeKernel* kernel = nullptr;

int FakeControl(int fd, unsigned long request, void* /*argument*/) {
  EXPECT_GE(fcntl(fd, F_GETFD), 0);
  if (kernel->interruptions > 0) {
    --kernel->interruptions;
    errno = EINTR;
    return -1;
  }
  kernel->calls.push_back(request);
  if (kernel->error_number == 0) return 0;
  errno = kernel->error_number;
  return -1;
}

class QueueFileTest : public testing::Test {
 protected:
  QueueFileTest() {
    kernel = &kernel_;
    fake_.Add("hisi_zip-0");
  }
  ~QueueFileTest() override { kernel = nullptr; }

  std::string path() const { return fake_.node("hisi_zip-0"); }
  std::unique_ptr<QueueFile> Open() {
    auto file = QueueFile::Open(path(), &FakeControl);
    EXPECT_TRUE(file.ok()) << file.status();
    return *std::move(file);
  }

  FakeKernel kernel_;
  FakeSysfs fake_;
};

TEST_F(QueueFileTest, RegionsAreWhereTheKernelHasThem) {
  const auto file = Open();
  const auto dus =
      file->Map(QueueFile::Region::kDus, FakeSysfs::dus_bytes(), {});
  ASSERT_TRUE(dus.ok()) << dus.status();
  const auto mmio =
      file->Map(QueueFile::Region::kMmio, FakeSysfs::mmio_bytes(), {});
  ASSERT_TRUE(mmio.ok()) << mmio.status();
  // Shared with whoever has the file, at the page of the region's number.
  (*mmio)[0] = 1;
  (*dus)[5] = 2;
  const int fd = open(path().c_str(), O_RDONLY);
  uint8_t byte = 0;
  EXPECT_EQ(pread(fd, &byte, 1, 0), 1);
  EXPECT_EQ(byte, 1);
  EXPECT_EQ(
      pread(fd, &byte, 1, static_cast<off_t>(FakeSysfs::page_bytes() + 5)), 1);
  EXPECT_EQ(byte, 2);
  close(fd);
  EXPECT_EQ(file->Map(QueueFile::Region::kDus, FakeSysfs::dus_bytes(), {})
                .status()
                .code(),
            absl::StatusCode::kAlreadyExists);
  EXPECT_NE(fcntl(file->fd(), F_GETFD) & FD_CLOEXEC, 0);
}

TEST_F(QueueFileTest, WhatWasStartedIsStoppedOnce) {
  {
    const auto file = Open();
    ASSERT_TRUE(file->Start().ok());
    EXPECT_THAT(kernel_.calls, ElementsAre(UACCE_CMD_START_Q));
    file->Stop();
    file->Stop();
  }
  EXPECT_THAT(kernel_.calls, ElementsAre(UACCE_CMD_START_Q, UACCE_CMD_PUT_Q));
  kernel_.calls.clear();
  Open().reset();
  EXPECT_THAT(kernel_.calls, IsEmpty());
  {
    const auto file = Open();
    ASSERT_TRUE(file->Start().ok());
  }
  EXPECT_THAT(kernel_.calls, ElementsAre(UACCE_CMD_START_Q, UACCE_CMD_PUT_Q));
}

TEST_F(QueueFileTest, AnInterruptedCallIsDoneAgain) {
  const auto file = Open();
  kernel_.interruptions = 3;
  EXPECT_TRUE(file->Start().ok());
  kernel_.interruptions = 3;
  file->Stop();
  EXPECT_THAT(kernel_.calls, ElementsAre(UACCE_CMD_START_Q, UACCE_CMD_PUT_Q));
}

TEST_F(QueueFileTest, StartErrors) {
  const struct {
    int error_number;
    absl::StatusCode code;
  } kCases[] = {{EPERM, absl::StatusCode::kUnavailable},
                {ETIMEDOUT, absl::StatusCode::kUnavailable},
                {EBUSY, absl::StatusCode::kUnavailable},
                {EIO, absl::StatusCode::kUnavailable},
                {ENXIO, absl::StatusCode::kUnavailable},
                {EINVAL, absl::StatusCode::kInvalidArgument}};
  for (const auto& c : kCases) {
    const auto file = Open();
    kernel_.error_number = c.error_number;
    const absl::Status status = file->Start();
    EXPECT_EQ(status.code(), c.code) << c.error_number;
    EXPECT_THAT(std::string(status.message()), HasSubstr(path()));
  }
}

TEST_F(QueueFileTest, ControlNamesWhatFailed) {
  const auto file = Open();
  kernel_.error_number = EINVAL;
  const absl::Status status = file->Control(5, nullptr, "asking");
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("asking " + path()));
}

// The device is gone: the kernel has done it.
TEST_F(QueueFileTest, StoppingAVanishedQueueIsNoError) {
  const auto file = Open();
  ASSERT_TRUE(file->Start().ok());
  kernel_.error_number = ENXIO;
  file->Stop();
  EXPECT_GE(file->fd(), 0);
}

TEST_F(QueueFileTest, AQueueThatDoesNotStopIsClosed) {
  const auto file = Open();
  ASSERT_TRUE(file->Start().ok());
  ASSERT_TRUE(
      file->Map(QueueFile::Region::kDus, FakeSysfs::dus_bytes(), {}).ok());
  const int fd = file->fd();
  kernel_.error_number = EIO;
  file->Stop();
  EXPECT_EQ(fcntl(fd, F_GETFD), -1);
}

TEST_F(QueueFileTest, AMappingSurvivesTheDevice) {
  const auto file = Open();
  const size_t bytes = FakeSysfs::dus_bytes();
  const auto dus =
      file->Map(QueueFile::Region::kDus, bytes,
                {.fill = 0xff, .word_count = 1, .words = {{{bytes - 4, 1}}}});
  ASSERT_TRUE(dus.ok()) << dus.status();
  std::filesystem::resize_file(path(), 0);
  EXPECT_EQ(static_cast<volatile uint8_t*>(*dus)[0], 0xff);
  EXPECT_EQ(static_cast<volatile uint8_t*>(*dus)[bytes - 4], 1);
}

TEST_F(QueueFileTest, AMissingNodeIsADeviceThatIsGone) {
  fake_.Remove("hisi_zip-0");
  const auto file = QueueFile::Open(path());
  EXPECT_EQ(file.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_FALSE(QueueFile::IsBusy(file.status()));
  EXPECT_THAT(std::string(file.status().message()), HasSubstr(path()));
}

// Of this thread, for as long as it lives: root opens like anybody else then.
class WithoutCapabilities {
 public:
  WithoutCapabilities() {
    EXPECT_EQ(syscall(SYS_capget, &header_, before_.data()), 0);
    auto none = before_;
    for (auto& half : none) half.effective = 0;
    EXPECT_EQ(syscall(SYS_capset, &header_, none.data()), 0);
  }
  ~WithoutCapabilities() {
    EXPECT_EQ(syscall(SYS_capset, &header_, before_.data()), 0);
  }

 private:
  __user_cap_header_struct header_ = {_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> before_{};
};

TEST_F(QueueFileTest, AForbiddenNodeSaysWhoseItIs) {
  ASSERT_EQ(chmod(path().c_str(), 0400), 0);
  const auto file = [this] {
    const WithoutCapabilities nobody;
    return QueueFile::Open(path());
  }();
  EXPECT_EQ(file.status().code(), absl::StatusCode::kPermissionDenied);
  const std::string message(file.status().message());
  EXPECT_THAT(message, HasSubstr(path()));
  EXPECT_THAT(message, HasSubstr("with mode 0400"));
  EXPECT_THAT(message, HasSubstr("99-uacce.rules"));
}

TEST_F(QueueFileTest, WhatOpenSaysBecomesAdvice) {
  const struct {
    int error_number;
    absl::StatusCode code;
    bool busy;
  } kCases[] = {{EBUSY, absl::StatusCode::kUnavailable, true},
                {EPERM, absl::StatusCode::kUnavailable, false},
                {ENODEV, absl::StatusCode::kUnavailable, false},
                {ENXIO, absl::StatusCode::kUnavailable, false},
                {ENOMEM, absl::StatusCode::kResourceExhausted, false},
                {EMFILE, absl::StatusCode::kResourceExhausted, false},
                {EINVAL, absl::StatusCode::kUnavailable, false}};
  for (const auto& c : kCases) {
    const absl::Status status = QueueFile::OpenError(path(), c.error_number);
    EXPECT_EQ(status.code(), c.code) << c.error_number;
    EXPECT_EQ(QueueFile::IsBusy(status), c.busy) << c.error_number;
    EXPECT_THAT(std::string(status.message()), HasSubstr(path()));
  }
}

TEST_F(QueueFileTest, AFileThatIsNoDeviceIsRefusedAtTheLatestByItsIoctl) {
  const auto file = QueueFile::Open(path());
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_FALSE((*file)->Start().ok());
}

}  // namespace
}  // namespace uacced
