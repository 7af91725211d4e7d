// Software SVA, which uacce of mainline does not have. The owner of the queues
// is always a child, because what counts is what happens when its memory goes.
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <functional>
#include <iterator>
#include <optional>
#include <string>
#include <thread>

#include "tests/vm/abi_tests.h"
#include "tests/vm/checks.h"
#include "tests/vm/probe.h"

namespace uacced::vm {
namespace {

constexpr size_t kTouchedBytes = 8u << 20;

struct Pipe {
  Pipe() {
    if (pipe(ends) != 0) {
      std::abort();
    }
  }
  ~Pipe() {
    close(ends[0]);
    close(ends[1]);
  }
  void Tell() const {
    if (write(ends[1], "x", 1) != 1) {
      _exit(98);
    }
  }
  void Wait() const {
    char byte;
    if (read(ends[0], &byte, 1) != 1) {
      _exit(97);
    }
  }
  int ends[2];
};

void TouchMemory() {
  void* memory = mmap(nullptr, kTouchedBytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  memset(memory, 1, kTouchedBytes);
}

// What a grandchild that has the files finds when their owner is dead: a bit
// for each surprise.
int Inherited(const Fd& queue) {
  unsigned value = 0;
  const bool wrong[] = {
      Start(queue) != -ENXIO,
      Put(queue) != -ENXIO,
      Increment(queue, &value) != -ENXIO,
      PollEvents(queue, 0) != 0,
      Mapping(queue, kRegionDus, kDusBytes).result() != -ENXIO,
  };
  int bits = 0;
  for (size_t i = 0; i < std::size(wrong); ++i) {
    bits |= wrong[i] ? 1 << i : 0;
  }
  return bits;
}

// Two queues of each of two devices, in one process that is killed while a
// child of it keeps the files open.
void TestOwnerKilled(Checks& checks, ProbeDevice& one, ProbeDevice& two) {
  const Pipe ready, dead, looked, end;
  int surprises[2];
  const Pipe report;
  const pid_t owner = fork();
  if (owner == 0) {
    const Fd queues[] = {OpenQueue(one), OpenQueue(one), OpenQueue(two),
                         OpenQueue(two)};
    for (const Fd& queue : queues) {
      Start(queue);
    }
    if (fork() == 0) {
      dead.Wait();
      surprises[0] = Inherited(queues[0]);
      surprises[1] = Inherited(queues[3]);
      const bool told = write(report.ends[1], surprises, sizeof(surprises)) ==
                        sizeof(surprises);
      looked.Tell();
      end.Wait();
      _exit(told ? 0 : 1);
    }
    TouchMemory();
    ready.Tell();
    pause();
    _exit(0);
  }
  ready.Wait();
  checks.Equal("sva.queues_run", one.State().events, std::string("ggss"));
  kill(owner, SIGKILL);
  checks.Equal("sva.owner_dies", ExitOf(owner), -SIGKILL);
  checks.Equal("sva.queues_stop_while_a_child_has_the_files",
               one.EventsWithin10s("ggssxx"), std::string("ggssxx"));
  checks.Equal("sva.those_of_the_other_device_too",
               two.EventsWithin10s("ggssxx"), std::string("ggssxx"));
  checks.That("sva.they_stop_before_the_pages_go",
              one.State().anon_pages >= long{kTouchedBytes / kPageBytes} &&
                  two.State().anon_pages >= long{kTouchedBytes / kPageBytes},
              std::to_string(one.State().anon_pages) + " pages");
  dead.Tell();
  looked.Wait();
  if (read(report.ends[0], surprises, sizeof(surprises)) != sizeof(surprises)) {
    surprises[0] = surprises[1] = -1;
  }
  checks.Equal("sva.the_child_has_a_dead_queue", surprises[0], 0);
  checks.Equal("sva.the_child_has_another", surprises[1], 0);
  checks.Equal("sva.the_child_keeps_the_instances", one.State().queues, 2);
  end.Tell();
  checks.Equal("sva.the_last_close_puts", one.EventsWithin10s("ggssxxpp"),
               std::string("ggssxxpp"));
  checks.Equal("sva.the_last_close_puts_of_the_other",
               two.EventsWithin10s("ggssxxpp"), std::string("ggssxxpp"));
}

// In a child: what it does with a queue before it ends by itself.
std::string EventsOf(ProbeDevice& device, const std::string& want,
                     const std::function<void(const Fd&)>& act) {
  device.Clear();
  const pid_t child = fork();
  if (child == 0) {
    const Fd queue = OpenQueue(device);
    Start(queue);
    act(queue);
    _exit(0);
  }
  ExitOf(child);
  return device.EventsWithin10s(want);
}

void TestEnds(Checks& checks, ProbeDevice& device) {
  checks.Equal("sva.exit_stops_and_puts",
               EventsOf(device, "gsxp", [](const Fd&) {}), std::string("gsxp"));
  checks.Equal("sva.put_then_exit_stops_once",
               EventsOf(device, "gsxp", [](const Fd& queue) { Put(queue); }),
               std::string("gsxp"));
  // The file goes through exec(), the memory does not.
  const Pipe end;
  device.Clear();
  const pid_t child = fork();
  if (child == 0) {
    const Fd queue = OpenQueue(device);
    Start(queue);
    dup2(queue.get(), 100);
    dup2(end.ends[0], STDIN_FILENO);
    dup2(open("/dev/null", O_WRONLY), STDOUT_FILENO);
    execl("/bin/busybox", "head", "-c1", nullptr);
    _exit(99);
  }
  checks.Equal("sva.exec_stops", device.EventsWithin10s("gsx"),
               std::string("gsx"));
  end.Tell();
  ExitOf(child);
  checks.Equal("sva.after_exec_the_close_puts", device.EventsWithin10s("gsxp"),
               std::string("gsxp"));
}

void TestOthersGoOn(Checks& checks, ProbeDevice& device) {
  device.Clear();
  const Fd queue = OpenQueue(device);
  Start(queue);
  EventsOf(device, "gsxp", [](const Fd&) {});
  unsigned value = 0;
  checks.Equal("sva.another_process_goes_on", Increment(queue, &value), 0);

  std::optional<Fd> of_thread;
  std::thread opener([&] {
    of_thread.emplace(OpenQueue(device));
    Start(*of_thread);
  });
  opener.join();
  checks.Equal("sva.the_thread_that_opened_may_end",
               Increment(*of_thread, &value), 0);
}

void TestRemovalThenExit(Checks& checks) {
  ProbeDevice device(2, kFlagSvaSw);
  const Pipe ready, removed;
  const pid_t owner = fork();
  if (owner == 0) {
    const Fd queue = OpenQueue(device);
    Mapping dus(queue, kRegionDus, kDusBytes);
    Start(queue);
    ready.Tell();
    removed.Wait();
    _exit(SignalOfTouch(dus.words()));
  }
  ready.Wait();
  device.Remove();
  checks.Equal("sva.removal_stops_and_puts", device.State().events,
               std::string("gmsxp"));
  removed.Tell();
  checks.Equal("sva.removal_unmaps", ExitOf(owner), SIGBUS);
  usleep(100'000);
  checks.Equal("sva.exit_after_removal_calls_nothing", device.State().late, 0);
  checks.Equal("sva.exit_after_removal_stops_nothing", device.State().events,
               std::string("gmsxp"));
}

void TestKills(Checks& checks, ProbeDevice& one, ProbeDevice& two) {
  srand(2);
  for (int round = 0; round < 40; ++round) {
    const pid_t child = fork();
    if (child == 0) {
      for (;;) {
        const Fd first = OpenQueue(round % 2 == 0 ? one : two);
        Start(first);
        const Fd second = OpenQueue(round % 2 == 0 ? two : one);
        Mapping dus(second, kRegionDus, kDusBytes);
        Start(second);
        Put(first);
      }
    }
    usleep(static_cast<useconds_t>(rand() % 15'000));
    kill(child, SIGKILL);
    ExitOf(child);
  }
  for (int i = 0; i < 1000 && one.State().queues + two.State().queues; ++i) {
    usleep(10'000);
  }
  checks.Equal("sva.kill_at_any_time_frees_the_queues",
               one.State().queues + two.State().queues, 0);
}

}  // namespace

void TestSoftwareSva(Checks& checks) {
  ProbeDevice one(0, kFlagSvaSw);
  if (ReadFile(one.attribute("flags")).value_or("") != "1\n") {
    checks.Skip("sva", "this uacce has no software SVA");
    return;
  }
  ProbeDevice two(1, kFlagSvaSw | kFlagSva);
  checks.Equal("sva.flags_of_what_prefers_the_iommu",
               ReadFile(two.attribute("flags")).value_or(""),
               std::string("1\n"));
  TestOwnerKilled(checks, one, two);
  TestEnds(checks, one);
  TestOthersGoOn(checks, one);
  TestRemovalThenExit(checks);
  TestKills(checks, one, two);
}

}  // namespace uacced::vm
