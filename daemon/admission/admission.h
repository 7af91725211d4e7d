// Admission decides whether a request may enter now, and gives out the Ticket
// that counts it until it is answered.
//
// Units:   bytes of input and output buffers.
// Threads: thread-safe, without locks. Must outlive its tickets.
#ifndef UACCED_DAEMON_ADMISSION_ADMISSION_H_
#define UACCED_DAEMON_ADMISSION_ADMISSION_H_

#include <atomic>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "daemon/core/job.h"
#include "daemon/core/ticket.h"

namespace uacced {

class Admission {
 public:
  struct Options {
    uint32_t max_jobs = 0;
    uint64_t max_bytes = 0;
  };
  explicit Admission(const Options& options) : options_(options) {}

  // RESOURCE_EXHAUSTED, with RetryInfo and QuotaFailure: too much in flight.
  // UNAVAILABLE: Close() was called.
  absl::StatusOr<Ticket> Admit(TenantId tenant, uint64_t bytes);

  // For memory that several jobs share: a ticket without a job. Errors as
  // Admit(); a closed admission still gives it, as the jobs are refused.
  absl::StatusOr<Ticket> AdmitBytes(uint64_t bytes);

  // Counts `bytes` more for an admitted job. Errors as Admit(), and the ticket
  // is unchanged; but a closed admission still lets its jobs grow.
  absl::Status Grow(Ticket& ticket, uint64_t bytes);

  // From now on every Admit() is refused; what was admitted goes on.
  void Close() { closed_.store(true, std::memory_order_release); }
  bool closed() const { return closed_.load(std::memory_order_acquire); }

  const Options& options() const { return options_; }
  uint32_t jobs() const { return usage_.jobs.load(std::memory_order_acquire); }
  uint64_t bytes() const { return usage_.bytes.load(); }

 private:
  absl::Status ReserveBytes(uint64_t bytes);

  const Options options_;
  Usage usage_;
  std::atomic<bool> closed_{false};
};

}  // namespace uacced

#endif  // UACCED_DAEMON_ADMISSION_ADMISSION_H_
