#include "tests/bench/bare_ring.h"

#include <pthread.h>
#include <sched.h>

#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

#include "base/clock.h"

namespace uacced::bench {
namespace {

constexpr uint32_t kDepth = 1024;
constexpr uint32_t kBurst = 32;

struct alignas(64) Submission {
  uint32_t dword[32];
};
struct Completion {
  uint32_t index;
  uint32_t words[2];
  std::atomic<uint32_t> phase;
};
static_assert(sizeof(Submission) == 128 && sizeof(Completion) == 16);

struct Rings {
  std::vector<Submission> submissions = std::vector<Submission>(kDepth);
  std::vector<Completion> completions = std::vector<Completion>(kDepth);
  alignas(64) std::atomic<uint32_t> tail{0};
  alignas(64) std::atomic<bool> stop{false};
};

void Complete(Rings& rings) {
  PinToProcessor(1);
  uint32_t head = 0;
  while (!rings.stop.load(std::memory_order_relaxed)) {
    const uint32_t tail = rings.tail.load(std::memory_order_acquire);
    for (; head != tail; ++head) {
      const uint32_t slot = head % kDepth;
      Completion& completion = rings.completions[slot];
      completion.index = rings.submissions[slot].dword[26];
      completion.phase.store(1 - (head / kDepth) % 2,
                             std::memory_order_release);
    }
  }
}

class Submitter {
 public:
  explicit Submitter(Rings& rings) : rings_(rings) {}

  void Burst() {
    if (tail_ - head_ + kBurst < kDepth) {
      for (uint32_t i = 0; i < kBurst; ++i, ++tail_) Fill(tail_);
      rings_.tail.store(tail_, std::memory_order_release);
    }
    for (uint32_t i = 0; i < kBurst; ++i, ++head_) {
      const Completion& completion = rings_.completions[head_ % kDepth];
      if (completion.phase.load(std::memory_order_acquire) !=
          1 - (head_ / kDepth) % 2) {
        break;
      }
      sum_ += completion.index;
    }
  }

  uint32_t done() const { return head_; }
  uint64_t sum() const { return sum_; }

 private:
  void Fill(uint32_t index) {
    Submission& submission = rings_.submissions[index % kDepth];
    for (uint32_t i = 0; i < 32; ++i) submission.dword[i] = index + i;
  }

  Rings& rings_;
  uint32_t tail_ = 0;
  uint32_t head_ = 0;
  uint64_t sum_ = 0;  // So that nothing is left out as unused.
};

// The `index`th processor that this process may run on, modulo their number;
// -1: not known.
int Processor(int index) {
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof(allowed), &allowed) != 0) return -1;
  int skip = index % CPU_COUNT(&allowed);
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (CPU_ISSET(cpu, &allowed) && skip-- == 0) return cpu;
  }
  return -1;
}

}  // namespace

int FirstProcessor() { return Processor(0); }

void PinToProcessor(int index) {
  // Of the process: this thread may be pinned already.
  static const int first = Processor(0);
  static const int second = Processor(1);
  const int cpu = index == 0 ? first : second;
  if (cpu < 0) return;
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(cpu, &one);
  pthread_setaffinity_np(pthread_self(), sizeof(one), &one);
}

Round RunBareRing(const BareRingOptions& options) {
  const MonotonicClock clock;
  Rings rings;
  std::thread device([&rings] { Complete(rings); });
  Round round;
  std::thread driver([&] {
    PinToProcessor(0);
    Submitter submitter(rings);
    const int64_t start_ns = clock.NowNs();
    const int64_t measured_from_ns =
        start_ns + std::chrono::nanoseconds(options.warm_up).count();
    const int64_t end_ns =
        measured_from_ns + std::chrono::nanoseconds(options.duration).count();
    int64_t now_ns = start_ns;
    while (now_ns < measured_from_ns) {
      for (int i = 0; i < 64; ++i) submitter.Burst();
      now_ns = clock.NowNs();
    }
    const uint32_t before = submitter.done();
    const int64_t from_ns = now_ns;
    while (now_ns < end_ns) {
      for (int i = 0; i < 64; ++i) submitter.Burst();
      now_ns = clock.NowNs();
    }
    round.operations = submitter.done() - before;
    round.wall_ns = submitter.sum() == 0 ? 0 : now_ns - from_ns;
  });
  driver.join();
  rings.stop.store(true);
  device.join();
  return round;
}

}  // namespace uacced::bench
