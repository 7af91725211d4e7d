#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "hw/hisi/abi/qm.h"
#include "hw/hisi/abi/zip.h"
#include "tests/vm/sim_tests.h"
#include "tests/vm/sim_zip.h"

namespace uacced::vm {
namespace {

std::string Attribute(std::string_view kind, const char* name) {
  const std::string device = FindDevice(kind).substr(5);
  return ReadFile("/sys/class/uacce/" + device + "/" + name).value_or("none");
}

// Small work, to fill rings with.
struct Job {
  ByteVector plain;
  ByteVector room = ByteVector(512);

  explicit Job(Random& random) : plain(random.Compressible(64)) {}
  Sqe sqe(uint32_t tag) {
    Sqe made = ZipBlock(ZipFormat::kDeflate, plain.data(), plain.size(),
                        room.data(), room.size());
    made[26] = tag;
    return made;
  }
};

bool IsReady(const SimQueue& queue, int ms) {
  pollfd entry = {queue.fd(), POLLIN, 0};
  return poll(&entry, 1, ms) == 1 && (entry.revents & POLLIN) != 0;
}

// poll() may tell of completions that were taken without it.
bool PollAsleep(SimQueue& queue) {
  while (!queue.Poll(0)) {
    if (!IsReady(queue, 5'000)) return false;
  }
  return true;
}

}  // namespace

void TestSysfs(Checks& checks) {
  checks.Equal("flags", Attribute("hisi_zip", "flags"), "1\n");
  checks.Equal("algorithms", Attribute("hisi_zip", "algorithms"),
               "zlib\ngzip\ndeflate\n");
  checks.Equal("algorithms of sec", Attribute("hisi_sec2", "algorithms"),
               "cipher\ndigest\naead\n");
  checks.Equal("dus size", Attribute("hisi_zip", "region_dus_size"),
               "151552\n");
  checks.Equal("mmio size", Attribute("hisi_zip", "region_mmio_size"),
               "8192\n");
  checks.Equal("isolate", Attribute("hisi_zip", "isolate"), "0\n");
  checks.Equal("simulated", Attribute("hisi_zip", "device/simulated"), "1\n");
  checks.Equal("node", Attribute("hisi_zip", "device/numa_node"), "0\n");
  const std::string all = Attribute("hisi_zip", "available_instances");
  SimQueue queue("hisi_zip", 0, false);
  checks.Equal("instances", Attribute("hisi_zip", "available_instances"),
               std::to_string(std::stoi(all) - 1) + "\n");
}

void TestIoctls(Checks& checks) {
  SimQueue queue("hisi_zip", 0, false);
  hisi_qm_qp_ctx context = {0xffff, 1};
  checks.Equal("SET_QP_CTX",
               ResultOf(ioctl(queue.fd(), HISI_QM_SET_QP_CTX, &context)), 0);
  checks.That("sqn", context.sqn < 1024 && context.qc_type == 1);
  context.qc_type = 7;
  checks.Equal("SET_QP_CTX 7",
               ResultOf(ioctl(queue.fd(), HISI_QM_SET_QP_CTX, &context)), -22);
  hisi_qm_qp_info info = {0, 0, 0, 0x1234567890};
  checks.Equal("SET_QP_INFO",
               ResultOf(ioctl(queue.fd(), HISI_QM_SET_QP_INFO, &info)), 0);
  checks.That("info", info.sqe_bytes == 128 && info.sq_depth == 1024 &&
                          info.cq_depth == 1024 &&
                          info.reserved == 0x1234567890);
  checks.Equal("no pointer",
               ResultOf(ioctl(queue.fd(), HISI_QM_SET_QP_INFO, nullptr)), -14);
  checks.Equal("unknown", ResultOf(ioctl(queue.fd(), _IO('H', 99), nullptr)),
               -22);
}

// As many queues as there are, and not one more.
void TestAllQueues(Checks& checks) {
  const int all = std::stoi(Attribute("hisi_zip", "available_instances"));
  std::vector<std::unique_ptr<SimQueue>> queues;
  bool distinct = true;
  std::vector<bool> taken(kSimDepth);
  for (int i = 0; i < all; ++i) {
    queues.push_back(std::make_unique<SimQueue>("hisi_zip", i % 2));
    if (queues.back()->result() != 0) break;
    distinct = distinct && !taken[queues.back()->sqn()];
    taken[queues.back()->sqn()] = true;
  }
  checks.Equal("the last queue", queues.back()->result(), 0);
  checks.That("numbers of queues", distinct);
  checks.Equal("one more", SimQueue("hisi_zip", 0).result(), -EBUSY);
  Random random(59);
  Job job(random);
  bool right = true;
  for (const auto& queue : queues) {
    const std::optional<Sqe> answer = queue->Run(job.sqe(1));
    right = right && answer.has_value();
  }
  checks.That("all of them work", right);
}

// Batches of all lengths through several laps of the ring.
void TestLaps(Checks& checks) {
  Random random(23);
  Job job(random);  // Outlives the queue that works on it.
  SimQueue queue("hisi_zip", 0);
  uint32_t tag = 0;
  bool right = true;
  while (tag < 5 * kSimDepth && right) {
    const uint32_t batch =
        random.Below(10) == 0 ? kSimDepth - 1 : 1 + random.Below(50);
    std::vector<unsigned> slots;
    for (uint32_t i = 0; i < batch; ++i) {
      slots.push_back(queue.Push(job.sqe(tag + i)));
    }
    queue.RingSq();
    for (uint32_t i = 0; i < batch && right; ++i, ++tag) {
      const std::optional<unsigned> slot = queue.Poll(20'000);
      right = slot == slots[i] && queue.Slot(*slot)[26] == tag &&
              ZipStatus(queue.Slot(*slot)) == HISI_ZIP_OK;
    }
    queue.RingCq();
  }
  checks.That("laps", right, "at " + std::to_string(tag));
  checks.That("no entry too many", !queue.Poll(20).has_value());
}

void TestPoll(Checks& checks) {
  Random random(29);
  Job job(random);  // Outlives the queue that works on it.
  SimQueue queue("hisi_zip", 0);
  checks.That("not ready", !IsReady(queue, 0));
  bool right = true;
  for (uint32_t i = 0; i < 50 && right; ++i) {
    queue.Push(job.sqe(i));
    queue.RingSq();
    right = IsReady(queue, 10'000) && queue.Poll(0).has_value();
    queue.RingCq(1);
  }
  checks.That("ready with each completion", right);
  checks.That("ready once", !IsReady(queue, 20));
  // Not asked for more than a lap, poll() loses its place, as that of the
  // hardware's driver does; asked within one, it has it.
  for (const uint32_t unasked : {kSimDepth, kSimDepth + 1}) {
    for (uint32_t i = 0; i < unasked && right; ++i) {
      right = queue.Run(job.sqe(i)).has_value();
    }
    checks.Equal("ready after " + std::to_string(unasked), IsReady(queue, 20),
                 unasked == kSimDepth);
  }
  checks.That("all came", right);
}

namespace {

// Batches whose doorbell one of the CQ overwrites at once. Whoever `waits` does
// so in poll(), others look at the ring. The longest in us; 0: one was lost.
uint64_t RunOverwritten(SimQueue& queue, Job& job, bool waits, Random& random) {
  uint64_t worst_us = 1;
  for (int i = 0; i < 40; ++i) {
    const uint32_t batch = 1 + random.Below(5);
    for (uint32_t k = 0; k < batch; ++k) queue.Push(job.sqe(k));
    const uint64_t begin = NowUs();
    queue.RingSq();
    queue.RingCq(waits ? 1 : 0);
    for (uint32_t k = 0; k < batch; ++k) {
      if (!(waits ? PollAsleep(queue) : queue.Poll(5'000).has_value())) {
        return 0;
      }
    }
    worst_us = std::max(worst_us, NowUs() - begin);
  }
  return worst_us;
}

}  // namespace

void TestLostDoorbells(Checks& checks) {
  Random random(31);
  Job job(random);  // Outlives the queue that works on it.
  SimQueue queue("hisi_zip", 0);
  for (const bool waits : {false, true}) {
    const std::string who = waits ? "by a waiter" : "by a spinner";
    const long before = Counter("hisi_zip-0", "lost_doorbells");
    const uint64_t worst_us = RunOverwritten(queue, job, waits, random);
    checks.That("overwritten doorbells " + who, worst_us != 0);
    const long lost = Counter("hisi_zip-0", "lost_doorbells") - before;
    checks.That("some were " + who, lost > 0, std::to_string(lost));
    std::printf(
        "# %ld of 40 doorbells %s were lost and found, the longest "
        "batch took %lu us\n",
        lost, who.c_str(), static_cast<unsigned long>(worst_us));
  }
  // Nonsense changes nothing.
  queue.RingRaw(~uint64_t{0});
  queue.RingRaw(uint64_t{0x3ff} << 32 | 1 << 12 | queue.sqn());
  checks.That("nonsense", !queue.Poll(30).has_value());
  queue.Push(job.sqe(1));
  queue.RingSq();
  checks.That("and after it", queue.Poll(5'000).has_value());
}

namespace {

// Takes the only processor that the caller may use away from it, for so long:
// from within, between two of its instructions.
class Preemptor {
 public:
  explicit Preemptor(unsigned ms) : thread_([this, ms] { Run(ms); }) {
    while (!ready_) usleep(1'000);
  }
  ~Preemptor() {
    end_ = true;
    Preempt();
    thread_.join();
  }

  // Returns when the other thread has had its time.
  void Preempt() { (void)!write(pipe_.to(), "", 1); }

 private:
  class Pipe {
   public:
    Pipe() { (void)!pipe(ends_); }
    ~Pipe() {
      close(ends_[0]);
      close(ends_[1]);
    }
    int from() const { return ends_[0]; }
    int to() const { return ends_[1]; }

   private:
    int ends_[2];
  };

  void Run(unsigned ms) {
    const sched_param param = {1};
    sched_setscheduler(0, SCHED_FIFO, &param);
    ready_ = true;
    char byte;
    while (read(pipe_.from(), &byte, 1) == 1 && !end_) {
      const uint64_t end = NowUs() + uint64_t{ms} * 1000;
      while (NowUs() < end) {
      }
    }
  }

  Pipe pipe_;
  std::atomic<bool> ready_ = false;
  std::atomic<bool> end_ = false;
  std::thread thread_;
};

}  // namespace

// A writer that loses its processor in the middle of a descriptor, when the
// last doorbell was of the CQ, for much longer than `quiet_us`.
void TestPreemptedWriter(Checks& checks) {
  Random random(61);
  Job job(random);  // Outlives the queue that works on it.
  SimQueue queue("hisi_zip", 0);
  cpu_set_t all;
  sched_getaffinity(0, sizeof(all), &all);
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(0, &one);
  sched_setaffinity(0, sizeof(one), &one);
  bool right = queue.Run(job.sqe(0)).has_value();
  {
    Preemptor preemptor(100);
    for (uint32_t i = 1; i <= 5 && right; ++i) {
      const unsigned slot =
          queue.PushInTwo(job.sqe(i), [&] { preemptor.Preempt(); });
      queue.RingSq();
      right = queue.Poll(20'000) == slot &&
              ZipStatus(queue.Slot(slot)) == HISI_ZIP_OK &&
              queue.Slot(slot)[26] == i;
      queue.RingCq();
    }
  }
  sched_setaffinity(0, sizeof(all), &all);
  checks.That("no half of a descriptor is executed", right);
}

void TestLatency(Checks& checks) {
  Random random(37);
  Job job(random);  // Outlives the queue that works on it.
  SimQueue queue("hisi_zip", 0);
  for (const unsigned pause_us : {0u, 1'000u, 20'000u, 200'000u}) {
    std::vector<uint64_t> took;
    const unsigned count = pause_us < 20'000 ? 100 : 15;
    for (unsigned i = 0; i < count; ++i) {
      usleep(pause_us);
      const uint64_t begin = NowUs();
      if (!queue.Run(job.sqe(i))) break;
      took.push_back(NowUs() - begin);
    }
    checks.Equal("latency measured", static_cast<long>(took.size()), count);
    if (took.empty()) return;
    std::sort(took.begin(), took.end());
    std::printf("# 64 bytes after a pause of %u us: median %lu, worst %lu us\n",
                pause_us, static_cast<unsigned long>(took[took.size() / 2]),
                static_cast<unsigned long>(took.back()));
  }
}

}  // namespace uacced::vm
