// Random operations from many clients at once, each answer compared with what
// zlib and OpenSSL say in the client's process: usage
//
//   daemon_storm SEED OPERATIONS PERCENT [PROGRESS]
//
// Eight processes, each with its own connection, do so many operations
// together, or as many as they can until SIGTERM. Succeeds if each was answered
// exactly once, and rightly, and at least PERCENT of them by simulated
// accelerators.
//
// PROGRESS is a file that always has a line of two numbers: how many operations
// all clients together, and the slowest of them, have had answered rightly.
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <utility>

#include "tests/vm/checks.h"
#include "tests/vm/daemon_keys.h"
#include "tests/vm/storm_client.h"
#include "tests/vm/storm_maker.h"

namespace uacced::vm {
namespace {

constexpr int kClients = 8;

struct Shared {
  std::atomic<bool> stop;
  StormCounters counters[kClients];
};
Shared* shared = nullptr;

void OnTerm(int) { shared->stop = true; }

struct Arguments {
  uint64_t seed = 1;
  uint64_t operations = 0;
  uint64_t percent = 0;
  const char* progress = nullptr;
};

// Runs `body` in a process that ends with this one. gRPC does not outlive a
// fork, so this process never uses it.
template <typename Body>
pid_t Spawn(const Body& body) {
  const pid_t child = fork();
  if (child != 0) return child;
  signal(SIGTERM, SIG_IGN);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  body();
  std::fflush(stdout);
  // Without gRPC's clean-up, which may take seconds.
  _exit(0);
}

bool EndedWell(pid_t child) {
  int status = 0;
  pid_t ended = 0;
  do {
    ended = waitpid(child, &status, 0);
  } while (ended < 0 && errno == EINTR);
  return ended == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

using Counter = std::atomic<uint64_t> StormCounters::*;
uint64_t Sum(Counter counter) {
  uint64_t sum = 0;
  for (const StormCounters& each : shared->counters) sum += each.*counter;
  return sum;
}

uint64_t Right(const StormCounters& counters) {
  return counters.answered - counters.failed - counters.wrong;
}

class Storm {
 public:
  explicit Storm(const Arguments& arguments) : arguments_(arguments) {
    if (arguments.progress != nullptr) {
      progress_ =
          open(arguments.progress, O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
      WriteProgress();
    }
  }

  int Run() {
    checks_.That("storm.keys_are_imported", EndedWell(Spawn([] {
                   DaemonKeys daemon;
                   StormKeys keys(daemon);
                 })));
    DaemonKeys known(DaemonKeys::Source::kThere);
    const StormKeys keys(known);
    const StormPool pool;
    const auto start = std::chrono::steady_clock::now();
    pid_t clients[kClients];
    for (int i = 0; i < kClients; ++i) {
      clients[i] = Spawn([&, i] {
        RunStormClient({i, arguments_.seed * kClients + i, ShareOf(i)}, pool,
                       keys, shared->stop, shared->counters[i]);
      });
    }
    Watch(clients);
    seconds_ =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start)
            .count();
    return Judge();
  }

 private:
  uint64_t ShareOf(int client) const {
    const uint64_t rest = arguments_.operations % kClients;
    return arguments_.operations / kClients +
           (static_cast<uint64_t>(client) < rest ? 1 : 0);
  }

  void Watch(const pid_t* clients) {
    int running = kClients;
    while (running > 0) {
      int status = 0;
      const pid_t ended = waitpid(-1, &status, WNOHANG);
      if (ended > 0) {
        --running;
        if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
          ++broken_;
          std::printf("client %td ended with status %x\n",
                      std::find(clients, clients + kClients, ended) - clients,
                      status);
        }
        continue;
      }
      usleep(50'000);
      WriteProgress();
    }
    WriteProgress();
  }

  void WriteProgress() const {
    if (progress_ < 0) return;
    uint64_t all = 0, least = UINT64_MAX;
    for (const StormCounters& each : shared->counters) {
      all += Right(each);
      least = std::min(least, Right(each));
    }
    char line[64];
    const int bytes = std::snprintf(
        line, sizeof(line), "%12" PRIu64 " %12" PRIu64 "\n", all, least);
    if (pwrite(progress_, line, static_cast<size_t>(bytes), 0) != bytes) {
      std::perror("progress");
    }
  }

  int Judge() {
    const uint64_t answered = Sum(&StormCounters::answered);
    const uint64_t hardware = Sum(&StormCounters::hardware);
    std::printf(
        "%" PRIu64 " operations of %" PRIu64
        " KiB, %d clients, %.1f s: %" PRIu64 " by simulated hardware, %" PRIu64
        " by software; %" PRIu64 " failed, %" PRIu64 " wrong, %" PRIu64
        " lost, %" PRIu64 " twice; %" PRIu64 " sent again\n",
        answered, Sum(&StormCounters::bytes) >> 10, kClients, seconds_,
        hardware, Sum(&StormCounters::software), Sum(&StormCounters::failed),
        Sum(&StormCounters::wrong), Sum(&StormCounters::lost),
        Sum(&StormCounters::twice), Sum(&StormCounters::resends));
    checks_.Equal("storm.all_clients_end_well", broken_, 0);
    checks_.That("storm.all_are_done", shared->stop
                                           ? answered > 0
                                           : answered == arguments_.operations);
    for (const auto& [name, counter] :
         {std::pair<const char*, Counter>{"storm.none_fails",
                                          &StormCounters::failed},
          {"storm.none_is_wrong", &StormCounters::wrong},
          {"storm.none_is_lost", &StormCounters::lost},
          {"storm.none_is_answered_twice", &StormCounters::twice},
          {"storm.no_result_is_garbled", &StormCounters::bad_results}}) {
      checks_.Equal(name, static_cast<long>(Sum(counter)), 0);
    }
    checks_.That("storm.accelerators_do_their_share",
                 hardware * 100 >= answered * arguments_.percent);
    return checks_.Finish();
  }

  const Arguments arguments_;
  Checks checks_;
  int progress_ = -1;
  int broken_ = 0;
  double seconds_ = 0;
};

int Main(const Arguments& arguments) {
  void* const memory = mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE,
                            MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return 1;
  shared = new (memory) Shared();
  signal(SIGTERM, OnTerm);
  std::printf("seed %" PRIu64 "\n", arguments.seed);
  std::fflush(stdout);
  return Storm(arguments).Run();
}

}  // namespace
}  // namespace uacced::vm

int main(int argc, char** argv) {
  uacced::vm::Arguments arguments;
  if (argc >= 4) {
    arguments.seed = std::strtoull(argv[1], nullptr, 0);
    arguments.operations = std::strtoull(argv[2], nullptr, 0);
    arguments.percent = std::strtoull(argv[3], nullptr, 0);
    arguments.progress = argv[4];
  }
  if (argc < 4 || argc > 5 || arguments.operations == 0 ||
      arguments.operations > uacced::vm::kMaxStormOperations) {
    std::fprintf(stderr,
                 "usage: daemon_storm SEED OPERATIONS PERCENT [PROGRESS]\n");
    return 2;
  }
  return uacced::vm::Main(arguments);
}
