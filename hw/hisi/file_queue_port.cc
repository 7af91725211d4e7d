#include "hw/hisi/file_queue_port.h"

#include <misc/uacce/hisi_qm.h>
#include <poll.h>
#include <sys/ioctl.h>

#include "absl/memory/memory.h"
#include "base/status_macros.h"
#include "hw/hisi/abi/qm.h"

namespace uacced::hw::hisi {
namespace {

// Of kernels that do not tell.
constexpr uint32_t kUsualDepth = 1024;

static_assert(sizeof(hisi_qp_ctx) == 4 && sizeof(hisi_qp_info) == 16);

// Nothing that is in the rings of a device that is gone may look like an
// answer: an entry of ones completes no descriptor that there is, whatever the
// phase.
constexpr uint8_t kNoAnswer = 0xff;

// As the kernel leaves a queue that it has stopped.
VanishGuard::Afterlife Stopped(size_t dus_bytes) {
  return {
      .fill = kNoAnswer,
      .word_count = 2,
      .words = {{{dus_bytes - HISI_QM_DUS_RX_STOP_FROM_END, HISI_QM_STOPPED},
                 {dus_bytes - HISI_QM_DUS_TX_STOP_FROM_END, HISI_QM_STOPPED}}}};
}

}  // namespace

absl::StatusOr<std::unique_ptr<QueuePort>> FileQueuePort::Create(
    std::unique_ptr<QueueFile> file, const UacceFacts& device, uint32_t qc_type,
    std::atomic<uint32_t>* open_queues) {
  auto port = absl::WrapUnique(new FileQueuePort(std::move(file), open_queues));
  UACCED_RETURN_IF_ERROR(port->SetUp(device, qc_type));
  return port;
}

FileQueuePort::FileQueuePort(std::unique_ptr<QueueFile> file,
                             std::atomic<uint32_t>* open_queues)
    : file_(std::move(file)),
      event_fd_(file_->fd()),
      open_queues_(open_queues) {
  open_queues_->fetch_add(1);
}

FileQueuePort::~FileQueuePort() { open_queues_->fetch_sub(1); }

absl::Status FileQueuePort::SetUp(const UacceFacts& device, uint32_t qc_type) {
  hisi_qp_ctx context = {.id = 0, .qc_type = static_cast<uint16_t>(qc_type)};
  UACCED_RETURN_IF_ERROR(file_->Control(UACCE_CMD_QM_SET_QP_CTX, &context,
                                        "choosing the kind of a queue of"));
  facts_.sqn = context.id;
  hisi_qp_info info = {};
  absl::Status told = file_->Control(UACCE_CMD_QM_SET_QP_INFO, &info,
                                     "asking for the depth of a queue of");
  if (told.ok()) {
    facts_.sqe_bytes = info.sqe_size;
    facts_.sq_depth = info.sq_depth;
    facts_.cq_depth = info.cq_depth;
  } else if (told.code() == absl::StatusCode::kInvalidArgument) {
    facts_.sqe_bytes = HISI_QM_SQE_BYTES;
    facts_.sq_depth = kUsualDepth;
    facts_.cq_depth = kUsualDepth;
  } else {
    return told;
  }
  return Map(device);
}

absl::Status FileQueuePort::Map(const UacceFacts& device) {
  dus_bytes_ = device.dus_bytes;
  UACCED_ASSIGN_OR_RETURN(dus_, file_->Map(QueueFile::Region::kDus, dus_bytes_,
                                           Stopped(dus_bytes_)));
  UACCED_ASSIGN_OR_RETURN(
      uint8_t* const doorbells,
      file_->Map(QueueFile::Region::kMmio, device.mmio_bytes, {}));
  mmio_ = MmioRegion(doorbells, device.mmio_bytes);
  return absl::OkStatus();
}

// What it says is known: the CQ has it.
void FileQueuePort::DrainEvents() {
  pollfd file = {.fd = event_fd_, .events = POLLIN, .revents = 0};
  (void)poll(&file, 1, 0);
}

}  // namespace uacced::hw::hisi
