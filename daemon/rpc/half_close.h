// How a connection ends without taking the last answer with it.
//
// gRPC ends a connection with shutdown(SHUT_RDWR), at once when its age is over
// and its last call was answered. A client that is still reading that answer
// also writes now and then (a window update, a ping), gets EPIPE for it, and
// its gRPC drops what it has not read: a call that was done fails there with
// UNAVAILABLE "Broken pipe". So this process has a shutdown() of its own, which
// closes only our half of the sockets that it was told of. Decision 0015.
//
// Threads: thread-safe.
#ifndef UACCED_DAEMON_RPC_HALF_CLOSE_H_
#define UACCED_DAEMON_RPC_HALF_CLOSE_H_

#include <functional>

namespace uacced {

// Turns the next shutdown(fd, SHUT_RDWR) of this process into SHUT_WR; then
// calls `on_half_close`, once, on the thread that called shutdown(). The socket
// stays open for its peer as long as somebody keeps a duplicate of `fd`, and
// that is the caller's to do. A number that is told of again is a new socket.
void CloseByHalves(int fd, std::function<void()> on_half_close);

}  // namespace uacced

#endif  // UACCED_DAEMON_RPC_HALF_CLOSE_H_
