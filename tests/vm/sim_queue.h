// A queue of a simulated accelerator, driven by hand: descriptors of 32 words
// into its SQ, doorbells, and entries of its CQ.
//
// Errors:  what a test cannot go on without ends the program with a message.
// Threads: one for each object.
#ifndef UACCED_TESTS_VM_SIM_QUEUE_H_
#define UACCED_TESTS_VM_SIM_QUEUE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/vm/probe.h"

namespace uacced::vm {

using Sqe = std::array<uint32_t, 32>;
using ByteVector = std::vector<uint8_t>;

inline uint32_t Low(uint64_t value) { return static_cast<uint32_t>(value); }
inline uint32_t High(uint64_t value) {
  return static_cast<uint32_t>(value >> 32);
}
inline uint64_t AddressOf(const volatile void* pointer) {
  return reinterpret_cast<uint64_t>(pointer);
}
// Words `dword` and the next one.
void SetAddress(Sqe& sqe, unsigned dword, uint64_t address);

inline constexpr unsigned kSimDepth = 1024;
inline constexpr size_t kSimDusBytes = 0x25000;
inline constexpr size_t kSimMmioBytes = 8192;

class SimQueue {
 public:
  // "hisi_zip" or "hisi_sec2": the first device of that name that there is.
  // `started` false: neither of that kind nor started.
  SimQueue(std::string_view kind, unsigned qc_type, bool started = true);

  // What open() and starting came to: 0 or -errno. The rest REQUIRES 0.
  long result() const { return result_; }
  int fd() const { return fd_.get(); }
  uint16_t sqn() const { return sqn_; }

  // Into the next slot, whose index it returns.
  unsigned Push(const Sqe& sqe);
  // Calls `between` when half of it is there.
  unsigned PushInTwo(const Sqe& sqe, const std::function<void()>& between);
  void RingSq();
  void RingCq(unsigned arm = 0);
  void RingRaw(uint64_t word);

  // The next completion: the index of its slot; nothing within `ms`.
  std::optional<unsigned> Poll(unsigned ms);
  Sqe Slot(unsigned index) const;
  bool TxStopped() const { return Word(kSimDusBytes - 4) == 1; }
  bool RxStopped() const { return Word(kSimDusBytes - 8) == 1; }
  volatile uint8_t* dus() const {
    return reinterpret_cast<volatile uint8_t*>(dus_->bytes());
  }
  Mapping& mmio() { return *mmio_; }
  Mapping& mapped_dus() { return *dus_; }

  // One descriptor, all the way; nothing if no answer comes within 20 s.
  std::optional<Sqe> Run(const Sqe& sqe);

 private:
  uint32_t Word(size_t offset) const { return dus_->words()[offset / 4]; }

  Fd fd_;
  std::optional<Mapping> dus_;
  std::optional<Mapping> mmio_;
  long result_ = 0;
  uint16_t sqn_ = 0;
  unsigned tail_ = 0;
  unsigned cq_head_ = 0;
  uint16_t phase_ = 1;
};

// "/dev/hisi_zip-0"; empty: there is none.
std::string FindDevice(std::string_view kind);

// For a device's folder in debugfs.
long Control(std::string_view device, std::string_view command);
long Counter(std::string_view device, std::string_view name);

// Deterministic: the same seed, the same bytes.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed * 2 + 1) {}
  uint32_t Next();
  uint32_t Below(uint32_t limit) { return Next() % limit; }
  ByteVector Bytes(size_t count);
  // Something between text and noise.
  ByteVector Compressible(size_t count);

 private:
  uint64_t state_;
};

uint64_t NowUs();

}  // namespace uacced::vm

#endif  // UACCED_TESTS_VM_SIM_QUEUE_H_
