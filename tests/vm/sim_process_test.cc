#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "hw/hisi/abi/zip.h"
#include "tests/vm/sim_tests.h"
#include "tests/vm/sim_zip.h"

namespace uacced::vm {
namespace {

int Instances() {
  const std::string device = FindDevice("hisi_zip").substr(5);
  return std::atoi(
      ReadFile("/sys/class/uacce/" + device + "/available_instances")
          .value_or("-1")
          .c_str());
}

bool InstancesWithin10s(int want) {
  for (int i = 0; i < 1000; ++i) {
    if (Instances() == want) return true;
    usleep(10'000);
  }
  return false;
}

// Work that takes a while, for the slots of a ring.
void PushWork(SimQueue& queue, unsigned jobs, ByteVector& plain,
              ByteVector& room) {
  for (unsigned i = 0; i < jobs; ++i) {
    queue.Push(ZipBlock(ZipFormat::kGzip, plain.data(), plain.size(),
                        room.data(), room.size()));
  }
  queue.RingSq();
}

}  // namespace

void TestKill(Checks& checks, unsigned rounds) {
  const int all = Instances();
  Random random(41);
  bool right = true;
  for (unsigned i = 0; i < rounds && right; ++i) {
    const pid_t child = fork();
    if (child == 0) {
      SimQueue one("hisi_zip", 0);
      SimQueue two("hisi_zip", 0);
      if (one.result() != 0 || two.result() != 0) _exit(1);
      ByteVector plain = random.Compressible(300'000);
      ByteVector room(400'000);
      PushWork(one, 50, plain, room);
      PushWork(two, 50, plain, room);
      pause();
    }
    usleep(random.Below(150'000));
    kill(child, SIGKILL);
    int status = 0;
    right = waitpid(child, &status, 0) == child && WIFSIGNALED(status);
  }
  checks.That("killed", right);
  checks.That("queues of the killed are free", InstancesWithin10s(all));
}

void TestFork(Checks& checks) {
  const int all = Instances();
  {
    SimQueue queue("hisi_zip", 0);
    Random random(43);
    ByteVector plain = random.Compressible(50'000);
    ByteVector room(60'000);
    const pid_t child = fork();
    if (child == 0) {
      // The mappings are not inherited, and the queue works on the parent's.
      _exit(SignalOfTouch(queue.mmio().bytes()) == SIGSEGV ? 0 : 1);
    }
    PushWork(queue, 20, plain, room);
    bool right = true;
    for (int i = 0; i < 20; ++i) right = right && queue.Poll(20'000);
    checks.That("the parent goes on", right);
    checks.Equal("the child has no mapping", ExitOf(child), 0);
  }
  checks.That("queue is free", InstancesWithin10s(all));

  // Who opened it dies; another has the descriptor still.
  int pipes[2];
  if (pipe(pipes) != 0) return;
  const pid_t opener = fork();
  if (opener == 0) {
    SimQueue queue("hisi_zip", 0);
    Random random(47);
    ByteVector plain = random.Compressible(300'000);
    ByteVector room(400'000);
    const pid_t heir = fork();
    if (heir == 0) {
      char byte;
      close(pipes[1]);
      _exit(read(pipes[0], &byte, 1) == 0 ? 0 : 1);
    }
    PushWork(queue, 50, plain, room);
    usleep(20'000);
    kill(getpid(), SIGKILL);
  }
  checks.Equal("opener", ExitOf(opener), -SIGKILL);
  usleep(100'000);
  checks.Equal("the heir keeps the queue", Instances(), all - 1);
  close(pipes[0]);
  close(pipes[1]);
  checks.That("and gives it back", InstancesWithin10s(all));
}

void TestCloseInFlight(Checks& checks) {
  const int all = Instances();
  Random random(53);
  ByteVector plain = random.Compressible(8'000'000);
  ByteVector room(8'000'000);
  uint64_t worst_us = 0;
  for (int i = 0; i < 10; ++i) {
    uint64_t begin;
    {
      SimQueue queue("hisi_zip", 0);
      PushWork(queue, 20, plain, room);
      usleep(random.Below(50'000));
      begin = NowUs();
    }
    worst_us = std::max(worst_us, NowUs() - begin);
  }
  checks.That("close in flight is quick", worst_us < 1'000'000,
              std::to_string(worst_us) + " us");
  std::printf("# the longest close with a job in flight took %lu us\n",
              static_cast<unsigned long>(worst_us));
  checks.That("queues are free", InstancesWithin10s(all));
  // Nothing comes in after PUT_Q.
  SimQueue queue("hisi_zip", 0);
  PushWork(queue, 20, plain, room);
  usleep(20'000);
  const Fd copy(dup(queue.fd()));
  checks.Equal("PUT_Q in flight", Put(copy), 0);
  std::fill(room.begin(), room.end(), 0xee);
  usleep(200'000);
  bool untouched = true;
  for (const uint8_t byte : room) untouched = untouched && byte == 0xee;
  checks.That("nothing is written after PUT_Q", untouched);
  // A queue can be started again, and begins at the beginning.
  checks.Equal("START_Q again", Start(copy), 0);
}

namespace {

constexpr size_t kHoleBytes = 4096;

// A page whose first touch waits until somebody fills it.
class Hole {
 public:
  Hole()
      : fd_(static_cast<int>(syscall(SYS_userfaultfd, O_CLOEXEC))),
        memory_(mmap(nullptr, kHoleBytes, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)) {
    uffdio_api api = {};
    api.api = UFFD_API;
    uffdio_register range = {};
    range.range = {AddressOf(memory_), kHoleBytes};
    range.mode = UFFDIO_REGISTER_MODE_MISSING;
    ok_ = fd_.ok() && ioctl(fd_.get(), UFFDIO_API, &api) == 0 &&
          ioctl(fd_.get(), UFFDIO_REGISTER, &range) == 0;
  }
  ~Hole() { munmap(memory_, kHoleBytes); }

  bool ok() const { return ok_; }
  uint8_t* memory() const { return static_cast<uint8_t*>(memory_); }
  void Fill() {
    uffdio_zeropage page = {};
    page.range = {AddressOf(memory_), kHoleBytes};
    ioctl(fd_.get(), UFFDIO_ZEROPAGE, &page);
  }

 private:
  Fd fd_;
  void* const memory_;
  bool ok_;
};

}  // namespace

// A thread in a fault that nobody resolves is left behind, and comes home.
void TestUnresolvedFault(Checks& checks) {
  Hole hole;
  if (!hole.ok()) {
    checks.Skip("an unresolved fault", "no userfaultfd");
    return;
  }
  const int all = Instances();
  const long before = Counter("hisi_zip-0", "left_behind");
  ByteVector room(8192);
  uint64_t begin = 0;
  {
    SimQueue queue("hisi_zip", 0);
    queue.Push(ZipBlock(ZipFormat::kDeflate, hole.memory(), kHoleBytes,
                        room.data(), room.size()));
    queue.RingSq();
    checks.That("it waits", !queue.Poll(300).has_value());
    begin = NowUs();
  }
  checks.That("close does not wait for ever", NowUs() - begin < 10'000'000,
              std::to_string(NowUs() - begin) + " us");
  checks.Equal("it was left behind", Counter("hisi_zip-0", "left_behind"),
               before + 1);
  checks.Equal("with its queue", Instances(), all - 1);
  hole.Fill();
  // Whoever asks for what is free finds it.
  checks.That("it came home", InstancesWithin10s(all));
  bool untouched = true;
  for (const uint8_t byte : room) untouched = untouched && byte == 0;
  checks.That("and wrote nothing", untouched);
}

}  // namespace uacced::vm
