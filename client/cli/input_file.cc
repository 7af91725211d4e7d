#include "client/cli/input_file.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "absl/strings/str_format.h"
#include "base/errno_status.h"
#include "base/status_macros.h"
#include "client/cli/exit_code.h"

namespace uacced::cli {
namespace {

constexpr size_t kPieceBytes = size_t{1} << 20;
constexpr size_t kSmallLimitBytes = 4096;
// What is kept of a pipe, so that a small input can be begun again.
constexpr size_t kMostKeptBytes = size_t{1} << 20;

absl::Status Interrupted() { return absl::CancelledError("interrupted"); }

absl::Status TooLarge(absl::string_view name, size_t limit_bytes,
                      absl::string_view advice) {
  return Fail(ExitCode::kLimit, absl::StrFormat("%s: larger than %d bytes; %s",
                                                name, limit_bytes, advice));
}

// False: `fd` has nothing yet and `wait` is false.
absl::StatusOr<bool> WaitReadable(int fd, int interrupt_fd, bool wait) {
  pollfd files[] = {{fd, POLLIN, 0}, {interrupt_fd, POLLIN, 0}};
  int ready;
  do {
    ready = poll(files, 2, wait ? -1 : 0);
  } while (ready < 0 && errno == EINTR);
  if (ready < 0) return ErrnoStatus(errno, "poll");
  if (files[1].revents != 0) return Interrupted();
  return files[0].revents != 0;
}

}  // namespace

absl::string_view InputName(const std::string& path) {
  return path == "-" ? absl::string_view("standard input") : path;
}

absl::StatusOr<std::unique_ptr<InputFile>> InputFile::Open(
    const std::string& path) {
  auto file = std::unique_ptr<InputFile>(new InputFile);
  file->path_ = path;
  file->fd_ = STDIN_FILENO;
  if (path != "-") {
    file->opened_.reset(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
    if (!file->opened_) return ErrnoStatus(errno, path);
    file->fd_ = file->opened_.get();
  }
  file->interrupt_.reset(eventfd(0, EFD_CLOEXEC));
  if (!file->interrupt_) return ErrnoStatus(errno, "eventfd");
  struct stat facts;
  if (fstat(file->fd_, &facts) != 0) return ErrnoStatus(errno, InputName(path));
  if (S_ISDIR(facts.st_mode)) return ErrnoStatus(EISDIR, InputName(path));
  file->is_regular_ = S_ISREG(facts.st_mode);
  if (file->is_regular_) {
    file->start_ = std::max<off_t>(lseek(file->fd_, 0, SEEK_CUR), 0);
    file->size_bytes_ = static_cast<uint64_t>(
        std::max<int64_t>(facts.st_size - file->start_, 0));
    posix_fadvise(file->fd_, 0, 0, POSIX_FADV_SEQUENTIAL);
  }
  return file;
}

absl::StatusOr<bool> InputFile::Read(size_t most_bytes, std::string& data) {
  if (!pending_.empty()) {
    const size_t bytes = std::min(most_bytes, pending_.size());
    data.append(pending_, 0, bytes);
    pending_.erase(0, bytes);
    return true;
  }
  const size_t old_bytes = data.size();
  UACCED_ASSIGN_OR_RETURN(const bool more, ReadFile(most_bytes, data));
  if (is_regular_ || !kept_is_whole_) return more;
  if (kept_.size() + data.size() - old_bytes > kMostKeptBytes) {
    kept_is_whole_ = false;
    kept_ = std::string();
  } else {
    kept_.append(data, old_bytes, std::string::npos);
  }
  return more;
}

absl::StatusOr<absl::string_view> InputFile::Peek(size_t bytes) {
  while (pending_.size() < bytes) {
    std::string more = std::exchange(pending_, {});
    const auto got = Read(bytes - more.size(), more);
    pending_ = std::move(more);
    if (!got.ok()) return got.status();
    if (!*got) break;
  }
  return absl::string_view(pending_).substr(0, bytes);
}

bool InputFile::Rewind() {
  if (is_regular_) {
    if (lseek(fd_, start_, SEEK_SET) != start_) return false;
    pending_.clear();
    ended_ = false;
  } else {
    if (!kept_is_whole_) return false;
    pending_ = kept_;
  }
  if (interrupted_.exchange(false)) {
    uint64_t count;
    if (read(interrupt_.get(), &count, sizeof(count)) < 0) errno = 0;
  }
  return true;
}

absl::StatusOr<bool> InputFile::ReadFile(size_t most_bytes, std::string& data) {
  const size_t old_bytes = data.size();
  size_t have_bytes = 0;
  if (ended_) return false;
  data.resize(old_bytes + most_bytes);
  absl::Status failure;
  while (have_bytes < most_bytes) {
    if (interrupted_.load()) {
      failure = Interrupted();
      break;
    }
    if (!is_regular_) {
      const auto ready =
          WaitReadable(fd_, interrupt_.get(), /*wait=*/have_bytes == 0);
      if (!ready.ok()) {
        failure = ready.status();
        break;
      }
      if (!*ready) break;
    }
    const ssize_t got = read(fd_, data.data() + old_bytes + have_bytes,
                             most_bytes - have_bytes);
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (got < 0) failure = ErrnoStatus(errno, name());
    // Remembered: a terminal would go on after Ctrl-D.
    if (got == 0) ended_ = true;
    if (got <= 0) break;
    have_bytes += static_cast<size_t>(got);
  }
  data.resize(old_bytes + have_bytes);
  if (!failure.ok()) return failure;
  return have_bytes > 0;
}

void InputFile::Interrupt() {
  interrupted_.store(true);
  const uint64_t one = 1;
  // Cannot fail: the counter is far from full.
  if (write(interrupt_.get(), &one, sizeof(one)) < 0) errno = 0;
}

absl::Status ReadRest(InputFile& input, size_t limit_bytes,
                      absl::string_view advice, std::string& data) {
  while (data.size() <= limit_bytes) {
    const size_t room_bytes = limit_bytes + 1 - data.size();
    UACCED_ASSIGN_OR_RETURN(
        const bool more, input.Read(std::min(room_bytes, kPieceBytes), data));
    if (!more) return absl::OkStatus();
  }
  return TooLarge(input.name(), limit_bytes, advice);
}

absl::StatusOr<std::string> ReadInput(const std::string& path,
                                      size_t limit_bytes,
                                      absl::string_view advice) {
  UACCED_ASSIGN_OR_RETURN(const auto input, InputFile::Open(path));
  const uint64_t expected_bytes = input->size_bytes().value_or(0);
  if (expected_bytes > limit_bytes) {
    return TooLarge(input->name(), limit_bytes, advice);
  }
  std::string data;
  // Room for what Read() asks for beyond the end, too.
  data.reserve(limit_bytes < kSmallLimitBytes ? limit_bytes + 1
                                              : expected_bytes + kPieceBytes);
  UACCED_RETURN_IF_ERROR(ReadRest(*input, limit_bytes, advice, data));
  return data;
}

}  // namespace uacced::cli
