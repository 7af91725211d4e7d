// What the kernel says of accelerators in /sys/class/uacce: which there are,
// and the attributes of each.
//
// Units:   bytes.
// Threads: thread-safe, no state. Everything reads small files, which blocks
//          only if the kernel does.
// Nothing that is read is trusted: lengths, characters and ranges are checked.
// Errors say what an operator can do.
#ifndef UACCED_UACCE_SYSFS_SYSFS_H_
#define UACCED_UACCE_SYSFS_SYSFS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace uacced {

inline constexpr char kUacceSysfsRoot[] = "/sys/class/uacce";

// Of a device for as long as it is there.
struct UacceFacts {
  std::string name;        // "hisi_zip-0"
  std::string api;         // "hisi_qm_v3"
  std::string algorithms;  // Separated by newlines.
  uint32_t flags = 0;
  // Sizes to map, whole pages; 0: it has no such region.
  size_t mmio_bytes = 0;
  size_t dus_bytes = 0;
  int numa_node = -1;      // -1: near no node, or not known.
  bool simulated = false;  // The driver says that there is no hardware.

  // It works on the addresses of the process that opened a queue.
  bool has_sva() const { return (flags & 1) != 0; }

  bool operator==(const UacceFacts&) const = default;
};

// 1..64 characters of a-z 0-9 - _: fit to be a file's name anywhere.
bool IsUacceName(absl::string_view name);

class UacceSysfs {
 public:
  explicit UacceSysfs(std::string root = kUacceSysfsRoot)
      : root_(std::move(root)) {}

  const std::string& root() const { return root_; }

  // Names, in the order of their numbers; what has another kind of name is left
  // out. NOT_FOUND: the kernel has no such class.
  absl::StatusOr<std::vector<std::string>> List() const;

  // UNAVAILABLE: there is no such device, or it has just gone. NOT_FOUND: it
  // lacks an attribute; INVALID_ARGUMENT: one makes no sense.
  absl::StatusOr<UacceFacts> ReadFacts(absl::string_view name) const;

  // Queues that are free now. NOT_FOUND: the driver does not say.
  absl::StatusOr<uint32_t> ReadAvailableInstances(absl::string_view name) const;

  enum class State : uint8_t {
    kPresent,
    kIsolated,  // The kernel took it out of use.
    kGone,
  };
  // kPresent also when it cannot be found out.
  State Look(absl::string_view name) const;

 private:
  std::string Path(absl::string_view name) const;
  // Without its newline. NOT_FOUND: there is no such attribute.
  absl::StatusOr<std::string> ReadAttribute(absl::string_view name,
                                            absl::string_view attribute,
                                            size_t max_bytes) const;
  // In [min, max], decimal.
  absl::StatusOr<int64_t> ReadNumber(absl::string_view name,
                                     absl::string_view attribute, int64_t min,
                                     int64_t max) const;
  absl::StatusOr<size_t> ReadRegionSize(absl::string_view name,
                                        absl::string_view attribute) const;
  absl::Status NoSuchDevice(absl::string_view name) const;

  const std::string root_;
};

}  // namespace uacced

#endif  // UACCED_UACCE_SYSFS_SYSFS_H_
