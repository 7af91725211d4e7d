// Does anything with queues in any order, in several processes, while devices
// come and go and processes are killed. What it looks for is found by the
// kernel: a crash, a lock in the wrong order, memory that is lost. It checks
// itself that no driver is called too late and that nothing is left.
//
// usage: uacce_stress STEPS [SEED]
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <new>
#include <optional>
#include <random>
#include <string>
#include <utility>

#include "tests/vm/checks.h"
#include "tests/vm/probe.h"

namespace uacced::vm {
namespace {

constexpr int kSlots = 4;
constexpr int kWorkers = 3;
constexpr int kFds = 6;
// Between two disturbances: up to so many steps, and never longer than 200 ms.
constexpr int kStepsBetween = 256;
constexpr useconds_t kWaitUs = 200;
constexpr int kMostWaits = 1000;

using Random = std::minstd_rand;

int Below(Random& random, int limit) {
  return static_cast<int>(random() >> 4) % limit;
}

// What all processes share.
struct Shared {
  std::atomic<long> steps{0};
  std::atomic<long> opened{0};
  std::atomic<long> mapped{0};
  std::atomic<long> bus_errors{0};
};

class Worker {
 public:
  Worker(Shared& shared, unsigned seed) : shared_(shared), random_(seed) {}

  [[noreturn]] void RunUntilKilled() {
    signal(SIGCHLD, SIG_IGN);
    for (;;) {
      Step();
      shared_.steps.fetch_add(1, std::memory_order_relaxed);
    }
  }

 private:
  struct Slot {
    std::optional<Fd> queue;
    std::unique_ptr<Mapping> regions[2];
  };

  void Step() {
    Slot& slot = slots_[Below(random_, kFds)];
    if (!slot.queue.has_value()) {
      Open(slot);
      return;
    }
    switch (Below(random_, 16)) {
      case 0:
        // The mappings stay, as they may.
        slot.queue.reset();
        break;
      case 1:
      case 2:
        Start(*slot.queue);
        break;
      case 3:
        Put(*slot.queue);
        break;
      case 4: {
        unsigned value = 0;
        Increment(*slot.queue, Below(random_, 8) == 0 ? nullptr : &value);
        break;
      }
      case 5:
        Unknown(*slot.queue);
        break;
      case 6:
        PollEvents(*slot.queue, Below(random_, 2));
        break;
      case 7:
      case 8:
      case 9:
        Map(slot);
        break;
      case 10:
        slot.regions[Below(random_, 2)].reset();
        break;
      case 11:
      case 12:
        Touch(slot);
        break;
      case 13:
      case 14:
        Cut(slot);
        break;
      default:
        if (Below(random_, 16) == 0) {
          Fork();
        }
        break;
    }
  }

  void Open(Slot& slot) {
    const std::string node =
        "/dev/uacce_probe-" + std::to_string(Below(random_, kSlots));
    Fd queue(open(node.c_str(), O_RDWR | O_CLOEXEC));
    if (queue.ok()) {
      shared_.opened.fetch_add(1, std::memory_order_relaxed);
      slot.queue.emplace(std::move(queue));
    }
  }

  void Map(Slot& slot) {
    const unsigned region = static_cast<unsigned>(Below(random_, 3));
    size_t bytes = region == kRegionDus ? kDusBytes : kMmioBytes;
    if (Below(random_, 8) == 0) {
      bytes += kPageBytes;
    }
    auto mapping = std::make_unique<Mapping>(*slot.queue, region, bytes, 3,
                                             Below(random_, 8) == 0 ? 2 : 1);
    if (mapping->result() == 0) {
      shared_.mapped.fetch_add(1, std::memory_order_relaxed);
      slot.regions[region] = std::move(mapping);
    }
  }

  void Touch(const Slot& slot) {
    const auto& mapping = slot.regions[Below(random_, 2)];
    if (mapping != nullptr && SignalOfTouch(mapping->words()) == SIGBUS) {
      shared_.bus_errors.fetch_add(1, std::memory_order_relaxed);
    }
  }

  // Pieces of a mapping. What is left goes with the whole.
  void Cut(Slot& slot) {
    const auto& mapping = slot.regions[Below(random_, 2)];
    if (mapping == nullptr) {
      return;
    }
    char* second = mapping->bytes() + kPageBytes;
    switch (Below(random_, 4)) {
      case 0:
        mprotect(second, kPageBytes, PROT_READ);
        break;
      case 1:
        mprotect(second, kPageBytes, PROT_READ | PROT_WRITE);
        break;
      case 2:
        munmap(second, kPageBytes);
        break;
      default:
        mremap(second, kPageBytes, kPageBytes, MREMAP_MAYMOVE);
        madvise(mapping->bytes(), kPageBytes, MADV_DOFORK);
        break;
    }
  }

  // A child has the files and perhaps some regions, for a moment.
  void Fork() {
    if (fork() != 0) {
      return;
    }
    for (int i = 0; i < 20; ++i) {
      Step();
    }
    _exit(0);
  }

  Shared& shared_;
  Random random_;
  Slot slots_[kFds];
};

class Stress {
 public:
  Stress(long steps, unsigned seed) : steps_(steps), random_(seed) {
    void* memory = mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    shared_ = new (memory) Shared();
  }

  void Run() {
    for (int i = 0; i < kWorkers; ++i) {
      Spawn(i);
    }
    long told = 0;
    while (shared_->steps < steps_) {
      Disturb();
      LetThemStep(Below(random_, kStepsBetween));
      if (const long tenth = shared_->steps * 10 / steps_; tenth > told) {
        told = tenth;
        std::printf("# %ld steps\n", shared_->steps.load());
        std::fflush(stdout);
      }
    }
    for (const pid_t worker : workers_) {
      kill(worker, SIGKILL);
      ExitOf(worker);
    }
  }

  int Judge() {
    Checks checks;
    for (int i = 0; i < kSlots; ++i) {
      if (devices_[i] != nullptr) {
        Remove(i);
      }
    }
    checks.That("stress.queues_were_opened", shared_->opened > 0);
    checks.That("stress.regions_were_mapped", shared_->mapped > 0);
    checks.That("stress.devices_went_under_mappings", shared_->bus_errors > 0);
    checks.Equal("stress.no_op_is_called_after_removal", late_, 0);
    checks.Equal("stress.unmapped_before_the_driver_gets_memory_back", mapped_,
                 0);
    checks.Equal("stress.no_queue_is_left", queues_, 0);
    std::printf(
        "%ld steps, %ld opened, %ld mapped, %ld SIGBUS, %ld devices, %ld "
        "killed\n",
        shared_->steps.load(), shared_->opened.load(), shared_->mapped.load(),
        shared_->bus_errors.load(), added_, killed_);
    return checks.Finish();
  }

 private:
  void Spawn(int index) {
    const unsigned seed = static_cast<unsigned>(random_());
    workers_[index] = fork();
    if (workers_[index] == 0) {
      Worker(*shared_, seed).RunUntilKilled();
    }
  }

  // Counted in steps, so that a slow kernel is not disturbed more often than a
  // fast one; but all workers may wait for something that only Disturb() does.
  void LetThemStep(long count) {
    const long until = shared_->steps + count;
    for (int i = 0; i < kMostWaits && shared_->steps < until; ++i) {
      usleep(kWaitUs);
    }
  }

  void Disturb() {
    const int slot = Below(random_, kSlots);
    switch (Below(random_, 8)) {
      case 0:
        if (devices_[slot] != nullptr) {
          Remove(slot);
        }
        break;
      case 1:
      case 2:
      case 3:
        Add(slot);
        break;
      case 4:
      case 5:
        if (devices_[slot] != nullptr) {
          devices_[slot]->Set("ready", Below(random_, 2));
          devices_[slot]->Set("start_error", -Below(random_, 2));
        }
        break;
      default: {
        const int worker = Below(random_, kWorkers);
        kill(workers_[worker], SIGKILL);
        ExitOf(workers_[worker]);
        ++killed_;
        Spawn(worker);
        break;
      }
    }
  }

  void Add(int slot) {
    if (devices_[slot] != nullptr) {
      return;
    }
    const unsigned flags = Below(random_, 3) == 0 ? 0 : kFlagSvaSw;
    devices_[slot] = std::make_unique<ProbeDevice>(slot, flags);
    ++added_;
  }

  void Remove(int slot) {
    devices_[slot]->Remove();
    const SlotState state = devices_[slot]->State();
    late_ += state.late;
    mapped_ += state.mapped;
    queues_ += state.queues;
    devices_[slot].reset();
  }

  const long steps_;
  Random random_;
  Shared* shared_;
  pid_t workers_[kWorkers] = {};
  std::unique_ptr<ProbeDevice> devices_[kSlots];
  long added_ = 0;
  long killed_ = 0;
  long late_ = 0;
  long mapped_ = 0;
  long queues_ = 0;
};

}  // namespace
}  // namespace uacced::vm

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: uacce_stress STEPS [SEED]\n");
    return 2;
  }
  const unsigned seed =
      argc > 2 ? static_cast<unsigned>(std::strtoul(argv[2], nullptr, 0)) : 1;
  std::printf("seed %u\n", seed);
  std::fflush(stdout);
  uacced::vm::Stress stress(std::strtol(argv[1], nullptr, 0), seed);
  stress.Run();
  return stress.Judge();
}
