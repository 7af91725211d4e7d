#include "daemon/reactor/sleeper.h"

#include <poll.h>

#include <cerrno>

#include "absl/memory/memory.h"
#include "base/errno_status.h"

namespace uacced {
namespace {

constexpr unsigned kRingEntries = 64;

// The number of entries that say nothing, besides liburing's own.
constexpr uint64_t kNoSlot = UINT64_MAX - 1;

}  // namespace

absl::StatusOr<std::unique_ptr<Sleeper>> Sleeper::Create() {
  auto sleeper = absl::WrapUnique(new Sleeper());
  const int result = io_uring_queue_init(kRingEntries, &sleeper->ring_, 0);
  if (result < 0) {
    return ErrnoStatus(
        -result,
        "io_uring is not available (kernel older than 5.13, sysctl "
        "kernel.io_uring_disabled, or a container's seccomp profile)");
  }
  sleeper->initialised_ = true;
  return sleeper;
}

Sleeper::~Sleeper() {
  if (initialised_) io_uring_queue_exit(&ring_);
}

void Sleeper::Watch(int fd) {
  for (Watched& slot : watched_) {
    if (slot.fd >= 0 || slot.armed) continue;
    slot.fd = fd;
    return;
  }
  watched_.push_back({fd, false});
}

// A poll holds its file, so a device could not be released before the poll has
// ended; and its end tells that no entry with its number comes any more.
void Sleeper::Unwatch(int fd) {
  for (size_t i = 0; i < watched_.size(); ++i) {
    if (watched_[i].fd != fd) continue;
    watched_[i].fd = -1;
    if (!watched_[i].armed) return;
    io_uring_sqe* sqe = GetSqe();
    if (sqe == nullptr) return;
    io_uring_prep_poll_remove(sqe, i);
    io_uring_sqe_set_data64(sqe, kNoSlot);
    while (watched_[i].armed) {
      const int result = io_uring_submit_and_wait(&ring_, 1);
      ReapEvents();
      if (result < 0 && result != -EINTR) return;
    }
    return;
  }
}

absl::Status Sleeper::Sleep(int64_t timeout_ns) {
  if (absl::Status status = ArmPolls(); !status.ok()) return status;
  io_uring_cqe* cqe = nullptr;
  int result;
  if (timeout_ns == kNoTimeout) {
    result = io_uring_submit_and_wait(&ring_, 1);
  } else {
    __kernel_timespec timeout = {.tv_sec = timeout_ns / 1'000'000'000,
                                 .tv_nsec = timeout_ns % 1'000'000'000};
    result =
        io_uring_submit_and_wait_timeout(&ring_, &cqe, 1, &timeout, nullptr);
  }
  ReapEvents();
  if (result < 0 && result != -ETIME && result != -EINTR) {
    return ErrnoStatus(-result, "io_uring wait");
  }
  return absl::OkStatus();
}

// A multishot poll lasts until the kernel says otherwise, so this mostly does
// nothing.
absl::Status Sleeper::ArmPolls() {
  for (size_t i = 0; i < watched_.size(); ++i) {
    if (watched_[i].armed || watched_[i].fd < 0) continue;
    io_uring_sqe* sqe = GetSqe();
    if (sqe == nullptr) {
      return absl::ResourceExhaustedError("the ring takes no more entries");
    }
    io_uring_prep_poll_multishot(sqe, watched_[i].fd, POLLIN);
    io_uring_sqe_set_data64(sqe, i);
    watched_[i].armed = true;
  }
  return absl::OkStatus();
}

// Makes room when the ring is full.
io_uring_sqe* Sleeper::GetSqe() {
  io_uring_sqe* sqe = io_uring_get_sqe(&ring_);
  if (sqe != nullptr || io_uring_submit(&ring_) < 0) return sqe;
  return io_uring_get_sqe(&ring_);
}

void Sleeper::ReapEvents() {
  io_uring_cqe* cqe;
  while (io_uring_peek_cqe(&ring_, &cqe) == 0) {
    const uint64_t index = io_uring_cqe_get_data64(cqe);
    // liburing's own timeout entries carry another number.
    if (index < watched_.size() && (cqe->flags & IORING_CQE_F_MORE) == 0) {
      watched_[index].armed = false;
      // Its device is gone: asking again would fail again at once.
      if (cqe->res < 0) watched_[index].fd = -1;
    }
    io_uring_cqe_seen(&ring_, cqe);
  }
}

}  // namespace uacced
