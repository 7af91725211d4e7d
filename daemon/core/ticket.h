// A Ticket is the proof that a job was admitted. While it lives, the job and
// its memory count against the limits; it gives both back when it dies.
//
// Units:   bytes of input and output buffers. A ticket for memory that several
//          jobs share counts no job.
// Threads: Usage is thread-safe; a Ticket is thread-compatible and may die on
//          any thread. The Usage must outlive its tickets.
#ifndef UACCED_DAEMON_CORE_TICKET_H_
#define UACCED_DAEMON_CORE_TICKET_H_

#include <atomic>
#include <cstdint>
#include <utility>

namespace uacced {

// What is in flight now.
struct Usage {
  std::atomic<uint32_t> jobs{0};
  std::atomic<uint64_t> bytes{0};
};

class Ticket {
 public:
  Ticket() = default;
  // The caller has already counted `jobs` and `bytes` in `usage`.
  Ticket(Usage* usage, uint32_t jobs, uint64_t bytes)
      : usage_(usage), jobs_(jobs), bytes_(bytes) {}
  Ticket(Ticket&& other) noexcept
      : usage_(std::exchange(other.usage_, nullptr)),
        jobs_(std::exchange(other.jobs_, 0)),
        bytes_(std::exchange(other.bytes_, 0)) {}
  Ticket& operator=(Ticket&& other) noexcept {
    std::swap(usage_, other.usage_);
    std::swap(jobs_, other.jobs_);
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  ~Ticket() {
    if (usage_ == nullptr) return;
    usage_->bytes.fetch_sub(bytes_, std::memory_order_relaxed);
    if (jobs_ > 0) usage_->jobs.fetch_sub(jobs_, std::memory_order_release);
  }

  bool valid() const { return usage_ != nullptr; }
  uint64_t bytes() const { return bytes_; }
  // The caller has already counted `bytes` more in the usage.
  void AddBytes(uint64_t bytes) { bytes_ += bytes; }
  // Gives back some of them before the rest. REQUIRES: bytes <= this->bytes().
  void ReturnBytes(uint64_t bytes) {
    bytes_ -= bytes;
    usage_->bytes.fetch_sub(bytes, std::memory_order_relaxed);
  }

 private:
  Usage* usage_ = nullptr;
  uint32_t jobs_ = 0;
  uint64_t bytes_ = 0;
};

}  // namespace uacced

#endif  // UACCED_DAEMON_CORE_TICKET_H_
