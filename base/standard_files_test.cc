#include "base/standard_files.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

namespace {

// The test runs itself again with this set, and then looks at what it got.
constexpr char kInner[] = "UACCED_STANDARD_FILES_INNER";

// As gRPC does: a descriptor opened before main() begins.
const int kOpenedEarly = eventfd(0, EFD_CLOEXEC);

bool FailsWithBadDescriptor(ssize_t result) {
  return result < 0 && errno == EBADF;
}

int LookInside() {
  char byte = 0;
  if (!FailsWithBadDescriptor(read(STDIN_FILENO, &byte, 1))) return 10;
  if (!FailsWithBadDescriptor(write(STDOUT_FILENO, &byte, 1))) return 11;
  if (!FailsWithBadDescriptor(write(STDERR_FILENO, &byte, 1))) return 12;
  return kOpenedEarly > STDERR_FILENO ? 0 : 13;
}

int RunInnerWithoutStandardFiles() {
  const pid_t child = fork();
  if (child == 0) {
    setenv(kInner, "1", 1);
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) close(fd);
    execl("/proc/self/exe", "standard_files_test", nullptr);
    _exit(99);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(StandardFilesTest, ClosedOnesFailAndAreNotGivenToOtherFiles) {
  EXPECT_EQ(RunInnerWithoutStandardFiles(), 0);
}

TEST(StandardFilesTest, OpenOnesAreLeftAlone) {
  EXPECT_GE(fcntl(STDOUT_FILENO, F_GETFD), 0);
  EXPECT_EQ(write(STDOUT_FILENO, "", 0), 0);
}

}  // namespace

int main(int argc, char** argv) {
  if (std::getenv(kInner) != nullptr) return LookInside();
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
