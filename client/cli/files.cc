#include "client/cli/files.h"

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/errno_status.h"
#include "client/cli/exit_code.h"

namespace uacced::cli {
namespace {

constexpr size_t kReadBytes = size_t{1} << 20;
constexpr size_t kSmallLimitBytes = 4096;
constexpr mode_t kPermissionBits = 0777;
constexpr int kTemporaryNameTries = 16;

// The temporary file that a signal has to remove. Written before the flag, so
// the handler sees a whole path or none.
char g_temporary_path[PATH_MAX];
std::atomic<bool> g_has_temporary = false;
static_assert(std::atomic<bool>::is_always_lock_free);

void RemoveAndDie(int signal_number) {
  if (g_has_temporary.load()) unlink(g_temporary_path);
  // SA_RESETHAND put the default action back: it ends the process, and the
  // parent sees by which signal.
  raise(signal_number);
}

void CatchSignals() {
  for (const int signal_number : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction old;
    if (sigaction(signal_number, nullptr, &old) != 0) continue;
    if (old.sa_handler == SIG_IGN) continue;  // nohup
    struct sigaction action = {};
    action.sa_handler = RemoveAndDie;
    action.sa_flags = SA_RESETHAND | SA_NODEFER;
    sigaction(signal_number, &action, nullptr);
  }
}

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

absl::Status TooLarge(const std::string& path, size_t limit_bytes,
                      absl::string_view advice) {
  return Fail(ExitCode::kLimit,
              absl::StrFormat("%s: larger than %d bytes; %s", InputName(path),
                              limit_bytes, advice));
}

absl::StatusOr<std::string> ReadAll(int fd, const std::string& path,
                                    size_t limit_bytes,
                                    absl::string_view advice,
                                    size_t expected_bytes) {
  std::string data;
  data.reserve(limit_bytes < kSmallLimitBytes ? limit_bytes + 1
                                              : expected_bytes);
  while (data.size() <= limit_bytes) {
    const size_t old_bytes = data.size();
    // The expected size and one byte more, which finds the end; then what
    // comes in pieces.
    const size_t want_bytes = old_bytes < expected_bytes
                                  ? expected_bytes - old_bytes
                                  : std::max(old_bytes, kReadBytes);
    data.resize(old_bytes + std::min(want_bytes, limit_bytes + 1 - old_bytes));
    ssize_t got;
    do {
      got = read(fd, data.data() + old_bytes, data.size() - old_bytes);
    } while (got < 0 && errno == EINTR);
    if (got < 0) return ErrnoStatus(errno, InputName(path));
    data.resize(old_bytes + static_cast<size_t>(got));
    if (got == 0) return data;
  }
  return TooLarge(path, limit_bytes, advice);
}

}  // namespace

absl::string_view InputName(const std::string& path) {
  return path == "-" ? absl::string_view("standard input") : path;
}

absl::StatusOr<std::string> ReadInput(const std::string& path,
                                      size_t limit_bytes,
                                      absl::string_view advice) {
  UniqueFd opened;
  int fd = STDIN_FILENO;
  if (path != "-") {
    opened.reset(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
    if (!opened) return ErrnoStatus(errno, path);
    fd = opened.get();
  }
  struct stat facts;
  size_t expected_bytes = 0;
  if (fstat(fd, &facts) == 0 && S_ISREG(facts.st_mode)) {
    const off_t offset = std::max<off_t>(lseek(fd, 0, SEEK_CUR), 0);
    const auto rest_bytes =
        static_cast<uint64_t>(std::max<off_t>(facts.st_size - offset, 0));
    if (rest_bytes > limit_bytes) return TooLarge(path, limit_bytes, advice);
    expected_bytes = rest_bytes + 1;
  }
  return ReadAll(fd, path, limit_bytes, advice, expected_bytes);
}

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
    if (temporary_path_.size() >= sizeof(g_temporary_path)) {
      return ErrnoStatus(ENAMETOOLONG, name_);
    }
    // Known to the handler before it exists. The name is too random to be
    // somebody else's.
    memcpy(g_temporary_path, temporary_path_.c_str(),
           temporary_path_.size() + 1);
    g_has_temporary.store(true);
    CatchSignals();
    fd_.reset(open(temporary_path_.c_str(),
                   O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
    if (fd_ || errno != EEXIST) break;
  }
  if (!fd_) {
    const int error = errno;
    g_has_temporary.store(false);
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
  g_has_temporary.store(false);
}

bool OutputFile::IsTerminal() const {
  return isatty(fd_ ? fd_.get() : STDOUT_FILENO) == 1;
}

absl::Status OutputFile::Commit(absl::string_view head,
                                absl::string_view tail) {
  const int fd = fd_ ? fd_.get() : STDOUT_FILENO;
  for (const absl::string_view part : {head, tail}) {
    absl::Status written = WriteAll(fd, part, name_);
    if (!written.ok()) return written;
  }
  // Network file systems report a full disk here.
  if (close(fd_ ? fd_.release() : STDOUT_FILENO) != 0 && errno != EINTR) {
    return ErrnoStatus(errno, name_);
  }
  if (temporary_path_.empty()) return absl::OkStatus();
  if (rename(temporary_path_.c_str(), path_.c_str()) != 0) {
    return ErrnoStatus(errno, name_);
  }
  temporary_path_.clear();
  g_has_temporary.store(false);
  return absl::OkStatus();
}

absl::Status WriteStandardOutput(absl::string_view text) {
  return WriteAll(STDOUT_FILENO, text, "standard output");
}

void IgnoreBrokenPipes() { signal(SIGPIPE, SIG_IGN); }

}  // namespace uacced::cli
