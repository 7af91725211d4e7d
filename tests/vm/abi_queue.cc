#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "tests/vm/abi_tests.h"
#include "tests/vm/checks.h"
#include "tests/vm/probe.h"

namespace uacced::vm {
namespace {

void TestOpenErrors(Checks& checks, ProbeDevice& device) {
  device.Set("get_error", -EPERM);
  const Fd refused = OpenQueue(device);
  checks.Equal("open.passes_on_what_the_driver_says", ResultOf(refused.get()),
               -EPERM);
  device.Set("get_error", 0);
  checks.Equal("open.refused_is_not_put", device.State().events,
               std::string("g"));
  device.Clear();

  std::vector<Fd> queues;
  queues.reserve(kProbeQueues);
  for (int i = 0; i < kProbeQueues; ++i) {
    queues.push_back(OpenQueue(device));
  }
  checks.That("open.as_often_as_there_are_queues", queues.back().ok());
  const Fd busy = OpenQueue(device);
  checks.Equal("open.once_more_is_busy", ResultOf(busy.get()), -EBUSY);
  checks.Equal("open.no_instances_are_available",
               ReadFile(device.attribute("available_instances")).value_or(""),
               std::string("0\n"));
  queues.pop_back();
  checks.That("open.what_is_closed_is_free", OpenQueue(device).ok());
}

void TestPlainFile(Checks& checks, const ProbeDevice& device) {
  const Fd queue = OpenQueue(device);
  char byte = 0;
  checks.Equal("open.read_is_einval", ResultOf(read(queue.get(), &byte, 1)),
               -EINVAL);
  checks.Equal("open.write_is_einval", ResultOf(write(queue.get(), &byte, 1)),
               -EINVAL);
  // No /dev/uacce_probe-200 exists, so no device has this minor.
  struct stat status = {};
  stat(device.node().c_str(), &status);
  mknod("/tmp/nobody", S_IFCHR | 0600, makedev(major(status.st_rdev), 200));
  const Fd nobody(open("/tmp/nobody", O_RDWR | O_CLOEXEC));
  checks.Equal("open.a_minor_of_no_device", ResultOf(nobody.get()), -ENXIO);
  unlink("/tmp/nobody");
  for (const int flags : {O_RDONLY, O_WRONLY}) {
    const Fd one_way(open(device.node().c_str(), flags | O_CLOEXEC));
    checks.That(flags == O_RDONLY ? "open.for_reading" : "open.for_writing",
                one_way.ok());
    checks.Equal(flags == O_RDONLY ? "open.for_reading_starts"
                                   : "open.for_writing_starts",
                 Start(one_way), 0);
  }
}

// As a 32-bit program calls it. Returns 0 or -errno.
#ifdef __x86_64__
long Ioctl32(int fd, unsigned command, uint32_t argument) {
  long result = 54;  // ioctl of the 32-bit table
  asm volatile("int $0x80"
               : "+a"(result)
               : "b"(static_cast<long>(fd)), "c"(static_cast<long>(command)),
                 "d"(static_cast<long>(argument))
               : "r8", "r9", "r10", "r11", "memory");
  return static_cast<int>(result);
}

void TestCompat(Checks& checks, const ProbeDevice& device) {
  const Fd queue = OpenQueue(device);
  void* low = mmap(nullptr, kPageBytes, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
  auto* word = static_cast<unsigned*>(low);
  *word = 41;
  // A kernel without 32-bit programs ends this one for trying.
  const pid_t child = fork();
  if (child == 0) {
    _exit(Ioctl32(queue.get(), 0x5700, 0) == 0 ? 0 : 1);
  }
  const long exit_code = ExitOf(child);
  if (exit_code < 0) {
    checks.Skip("ioctl.from_32_bits", "this kernel has no 32-bit programs");
    return;
  }
  checks.Equal("ioctl.from_32_bits", exit_code, 0);
  const auto argument = static_cast<uint32_t>(reinterpret_cast<uintptr_t>(low));
  checks.Equal("ioctl.from_32_bits_to_the_driver",
               Ioctl32(queue.get(), _IOWR('P', 1, unsigned), argument), 0);
  checks.Equal("ioctl.from_32_bits_changes_the_argument", *word, 42);
  checks.Equal("ioctl.from_32_bits_start_of_a_started",
               Ioctl32(queue.get(), 0x5700, 0), -EINVAL);
  munmap(low, kPageBytes);
}
#else
void TestCompat(Checks& checks, const ProbeDevice&) {
  checks.Skip("ioctl.from_32_bits", "written for x86 alone");
}
#endif

void TestStates(Checks& checks, ProbeDevice& device) {
  unsigned value = 6;
  Fd queue = OpenQueue(device);
  checks.Equal("ioctl.init_put", Put(queue), 0);
  checks.Equal("ioctl.init_put_does_not_call_the_driver", device.State().events,
               std::string("g"));
  checks.Equal("ioctl.init_driver", Increment(queue, &value), 0);
  checks.Equal("ioctl.init_driver_changes_the_argument", value, 7);
  checks.Equal("ioctl.init_unknown", Unknown(queue), -EINVAL);
  checks.Equal("ioctl.init_start", Start(queue), 0);
  checks.Equal("ioctl.started_start", Start(queue), -EINVAL);
  checks.Equal("ioctl.started_driver", Increment(queue, &value), 0);
  checks.Equal("ioctl.started_unknown", Unknown(queue), -EINVAL);
  checks.Equal("ioctl.started_bad_address", Increment(queue, nullptr), -EFAULT);
  checks.Equal("ioctl.started_put", Put(queue), 0);
  checks.Equal("ioctl.put_stops_and_keeps_the_queue", device.State().events,
               std::string("giisiiix"));
  checks.Equal("ioctl.put_does_not_free_the_queue",
               ReadFile(device.attribute("available_instances")).value_or(""),
               std::string("7\n"));
  checks.Equal("ioctl.put_again", Put(queue), 0);
  checks.Equal("ioctl.start_after_put", Start(queue), 0);
  queue.Close();
  checks.Equal("ioctl.close_stops_and_puts", device.State().events,
               std::string("giisiiixsxp"));
}

void TestStartErrors(Checks& checks, ProbeDevice& device) {
  device.Clear();
  Fd queue = OpenQueue(device);
  device.Set("start_error", -EIO);
  checks.Equal("ioctl.start_passes_on_what_the_driver_says", Start(queue),
               -EIO);
  device.Set("start_error", 0);
  checks.Equal("ioctl.start_after_a_failed_start", Start(queue), 0);
  queue.Close();
  checks.Equal("ioctl.a_failed_start_leaves_it_stopped", device.State().events,
               std::string("gssxp"));
  device.Clear();
  device.Set("start_error", -EBUSY);
  Fd never = OpenQueue(device);
  checks.Equal("ioctl.start_is_busy", Start(never), -EBUSY);
  never.Close();
  device.Set("start_error", 0);
  checks.Equal("ioctl.what_never_started_is_not_stopped", device.State().events,
               std::string("gsp"));
}

}  // namespace

void TestOpen(Checks& checks) {
  ProbeDevice device(0);
  Fd queue = OpenQueue(device);
  checks.That("open.works", queue.ok());
  checks.Equal("open.gets_a_queue", device.State().events, std::string("g"));
  checks.Equal("open.takes_an_instance",
               ReadFile(device.attribute("available_instances")).value_or(""),
               std::string("7\n"));
  queue.Close();
  checks.Equal("open.close_puts_it", device.State().events, std::string("gp"));
  checks.Equal("open.close_gives_the_instance_back",
               ReadFile(device.attribute("available_instances")).value_or(""),
               std::string("8\n"));
  device.Clear();
  TestOpenErrors(checks, device);
  TestPlainFile(checks, device);
}

void TestIoctl(Checks& checks) {
  ProbeDevice device(0);
  TestStates(checks, device);
  TestStartErrors(checks, device);
  TestCompat(checks, device);
}

void TestPoll(Checks& checks) {
  ProbeDevice device(0);
  const Fd queue = OpenQueue(device);
  checks.Equal("poll.init_nothing", PollEvents(queue, 0), 0);
  checks.Equal("poll.started", Start(queue), 0);
  checks.Equal("poll.nothing", PollEvents(queue, 0), 0);
  checks.Equal("poll.times_out", PollEvents(queue, 50), 0);
  device.Set("ready", 1);
  checks.Equal("poll.readable_and_never_writable", PollEvents(queue, 0),
               POLLIN | POLLRDNORM);
  device.Set("ready", 0);
  checks.Equal("poll.nothing_again", PollEvents(queue, 0), 0);

  std::thread driver([&device] {
    usleep(200'000);
    device.Set("ready", 1);
  });
  checks.Equal("poll.is_woken_by_the_driver", PollEvents(queue, 10'000),
               POLLIN | POLLRDNORM);
  driver.join();

  const Fd epoll(epoll_create1(EPOLL_CLOEXEC));
  struct epoll_event event = {};
  event.events = EPOLLIN;
  checks.Equal("poll.into_epoll",
               epoll_ctl(epoll.get(), EPOLL_CTL_ADD, queue.get(), &event), 0);
  checks.Equal("poll.through_epoll", epoll_wait(epoll.get(), &event, 1, 5000),
               1);
  checks.Equal("poll.after_put", Put(queue), 0);
  checks.Equal("poll.after_put_asks_the_driver", PollEvents(queue, 0),
               POLLIN | POLLRDNORM);
}

}  // namespace uacced::vm
