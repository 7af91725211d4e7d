// Makes the listening sockets: Unix, TCP, or inherited from the service
// manager.
//
// Ownership: a ListenSocket owns its descriptor, and the socket file where it
//            made one. Threads: thread-compatible.
#ifndef UACCED_DAEMON_RPC_LISTEN_SOCKET_H_
#define UACCED_DAEMON_RPC_LISTEN_SOCKET_H_

#include <sys/types.h>

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "base/unique_fd.h"

namespace uacced {

class ListenSocket {
 public:
  struct UnixOptions {
    std::string path;
    mode_t mode = 0660;
    std::string group;  // Empty: leave it.
  };

  // A file left by a dead daemon is replaced. UNAVAILABLE (ALREADY_EXISTS):
  // another daemon holds `path`. A lock on "<path>.lock" decides who is first.
  static absl::StatusOr<ListenSocket> Unix(const UnixOptions& options);

  // REQUIRES: `address` is an IPv4 or IPv6 literal.
  static absl::StatusOr<ListenSocket> Tcp(const std::string& address,
                                          uint16_t port);

  // Descriptor 3 + `index`, as sd_listen_fds(3) describes.
  static absl::StatusOr<ListenSocket> Inherited(uint32_t index);

  ListenSocket(ListenSocket&&) = default;
  ListenSocket& operator=(ListenSocket&&) = delete;
  // Closes; removes its socket file if that is still its own.
  ~ListenSocket();

  int fd() const { return fd_.get(); }
  bool is_unix() const { return is_unix_; }
  // For logs: "unix:/run/x.sock", "127.0.0.1:7000", "inherited:0".
  const std::string& name() const { return name_; }
  // The bound TCP port, of use with port 0; 0 for others.
  uint16_t port() const;

 private:
  ListenSocket(UniqueFd fd, std::string name)
      : fd_(std::move(fd)), name_(std::move(name)) {}

  UniqueFd fd_;
  std::string name_;
  bool is_unix_ = false;
  // Of a socket file that we made.
  UniqueFd lock_;
  std::string path_;
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

}  // namespace uacced

#endif  // UACCED_DAEMON_RPC_LISTEN_SOCKET_H_
