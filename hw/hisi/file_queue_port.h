// A FileQueuePort is a queue of a FilePort.
//
// Threads: as QueuePort.
#ifndef UACCED_HW_HISI_FILE_QUEUE_PORT_H_
#define UACCED_HW_HISI_FILE_QUEUE_PORT_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "hw/hisi/port.h"
#include "uacce/queue_file/queue_file.h"
#include "uacce/sysfs/sysfs.h"

namespace uacced::hw::hisi {

class FileQueuePort final : public QueuePort {
 public:
  // Makes `file`, just opened, a queue of kind `qc_type` with both regions
  // mapped. `open_queues`, which outlives it, counts it. Errors as of Map() and
  // Control().
  static absl::StatusOr<std::unique_ptr<QueuePort>> Create(
      std::unique_ptr<QueueFile> file, const UacceFacts& device,
      uint32_t qc_type, std::atomic<uint32_t>* open_queues);
  ~FileQueuePort() override;

  const Facts& facts() const override { return facts_; }
  MmioRegion& mmio() override { return mmio_; }
  uint8_t* dus() override { return dus_; }
  size_t dus_bytes() const override { return dus_bytes_; }

  absl::Status Start() override { return file_->Start(); }
  void Stop() override { file_->Stop(); }

  // The queue file. Its poll() asks the driver, which goes through the CQ from
  // where it was and tells of each completion once. So asking it drains; and
  // who never asks leaves it behind, by more than a lap in the end, when an
  // entry's phase does not tell it any more that the entry is new.
  int event_fd() const override { return event_fd_; }
  void DrainEvents() override;

 private:
  FileQueuePort(std::unique_ptr<QueueFile> file,
                std::atomic<uint32_t>* open_queues);

  absl::Status SetUp(const UacceFacts& device, uint32_t qc_type);
  absl::Status Map(const UacceFacts& device);

  const std::unique_ptr<QueueFile> file_;
  const int event_fd_;
  std::atomic<uint32_t>* const open_queues_;
  // Constant after SetUp().
  Facts facts_;
  MmioRegion mmio_;
  uint8_t* dus_ = nullptr;
  size_t dus_bytes_ = 0;
};

}  // namespace uacced::hw::hisi

#endif  // UACCED_HW_HISI_FILE_QUEUE_PORT_H_
