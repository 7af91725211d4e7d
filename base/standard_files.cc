#include "base/standard_files.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace {

// Opened the wrong way round, so that using them gives EBADF. The lowest free
// number is taken, which is the one found closed. Nothing is initialised yet:
// plain system calls only.
void OccupyStandardFiles(int /*argc*/, char** /*argv*/, char** /*env*/) {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    if (syscall(SYS_fcntl, fd, F_GETFD) >= 0) continue;
    const int flags = fd == STDIN_FILENO ? O_WRONLY : O_RDONLY;
    if (syscall(SYS_openat, AT_FDCWD, "/dev/null", flags) != fd) _exit(1);
  }
}

[[gnu::section(".preinit_array"),
  gnu::used]] void (*const kOccupy)(int, char**, char**) = &OccupyStandardFiles;

}  // namespace
