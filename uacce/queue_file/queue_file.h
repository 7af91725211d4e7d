// A QueueFile is one queue of an accelerator as the kernel gives it out: an
// open /dev/hisi_zip-0 with its regions mapped. What is in the regions, and the
// ioctls of the driver below uacce, are the caller's.
//
//   Open -> Control, Map -> Start -> ... -> Stop -> destructor
//
// Units:   bytes.
// Threads: thread-compatible; the memory of regions is for any thread until the
//          destructor. Start(), Stop() and the destructor may block.
// Errors:  in words for the operator. UNAVAILABLE: the device is gone, or no
//          queue is free, kept apart by is_busy(). PERMISSION_DENIED says whose
//          file it is and what to change.
// A device may go at any time. Then calls fail with UNAVAILABLE, and a touch of
// a region finds what Map() was told to leave there (vanish_guard.h).
#ifndef UACCED_UACCE_QUEUE_FILE_QUEUE_FILE_H_
#define UACCED_UACCE_QUEUE_FILE_QUEUE_FILE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/unique_fd.h"
#include "uacce/queue_file/vanish_guard.h"

namespace uacced {

class QueueFile {
 public:
  // ioctl(2), or a test's.
  using ControlCall = int (*)(int fd, unsigned long request, void* argument);
  static int SystemControl(int fd, unsigned long request, void* argument);

  // `path`: the device's node. RESOURCE_EXHAUSTED: out of descriptors or
  // memory.
  static absl::StatusOr<std::unique_ptr<QueueFile>> Open(
      const std::string& path, ControlCall control = &SystemControl);
  // Its failure by an errno of open(2).
  static absl::Status OpenError(const std::string& path, int error_number);
  // Open() failed because every queue of the device is in use.
  static bool IsBusy(const absl::Status& status);

  QueueFile(const QueueFile&) = delete;
  QueueFile& operator=(const QueueFile&) = delete;
  // Stops, and gives the queue back.
  ~QueueFile();

  enum class Region : uint8_t { kMmio, kDus };

  // Maps a region, shared with the device, once. `size_bytes` as sysfs says.
  absl::StatusOr<uint8_t*> Map(Region region, size_t size_bytes,
                               const VanishGuard::Afterlife& afterlife);

  // An ioctl of the driver, named `what` in errors. INVALID_ARGUMENT: it does
  // not know it, or not the argument.
  absl::Status Control(unsigned long request, void* argument,
                       absl::string_view what);

  absl::Status Start();

  // The device does no more for this queue when it returns. Does nothing when
  // it was not started, or was stopped.
  void Stop();

  // Readable, once for each time, when the driver says that something came.
  // Constant.
  int fd() const { return fd_.get(); }

 private:
  struct Mapping {
    void* base = nullptr;
    size_t size_bytes = 0;
    VanishGuard guard;
  };

  QueueFile(std::string path, UniqueFd fd, ControlCall control)
      : path_(std::move(path)), control_(control), fd_(std::move(fd)) {}

  int Call(unsigned long request, void* argument);
  absl::Status Failure(int error_number, absl::string_view what) const;
  void Unmap();

  const std::string path_;
  const ControlCall control_;
  UniqueFd fd_;
  std::array<Mapping, 2> mappings_;  // By region.
  bool started_ = false;
};

}  // namespace uacced

#endif  // UACCED_UACCE_QUEUE_FILE_QUEUE_FILE_H_
