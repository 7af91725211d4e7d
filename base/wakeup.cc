#include "base/wakeup.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>

namespace uacced {

Wakeup::Wakeup() : fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

void Wakeup::EndSleep() {
  // True: nobody signalled, so there is nothing to clear.
  if (asleep_.exchange(false, std::memory_order_acq_rel)) return;
  uint64_t count;
  [[maybe_unused]] const ssize_t got = read(fd_.get(), &count, sizeof(count));
}

void Wakeup::Signal() {
  const uint64_t one = 1;
  // Fails only when the counter is full, and then fd() is readable anyway.
  [[maybe_unused]] const ssize_t put = write(fd_.get(), &one, sizeof(one));
}

}  // namespace uacced
