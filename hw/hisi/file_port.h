// A FilePort is an accelerator of Kunpeng behind the kernel's queue files: what
// it is stands in sysfs, its queues are opened at its node in /dev.
//
// Threads: as Port.
// Memory:  queues work on the addresses of this process (SVA), so any memory of
//          it may be named in a descriptor.
// When the device goes and comes back, so does the port's use, if it is the
// same device as before.
#ifndef UACCED_HW_HISI_FILE_PORT_H_
#define UACCED_HW_HISI_FILE_PORT_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "hw/device.h"
#include "hw/hisi/port.h"
#include "uacce/queue_file/queue_file.h"
#include "uacce/sysfs/sysfs.h"

namespace uacced::hw::hisi {

class FilePort final : public Port {
 public:
  struct Options {
    std::string device;  // "hisi_zip-0"
    std::string sysfs_root = kUacceSysfsRoot;
    std::string dev_root = "/dev";
    QueueFile::ControlCall control = &QueueFile::SystemControl;
  };

  // Whether this driver is for a device of that name.
  static bool IsOurs(absl::string_view device);

  // UNAVAILABLE: there is no such device. UNIMPLEMENTED: not IsOurs().
  // FAILED_PRECONDITION: the device cannot work on a process's addresses.
  // NOT_FOUND, INVALID_ARGUMENT: what the kernel says of it makes no sense.
  static absl::StatusOr<std::unique_ptr<FilePort>> Create(
      const Options& options);

  const Facts& facts() const override { return facts_; }

  // Besides errors of Port: PERMISSION_DENIED, see QueueFile.
  // FAILED_PRECONDITION: another device came in the place of this one.
  absl::StatusOr<std::unique_ptr<QueuePort>> OpenQueue(
      uint32_t qc_type) override;

  // The kernel resets devices, we cannot: UNIMPLEMENTED.
  absl::Status Reset() override;
  Presence presence() const override;

 private:
  FilePort(const Options& options, UacceFacts seen, Facts facts);

  std::string path() const;
  absl::Status Busy() const;

  // Constant after construction.
  const Options options_;
  const UacceSysfs sysfs_;
  const UacceFacts seen_;  // When it was first seen.
  const Facts facts_;

  // Of this port.
  std::atomic<uint32_t> open_queues_{0};
};

}  // namespace uacced::hw::hisi

#endif  // UACCED_HW_HISI_FILE_PORT_H_
