#include "client/cli/signal_cleanup.h"

#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstring>

namespace uacced::cli {
namespace {

constexpr char kClearLine[] = "\r\033[K";

// Written before the flag, so the handler sees a whole path or none.
char g_temporary_path[PATH_MAX];
std::atomic<bool> g_has_temporary = false;
std::atomic<bool> g_has_line = false;
static_assert(std::atomic<bool>::is_always_lock_free);

void TidyUpAndDie(int signal_number) {
  if (g_has_temporary.load()) unlink(g_temporary_path);
  if (g_has_line.load()) {
    // Nobody is left to be told of a failure.
    if (write(STDERR_FILENO, kClearLine, sizeof(kClearLine) - 1) < 0) errno = 0;
  }
  // SA_RESETHAND put the default action back: it ends the process.
  raise(signal_number);
}

void CatchSignals() {
  for (const int signal_number : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction old;
    if (sigaction(signal_number, nullptr, &old) != 0) continue;
    if (old.sa_handler == SIG_IGN) continue;
    struct sigaction action = {};
    action.sa_handler = TidyUpAndDie;
    action.sa_flags = SA_RESETHAND | SA_NODEFER;
    sigaction(signal_number, &action, nullptr);
  }
}

}  // namespace

bool RemoveOnSignal(const std::string& path) {
  if (path.size() >= sizeof(g_temporary_path)) return false;
  memcpy(g_temporary_path, path.c_str(), path.size() + 1);
  g_has_temporary.store(true);
  CatchSignals();
  return true;
}

void KeepOnSignal() { g_has_temporary.store(false); }

void ClearLineOnSignal(bool clear) {
  g_has_line.store(clear);
  if (clear) CatchSignals();
}

}  // namespace uacced::cli
