#include "client/cli/output_file.h"

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/errno_status.h"
#include "base/status_macros.h"
#include "client/cli/exit_code.h"
#include "client/cli/signal_cleanup.h"

namespace uacced::cli {
namespace {

constexpr mode_t kPermissionBits = 0777;
constexpr int kTemporaryNameTries = 16;

absl::Status WriteAll(int fd, absl::string_view data, absl::string_view name) {
  while (!data.empty()) {
    const ssize_t written = write(fd, data.data(), data.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0 && errno == EPIPE) return Fail(ExitCode::kFailure, "");
    if (written < 0) return ErrnoStatus(errno, name);
    data.remove_prefix(static_cast<size_t>(written));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<OutputFile>> OutputFile::Open(
    const std::string& path) {
  auto file = std::unique_ptr<OutputFile>(new OutputFile);
  file->name_ = path;
  if (path == "-") {
    file->name_ = "standard output";
    return file;
  }
  struct stat facts;
  if (stat(path.c_str(), &facts) == 0 && !S_ISREG(facts.st_mode)) {
    file->fd_.reset(open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY));
    if (!file->fd_) return ErrnoStatus(errno, path);
    return file;
  }
  char resolved[PATH_MAX];
  file->path_ = realpath(path.c_str(), resolved) != nullptr ? resolved : path;
  absl::Status opened = file->OpenTemporary();
  if (!opened.ok()) return opened;
  return file;
}

absl::Status OutputFile::OpenTemporary() {
  const size_t slash = path_.rfind('/');
  const std::string folder =
      slash == std::string::npos ? "" : path_.substr(0, slash + 1);
  struct stat old;
  const bool exists = stat(path_.c_str(), &old) == 0;
  const mode_t mode = exists ? old.st_mode & kPermissionBits : 0666;
  for (int i = 0; i < kTemporaryNameTries; ++i) {
    uint64_t random;
    if (getrandom(&random, sizeof(random), 0) != sizeof(random)) {
      return ErrnoStatus(errno, "getrandom");
    }
    temporary_path_ = absl::StrFormat("%s.uaccectl.%016x", folder, random);
    // Before it exists. The name is too random to be somebody else's.
    if (!RemoveOnSignal(temporary_path_)) {
      temporary_path_.clear();
      return ErrnoStatus(ENAMETOOLONG, name_);
    }
    fd_.reset(open(temporary_path_.c_str(),
                   O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
    if (fd_ || errno != EEXIST) break;
  }
  if (!fd_) {
    const int error = errno;
    KeepOnSignal();
    temporary_path_.clear();
    return ErrnoStatus(error, name_);
  }
  if (!exists) return absl::OkStatus();
  // Owner first: chown takes permission bits away. It may fail; then the new
  // file is ours, as with any program that replaces a file.
  if (fchown(fd_.get(), old.st_uid, old.st_gid) != 0) errno = 0;
  if (fchmod(fd_.get(), mode) != 0) return ErrnoStatus(errno, name_);
  return absl::OkStatus();
}

OutputFile::~OutputFile() {
  if (temporary_path_.empty()) return;
  unlink(temporary_path_.c_str());
  KeepOnSignal();
}

int OutputFile::fd() const { return fd_ ? fd_.get() : STDOUT_FILENO; }

bool OutputFile::IsTerminal() const { return isatty(fd()) == 1; }

absl::Status OutputFile::Append(absl::string_view data) {
  UACCED_RETURN_IF_ERROR(WriteAll(fd(), data, name_));
  written_bytes_ += data.size();
  return absl::OkStatus();
}

bool OutputFile::Discard() {
  if (written_bytes_ == 0) return true;
  if (IsWrittenInPlace() || lseek(fd(), 0, SEEK_SET) != 0 ||
      ftruncate(fd(), 0) != 0) {
    return false;
  }
  written_bytes_ = 0;
  return true;
}

absl::Status OutputFile::Commit() {
  // Network file systems report a full disk here.
  if (close(fd_ ? fd_.release() : STDOUT_FILENO) != 0 && errno != EINTR) {
    return ErrnoStatus(errno, name_);
  }
  if (temporary_path_.empty()) return absl::OkStatus();
  if (rename(temporary_path_.c_str(), path_.c_str()) != 0) {
    return ErrnoStatus(errno, name_);
  }
  temporary_path_.clear();
  KeepOnSignal();
  return absl::OkStatus();
}

absl::Status WriteStandardOutput(absl::string_view text) {
  return WriteAll(STDOUT_FILENO, text, "standard output");
}

void IgnoreBrokenPipes() { signal(SIGPIPE, SIG_IGN); }

}  // namespace uacced::cli
