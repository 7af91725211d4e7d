#include "tests/vm/probe.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include "tests/vm/checks.h"
#include "uacce/kmod/include/uapi/misc/uacce/uacce.h"

namespace uacced::vm {
namespace {

constexpr char kDebugfs[] = "/sys/kernel/debug/uacce_probe/";
constexpr unsigned long kIncrement = _IOWR('P', 1, unsigned);
constexpr unsigned long kUnknown = _IO('Z', 99);

static_assert(UACCE_CMD_START_Q == 0x5700 && UACCE_CMD_PUT_Q == 0x5701);
static_assert(UACCE_DEV_SVA == 1);
static_assert(UACCE_QFRT_MMIO == kRegionMmio && UACCE_QFRT_DUS == kRegionDus);

long Command(const std::string& line) {
  return WriteFile(std::string(kDebugfs) + "command", line);
}

// The test is about what works, not about what the machine lacks.
void Must(bool holds, const std::string& what) {
  if (!holds) {
    std::printf("FATAL %s: errno %d\n", what.c_str(), errno);
    std::exit(101);
  }
}

}  // namespace

ProbeDevice::ProbeDevice(int slot, unsigned flags) : slot_(slot) {
  char line[64];
  std::snprintf(line, sizeof(line), "add %d %x", slot, flags);
  added_ = Command(line);
  id_ = State().id;
}

ProbeDevice::ProbeDevice(int slot, Empty) : slot_(slot) {
  added_ = Command("add_empty " + std::to_string(slot));
  id_ = State().id;
}

ProbeDevice::~ProbeDevice() { Remove(); }

void ProbeDevice::Remove() {
  Must(Command("remove " + std::to_string(slot_)) == 0, "remove");
}

void ProbeDevice::Set(std::string_view what, int value) {
  Must(Command("set " + std::to_string(slot_) + " " + std::string(what) + " " +
               std::to_string(value)) == 0,
       "set");
}

void ProbeDevice::Clear() {
  Must(Command("clear " + std::to_string(slot_)) == 0, "clear");
}

SlotState ProbeDevice::State() const {
  const std::optional<std::string> text =
      ReadFile(std::string(kDebugfs) + "state");
  Must(text.has_value(), "state");
  size_t line = 0;
  for (int i = 0; i < slot_; ++i) {
    line = text->find('\n', line) + 1;
  }
  SlotState state;
  char events[256];
  int slot;
  Must(std::sscanf(text->c_str() + line, "%d %d %d %255s %d %d %ld %u", &slot,
                   &state.id, &state.queues, events, &state.late, &state.mapped,
                   &state.anon_pages, &state.threshold) == 8,
       "a line of state");
  if (std::string_view(events) != "-") {
    state.events = events;
  }
  return state;
}

std::string ProbeDevice::EventsWithin10s(const std::string& want) const {
  std::string events;
  for (int i = 0; i < 1000; ++i) {
    events = State().events;
    if (events == want) {
      break;
    }
    usleep(10'000);
  }
  return events;
}

std::string ProbeDevice::name() const {
  return "uacce_probe-" + std::to_string(id_);
}

std::string ProbeDevice::node() const { return "/dev/" + name(); }

std::string ProbeDevice::attribute(std::string_view file) const {
  return "/sys/class/uacce/" + name() + "/" + std::string(file);
}

void Fd::Close() {
  if (fd_ >= 0) {
    close(fd_);
  }
  fd_ = -1;
}

Fd OpenQueue(const ProbeDevice& device) {
  return Fd(open(device.node().c_str(), O_RDWR | O_CLOEXEC));
}

long Start(const Fd& queue) {
  return ResultOf(ioctl(queue.get(), UACCE_CMD_START_Q));
}

long Put(const Fd& queue) {
  return ResultOf(ioctl(queue.get(), UACCE_CMD_PUT_Q));
}

long Unknown(const Fd& queue) { return ResultOf(ioctl(queue.get(), kUnknown)); }

long Increment(const Fd& queue, unsigned* value) {
  return ResultOf(ioctl(queue.get(), kIncrement, value));
}

Mapping::Mapping(const Fd& queue, unsigned region, size_t bytes, int prot,
                 int flags)
    : bytes_(bytes) {
  address_ = mmap(nullptr, bytes, prot, flags, queue.get(),
                  static_cast<off_t>(region * kPageBytes));
  if (address_ == MAP_FAILED) {
    result_ = -errno;
    address_ = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  }
}

long Mapping::Unmap() {
  if (address_ == nullptr) {
    return 0;
  }
  const long result = ResultOf(munmap(address_, bytes_));
  address_ = nullptr;
  return result;
}

int SignalOfTouch(const volatile void* address) {
  static sigjmp_buf back;
  struct sigaction action = {}, bus, segv;
  action.sa_handler = [](int signal) { siglongjmp(back, signal); };
  sigaction(SIGBUS, &action, &bus);
  sigaction(SIGSEGV, &action, &segv);
  const int signal = sigsetjmp(back, 1);
  if (signal == 0) {
    static_cast<void>(*static_cast<const volatile char*>(address));
  }
  sigaction(SIGBUS, &bus, nullptr);
  sigaction(SIGSEGV, &segv, nullptr);
  return signal;
}

long PollEvents(const Fd& queue, int timeout_ms) {
  struct pollfd entry = {queue.get(), POLLIN | POLLRDNORM | POLLOUT, 0};
  const int ready = poll(&entry, 1, timeout_ms);
  return ready < 0 ? -errno : entry.revents;
}

std::optional<std::string> ReadFile(const std::string& path) {
  const Fd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.ok()) {
    return std::nullopt;
  }
  std::string text;
  char piece[4096];
  for (;;) {
    const ssize_t got = read(fd.get(), piece, sizeof(piece));
    if (got < 0) {
      return "error " + std::to_string(errno);
    }
    if (got == 0) {
      return text;
    }
    text.append(piece, static_cast<size_t>(got));
  }
}

long WriteFile(const std::string& path, std::string_view text) {
  const Fd fd(open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!fd.ok()) {
    return -errno;
  }
  return ResultOf(write(fd.get(), text.data(), text.size()));
}

long ExitOf(pid_t child) {
  int status;
  if (waitpid(child, &status, 0) != child) {
    return -1000;
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

}  // namespace uacced::vm
