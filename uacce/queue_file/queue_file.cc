#include "uacce/queue_file/queue_file.h"

#include <fcntl.h>
#include <misc/uacce/uacce.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "base/errno_status.h"
#include "base/log.h"
#include "uacce/queue_file/account_names.h"

namespace uacced {
namespace {

constexpr char kBusy[] = "no free queue";

off_t OffsetOf(QueueFile::Region region) {
  const int number =
      region == QueueFile::Region::kMmio ? UACCE_QFRT_MMIO : UACCE_QFRT_DUS;
  // The page's number is the region's.
  return number * sysconf(_SC_PAGESIZE);
}

// Whose file it is, and what is to be done.
absl::Status Forbidden(const std::string& path, int error_number) {
  struct stat file;
  std::string whose;
  if (stat(path.c_str(), &file) == 0) {
    whose = absl::StrCat("; it belongs to ", UserName(file.st_uid), ":",
                         GroupName(file.st_gid), " with mode ",
                         absl::StrFormat("%04o", file.st_mode & 07777));
  }
  return absl::PermissionDeniedError(absl::StrCat(
      ErrnoStatus(error_number, absl::StrCat("cannot open ", path)).message(),
      whose, ", and this process is ", UserName(geteuid()), ":",
      GroupName(getegid()),
      ". Install deploy/99-uacce.rules, which gives it to group uacce with "
      "mode "
      "0660, and have the daemon run in that group"));
}

}  // namespace

int QueueFile::SystemControl(int fd, unsigned long request, void* argument) {
  return ioctl(fd, request, argument);
}

absl::Status QueueFile::OpenError(const std::string& path, int error_number) {
  switch (error_number) {
    case EBUSY:
      return absl::UnavailableError(absl::StrCat(kBusy, " at ", path));
    case EACCES:
      return Forbidden(path, error_number);
    case EPERM:
      // Not a matter of rights: so the driver says that it is out of service.
      return absl::UnavailableError(
          absl::StrCat("cannot open ", path,
                       ": its driver gives out no queues "
                       "now, as during a reset, or a filter forbids it "
                       "(DeviceAllow= of the systemd unit)"));
    case ENOENT:
    case ENODEV:
    case ENXIO:
    case EINVAL:  // It was just being removed.
      return absl::UnavailableError(absl::StrCat(
          ErrnoStatus(error_number, absl::StrCat("cannot open ", path))
              .message(),
          "; the device is gone, or has no node yet (udev, devtmpfs)"));
    default:
      return ErrnoStatus(error_number, absl::StrCat("cannot open ", path));
  }
}

absl::StatusOr<std::unique_ptr<QueueFile>> QueueFile::Open(
    const std::string& path, ControlCall control) {
  UniqueFd fd(open(path.c_str(), O_RDWR | O_CLOEXEC));
  while (!fd && errno == EINTR) {
    fd.reset(open(path.c_str(), O_RDWR | O_CLOEXEC));
  }
  if (!fd) return OpenError(path, errno);
  return absl::WrapUnique(new QueueFile(path, std::move(fd), control));
}

bool QueueFile::IsBusy(const absl::Status& status) {
  return status.code() == absl::StatusCode::kUnavailable &&
         absl::StartsWith(status.message(), kBusy);
}

QueueFile::~QueueFile() {
  Stop();
  // A mapping holds the file, which holds the queue.
  Unmap();
}

int QueueFile::Call(unsigned long request, void* argument) {
  int result;
  do {
    result = control_(fd_.get(), request, argument);
  } while (result < 0 && errno == EINTR);
  return result < 0 ? errno : 0;
}

absl::Status QueueFile::Failure(int error_number,
                                absl::string_view what) const {
  return ErrnoStatus(error_number, absl::StrCat(what, " ", path_));
}

absl::StatusOr<uint8_t*> QueueFile::Map(
    Region region, size_t size_bytes, const VanishGuard::Afterlife& afterlife) {
  Mapping& mapping = mappings_[static_cast<size_t>(region)];
  if (mapping.base != nullptr) {
    return absl::AlreadyExistsError("the region is mapped");
  }
  void* const base = mmap(nullptr, size_bytes, PROT_READ | PROT_WRITE,
                          MAP_SHARED, fd_.get(), OffsetOf(region));
  if (base == MAP_FAILED) {
    return Failure(errno, region == Region::kMmio ? "mapping the doorbells of"
                                                  : "mapping the rings of");
  }
  absl::StatusOr<VanishGuard> guard =
      VanishGuard::Watch(base, size_bytes, afterlife);
  if (!guard.ok()) {
    munmap(base, size_bytes);
    return guard.status();
  }
  mapping = {base, size_bytes, *std::move(guard)};
  return static_cast<uint8_t*>(base);
}

void QueueFile::Unmap() {
  for (Mapping& mapping : mappings_) {
    if (mapping.base == nullptr) continue;
    mapping.guard = VanishGuard();
    munmap(mapping.base, mapping.size_bytes);
    mapping.base = nullptr;
  }
}

absl::Status QueueFile::Control(unsigned long request, void* argument,
                                absl::string_view what) {
  const int error_number = Call(request, argument);
  if (error_number == 0) return absl::OkStatus();
  return Failure(error_number, what);
}

// -EPERM is the driver's word for a device in trouble.
absl::Status QueueFile::Start() {
  const int error_number = Call(UACCE_CMD_START_Q, nullptr);
  if (error_number == EPERM || error_number == ETIMEDOUT) {
    return absl::UnavailableError(
        absl::StrCat("starting a queue of ", path_,
                     ": the device is being reset or does not answer"));
  }
  if (error_number != 0) return Failure(error_number, "starting a queue of");
  started_ = true;
  return absl::OkStatus();
}

// The kernel has stopped the queue itself when the device is gone. Another
// error leaves nothing but the end of the file, which stops it as well.
void QueueFile::Stop() {
  if (!started_) return;
  started_ = false;
  const int error_number = Call(UACCE_CMD_PUT_Q, nullptr);
  if (error_number == 0 || error_number == ENXIO || error_number == ENODEV) {
    return;
  }
  Log(LogLevel::kError, "uacce", "a queue did not stop: its file is closed",
      {{"path", path_},
       {"error", Failure(error_number, "stopping a queue of").message()}});
  Unmap();
  fd_.reset();
}

}  // namespace uacced
