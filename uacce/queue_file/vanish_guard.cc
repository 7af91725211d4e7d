#include "uacce/queue_file/vanish_guard.h"

#include <sys/mman.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>

#include "absl/status/status.h"

namespace uacced {
namespace {

enum class State : uint8_t {
  kFree,
  kSettingUp,
  kWatched,
  kReplacing,  // Some thread is in the handler for it.
  kReplaced,
};

// Read by the handler, in any thread and at any time: atomics alone. Who has
// made it kReplacing, or owns the guard, may rely on the rest.
struct Entry {
  std::atomic<State> state{State::kFree};
  std::atomic<uintptr_t> begin{0};
  std::atomic<size_t> size_bytes{0};
  std::atomic<uint8_t> fill{0};
  std::atomic<size_t> word_count{0};
  std::array<std::atomic<size_t>, VanishGuard::Afterlife::kMaxWords> offsets{};
  std::array<std::atomic<uint32_t>, VanishGuard::Afterlife::kMaxWords> values{};

  bool Contains(uintptr_t address) const {
    return address - begin.load() < size_bytes.load();
  }
};

static_assert(std::atomic<State>::is_always_lock_free &&
              std::atomic<uintptr_t>::is_always_lock_free &&
              std::atomic<uint32_t>::is_always_lock_free);

std::array<Entry, VanishGuard::kMaxMappings> entries;
// No entry from here on was ever used.
std::atomic<size_t> entries_used{0};

struct sigaction previous_action;

// The new memory is made elsewhere and then moved over the mapping: at no time
// is there something else than the old and the new, for no thread.
bool Replace(const Entry& entry) {
  const size_t size_bytes = entry.size_bytes.load();
  void* const fresh = mmap(nullptr, size_bytes, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (fresh == MAP_FAILED) return false;
  std::memset(fresh, entry.fill.load(), size_bytes);
  for (size_t i = 0; i < entry.word_count.load(); ++i) {
    const uint32_t value = entry.values[i].load();
    std::memcpy(static_cast<uint8_t*>(fresh) + entry.offsets[i].load(), &value,
                sizeof(value));
  }
  // An address, not a pointer to something.
  // NOLINTNEXTLINE(performance-no-int-to-ptr)
  void* const place = reinterpret_cast<void*>(entry.begin.load());
  if (mremap(fresh, size_bytes, size_bytes, MREMAP_MAYMOVE | MREMAP_FIXED,
             place) == place) {
    return true;
  }
  munmap(fresh, size_bytes);
  return false;
}

// Another thread is at it, for some microseconds.
void Pause() {
  const timespec pause = {.tv_sec = 0, .tv_nsec = 10'000};
  nanosleep(&pause, nullptr);
}

// True: the touch may be done again. False: the mapping is another.
bool HandleTouch(Entry& entry, uintptr_t address) {
  for (;;) {
    State state = entry.state.load();
    if (state == State::kFree || state == State::kSettingUp ||
        !entry.Contains(address)) {
      return false;
    }
    if (state == State::kReplaced) return true;
    if (state == State::kReplacing) {
      Pause();
      continue;
    }
    if (!entry.state.compare_exchange_strong(state, State::kReplacing)) {
      continue;
    }
    // Since the look at it, it may have been given to another mapping.
    const bool replaced = entry.Contains(address) && Replace(entry);
    entry.state.store(replaced ? State::kReplaced : State::kWatched);
    return replaced;
  }
}

bool HandleTouch(uintptr_t address) {
  const size_t used = entries_used.load();
  for (size_t i = 0; i < used; ++i) {
    if (HandleTouch(entries[i], address)) return true;
  }
  return false;
}

// Not ours: as if there was no handler here.
void PassOn(int signal, siginfo_t* info, void* context) {
  if ((previous_action.sa_flags & SA_SIGINFO) != 0) {
    previous_action.sa_sigaction(signal, info, context);
    return;
  }
  if (previous_action.sa_handler == SIG_IGN && info->si_code <= 0) return;
  if (previous_action.sa_handler != SIG_DFL &&
      previous_action.sa_handler != SIG_IGN) {
    previous_action.sa_handler(signal);
    return;
  }
  struct sigaction action = {};
  action.sa_handler = SIG_DFL;
  sigaction(SIGBUS, &action, nullptr);
  // A touch happens again by itself, at its own place for whoever reads the
  // core; a signal that was sent has to be sent again.
  if (info->si_code <= 0) raise(signal);
}

void OnSigbus(int signal, siginfo_t* info, void* context) {
  const int saved_errno = errno;
  const bool handled = info->si_code == BUS_ADRERR &&
                       HandleTouch(reinterpret_cast<uintptr_t>(info->si_addr));
  if (!handled) PassOn(signal, info, context);
  errno = saved_errno;
}

bool InstallHandler() {
  struct sigaction action = {};
  action.sa_sigaction = &OnSigbus;
  action.sa_flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK;
  sigemptyset(&action.sa_mask);
  // First: the handler may be needed as soon as it is there.
  sigaction(SIGBUS, nullptr, &previous_action);
  return sigaction(SIGBUS, &action, nullptr) == 0;
}

// kMaxMappings: there is none.
size_t TakeEntry() {
  for (size_t i = 0; i < entries.size(); ++i) {
    State expected = State::kFree;
    if (!entries[i].state.compare_exchange_strong(expected,
                                                  State::kSettingUp)) {
      continue;
    }
    size_t used = entries_used.load();
    while (used < i + 1 && !entries_used.compare_exchange_weak(used, i + 1)) {
    }
    return i;
  }
  return entries.size();
}

}  // namespace

absl::StatusOr<VanishGuard> VanishGuard::Watch(void* base, size_t size_bytes,
                                               const Afterlife& afterlife) {
  static const bool installed = InstallHandler();
  if (!installed) return absl::InternalError("cannot handle SIGBUS");
  const size_t index = TakeEntry();
  if (index == entries.size()) {
    return absl::ResourceExhaustedError("too many mappings of devices");
  }
  Entry& entry = entries[index];
  entry.begin.store(reinterpret_cast<uintptr_t>(base));
  entry.size_bytes.store(size_bytes);
  entry.fill.store(afterlife.fill);
  entry.word_count.store(afterlife.word_count);
  for (size_t i = 0; i < afterlife.word_count; ++i) {
    entry.offsets[i].store(afterlife.words[i].offset_bytes);
    entry.values[i].store(afterlife.words[i].value);
  }
  entry.state.store(State::kWatched);
  return VanishGuard(index);
}

// A handler that mistook the entry for another mapping's has it for a moment.
VanishGuard::~VanishGuard() {
  if (entry_ == kNone) return;
  Entry& entry = entries[entry_];
  for (;;) {
    State state = entry.state.load();
    if (state == State::kReplacing) {
      Pause();
    } else if (entry.state.compare_exchange_strong(state, State::kFree)) {
      return;
    }
  }
}

bool VanishGuard::has_vanished() const {
  return entry_ != kNone && entries[entry_].state.load() == State::kReplaced;
}

}  // namespace uacced
