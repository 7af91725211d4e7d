#include "daemon/rpc/half_close.h"

#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <mutex>
#include <unordered_map>
#include <utility>

namespace uacced {
namespace {

struct Registry {
  std::mutex mutex;
  std::unordered_map<int, std::function<void()>> sockets;
};

// Never destroyed: gRPC's threads may close sockets while the process ends.
Registry& TheRegistry() {
  static Registry& registry = *new Registry;
  return registry;
}

std::function<void()> Take(int fd) {
  Registry& registry = TheRegistry();
  std::lock_guard lock(registry.mutex);
  auto socket = registry.sockets.extract(fd);
  return socket.empty() ? nullptr : std::move(socket.mapped());
}

int SystemShutdown(int fd, int how) {
  return static_cast<int>(syscall(SYS_shutdown, fd, how));
}

}  // namespace

void CloseByHalves(int fd, std::function<void()> on_half_close) {
  Registry& registry = TheRegistry();
  std::lock_guard lock(registry.mutex);
  registry.sockets[fd] = std::move(on_half_close);
}

}  // namespace uacced

// Takes the place of libc's, for libgrpc too: the linker exports what a shared
// library of the program refers to.
extern "C" int shutdown(int fd, int how) noexcept {
  if (how != SHUT_RDWR) return uacced::SystemShutdown(fd, how);
  const std::function<void()> on_half_close = uacced::Take(fd);
  if (!on_half_close) return uacced::SystemShutdown(fd, how);
  const int result = uacced::SystemShutdown(fd, SHUT_WR);
  on_half_close();
  return result;
}
