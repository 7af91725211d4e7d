#include "daemon/keys/sealed_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/errno_status.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "daemon/keys/sealed_format.h"

namespace uacced {
namespace {

// How often a lock that another daemon has is tried again.
constexpr absl::Duration kLockRetry = absl::Milliseconds(10);

std::string FolderOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

absl::Status Prefixed(const std::string& path, const absl::Status& status) {
  return absl::Status(status.code(),
                      absl::StrCat("key store ", path, ": ", status.message()));
}

absl::Status WriteAll(int fd, hw::Bytes bytes) {
  while (!bytes.empty()) {
    const ssize_t n = write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return ErrnoStatus(errno, "write");
    bytes = bytes.subspan(static_cast<size_t>(n));
  }
  return absl::OkStatus();
}

absl::Status ReadAll(int fd, hw::MutableBytes bytes) {
  while (!bytes.empty()) {
    const ssize_t n = read(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return ErrnoStatus(errno, "read");
    if (n == 0) return absl::DataLossError("it is truncated");
    bytes = bytes.subspan(static_cast<size_t>(n));
  }
  return absl::OkStatus();
}

absl::Status CheckAccess(const struct stat& file) {
  if (!S_ISREG(file.st_mode)) {
    return absl::FailedPreconditionError("it is not a regular file");
  }
  if ((file.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return absl::FailedPreconditionError(
        "others than its owner have access; find out who had, then chmod 600 "
        "it");
  }
  if (file.st_uid != geteuid() && file.st_uid != 0) {
    return absl::FailedPreconditionError(absl::StrCat(
        "it belongs to user ", file.st_uid, ", neither the daemon's nor root"));
  }
  return absl::OkStatus();
}

}  // namespace

SealedFile::SealedFile(std::string path, KeyEncryptionKey key)
    : path_(std::move(path)),
      file_name_(path_.substr(path_.rfind('/') + 1)),
      key_(std::move(key)) {}

absl::StatusOr<std::unique_ptr<SealedFile>> SealedFile::Open(
    std::string path, KeyEncryptionKey key, absl::Duration lock_wait) {
  std::unique_ptr<SealedFile> file(
      new SealedFile(std::move(path), std::move(key)));
  const std::string folder = FolderOf(file->path_);
  file->folder_.reset(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!file->folder_) {
    const absl::Status status = ErrnoStatus(errno, folder);
    return Prefixed(
        file->path_,
        absl::Status(status.code(),
                     absl::StrCat(status.message(),
                                  "; make a folder that the daemon owns")));
  }
  if (absl::Status status = file->Lock(lock_wait); !status.ok()) {
    return Prefixed(file->path_, status);
  }
  return file;
}

absl::Status SealedFile::Lock(absl::Duration lock_wait) {
  const std::string lock_name = file_name_ + ".lock";
  lock_.reset(openat(folder_.get(), lock_name.c_str(),
                     O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!lock_) return ErrnoStatus(errno, absl::StrCat("open ", lock_name));
  const absl::Time give_up = absl::Now() + lock_wait;
  bool told = false;
  while (flock(lock_.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EINTR) continue;
    if (errno != EWOULDBLOCK) {
      return ErrnoStatus(errno, absl::StrCat("lock ", lock_name));
    }
    if (absl::Now() >= give_up) {
      return absl::UnavailableError(
          "another uacced has it; stop that one, or configure another path");
    }
    if (!std::exchange(told, true)) {
      Log(LogLevel::kInfo, "keys", "waiting for another uacced to let go",
          {{"path", path_}});
    }
    absl::SleepFor(kLockRetry);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::optional<SealedFile::Contents>> SealedFile::Read(
    size_t max_body_bytes) const {
  const auto read_it = [&]() -> absl::StatusOr<std::optional<Contents>> {
    const UniqueFd fd(openat(folder_.get(), file_name_.c_str(),
                             O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    if (!fd && errno == ENOENT) return std::nullopt;
    struct stat file;
    if (!fd || fstat(fd.get(), &file) != 0) return ErrnoStatus(errno, "open");
    UACCED_RETURN_IF_ERROR(CheckAccess(file));
    const auto size_bytes = static_cast<size_t>(file.st_size);
    if (size_bytes == 0) return absl::DataLossError("it is empty");
    if (size_bytes > max_body_bytes + kSealedOverheadBytes) {
      return absl::FailedPreconditionError(absl::StrCat(
          size_bytes, " bytes are more than keys.max_keys can take, ",
          max_body_bytes + kSealedOverheadBytes,
          "; raise that, if it is a key store"));
    }
    UACCED_ASSIGN_OR_RETURN(SecretBuffer image,
                            SecretBuffer::Create(size_bytes));
    UACCED_RETURN_IF_ERROR(ReadAll(fd.get(), image.bytes()));
    UACCED_ASSIGN_OR_RETURN(const hw::MutableBytes body,
                            Unseal(key_, image.bytes()));
    return Contents{std::move(image), body};
  };
  auto contents = read_it();
  if (!contents.ok()) return Prefixed(path_, contents.status());
  return contents;
}

absl::StatusOr<SecretBuffer> SealedFile::NewImage(size_t body_bytes) {
  return SecretBuffer::Create(body_bytes + kSealedOverheadBytes);
}

hw::MutableBytes SealedFile::BodyOf(const SecretBuffer& image) {
  return image.bytes().subspan(kSealedHeaderBytes,
                               image.bytes().size() - kSealedOverheadBytes);
}

absl::Status SealedFile::Write(const SecretBuffer& image) {
  UACCED_RETURN_IF_ERROR(Seal(key_, image.bytes()));
  const std::string temporary = file_name_ + ".tmp";
  absl::Status status = WriteTemporary(image.bytes());
  if (status.ok() && renameat(folder_.get(), temporary.c_str(), folder_.get(),
                              file_name_.c_str()) != 0) {
    status = ErrnoStatus(errno, "rename");
  }
  if (!status.ok()) {
    unlinkat(folder_.get(), temporary.c_str(), 0);
  } else if (fsync(folder_.get()) != 0) {
    status = ErrnoStatus(errno,
                         "fsync of its folder, so a crash may undo the write");
  }
  if (status.ok()) return status;
  return absl::InternalError(absl::StrCat(
      "key store ", path_, " cannot be written: ", status.message()));
}

absl::Status SealedFile::WriteTemporary(hw::Bytes image) {
  const std::string temporary = file_name_ + ".tmp";
  // A crash may have left one.
  if (unlinkat(folder_.get(), temporary.c_str(), 0) != 0 && errno != ENOENT) {
    return ErrnoStatus(errno, absl::StrCat("remove ", temporary));
  }
  const UniqueFd fd(openat(folder_.get(), temporary.c_str(),
                           O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
                           0600));
  if (!fd) return ErrnoStatus(errno, absl::StrCat("open ", temporary));
  UACCED_RETURN_IF_ERROR(WriteAll(fd.get(), image));
  if (fsync(fd.get()) != 0) return ErrnoStatus(errno, "fsync");
  return absl::OkStatus();
}

}  // namespace uacced
