#include "daemon/rpc/listen_socket.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <grp.h>
#include <netinet/in.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/errno_status.h"
#include "base/status_macros.h"

namespace uacced {
namespace {

constexpr int kBacklog = 1024;
constexpr int kFirstInheritedFd = 3;

absl::StatusOr<UniqueFd> LockPath(const std::string& path) {
  const std::string lock_path = path + ".lock";
  UniqueFd lock(
      open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!lock) return ErrnoStatus(errno, absl::StrCat("open ", lock_path));
  if (flock(lock.get(), LOCK_EX | LOCK_NB) == 0) return lock;
  if (errno != EWOULDBLOCK) {
    return ErrnoStatus(errno, absl::StrCat("lock ", lock_path));
  }
  return absl::AlreadyExistsError(absl::StrCat(
      "another uacced serves ", path,
      "; stop it first, or give this one another listener.unix.path"));
}

// Somebody who does not take our lock may still listen there.
absl::Status RemoveStaleSocket(const sockaddr_un& address) {
  struct stat file;
  if (lstat(address.sun_path, &file) != 0) {
    return errno == ENOENT
               ? absl::OkStatus()
               : ErrnoStatus(errno, absl::StrCat("stat ", address.sun_path));
  }
  if (!S_ISSOCK(file.st_mode)) {
    return absl::AlreadyExistsError(
        absl::StrCat(address.sun_path, " exists and is not a socket"));
  }
  UniqueFd probe(
      socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  // EAGAIN: somebody listens, and is so busy that nobody else fits in line.
  if (connect(probe.get(), reinterpret_cast<const sockaddr*>(&address),
              sizeof(address)) == 0 ||
      errno == EAGAIN) {
    return absl::AlreadyExistsError(absl::StrCat(
        "another program serves ", address.sun_path, "; stop it first"));
  }
  if (unlink(address.sun_path) != 0 && errno != ENOENT) {
    return ErrnoStatus(errno, absl::StrCat("remove ", address.sun_path));
  }
  return absl::OkStatus();
}

absl::Status SetGroup(const std::string& path, const std::string& group) {
  if (group.empty()) return absl::OkStatus();
  const struct group* entry = getgrnam(group.c_str());
  if (entry == nullptr) {
    return absl::NotFoundError(
        absl::StrCat("listener.unix.group: there is no group \"", group, "\""));
  }
  if (chown(path.c_str(), static_cast<uid_t>(-1), entry->gr_gid) != 0) {
    return ErrnoStatus(errno, absl::StrCat("give ", path, " to group ", group));
  }
  return absl::OkStatus();
}

absl::StatusOr<UniqueFd> BindAndListen(int family, const void* address,
                                       socklen_t address_bytes,
                                       const std::string& name) {
  UniqueFd fd(socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd) return ErrnoStatus(errno, absl::StrCat("socket for ", name));
  if (family != AF_UNIX) {
    const int on = 1;
    setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  }
  // The file appears with no permissions that the mode would not give.
  const mode_t old_mask = umask(0177);
  const int bound =
      bind(fd.get(), static_cast<const sockaddr*>(address), address_bytes);
  const int bind_errno = errno;
  umask(old_mask);
  if (bound != 0) return ErrnoStatus(bind_errno, absl::StrCat("bind ", name));
  return fd;
}

}  // namespace

absl::StatusOr<ListenSocket> ListenSocket::Unix(const UnixOptions& options) {
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  if (options.path.empty() || options.path.size() >= sizeof(address.sun_path)) {
    return absl::InvalidArgumentError(
        absl::StrCat("socket path of ", options.path.size(),
                     " bytes; it must have 1..", sizeof(address.sun_path) - 1));
  }
  std::memcpy(address.sun_path, options.path.data(), options.path.size());
  UACCED_ASSIGN_OR_RETURN(UniqueFd lock, LockPath(options.path));
  UACCED_RETURN_IF_ERROR(RemoveStaleSocket(address));
  const std::string name = absl::StrCat("unix:", options.path);
  UACCED_ASSIGN_OR_RETURN(
      UniqueFd fd, BindAndListen(AF_UNIX, &address, sizeof(address), name));
  ListenSocket result(std::move(fd), name);
  result.is_unix_ = true;
  result.lock_ = std::move(lock);
  result.path_ = options.path;
  struct stat file;
  if (stat(options.path.c_str(), &file) == 0) {
    result.device_ = file.st_dev;
    result.inode_ = file.st_ino;
  }
  UACCED_RETURN_IF_ERROR(SetGroup(options.path, options.group));
  if (chmod(options.path.c_str(), options.mode) != 0) {
    return ErrnoStatus(errno, absl::StrCat("chmod ", options.path));
  }
  if (listen(result.fd(), kBacklog) != 0) {
    return ErrnoStatus(errno, absl::StrCat("listen on ", name));
  }
  return result;
}

absl::StatusOr<ListenSocket> ListenSocket::Tcp(const std::string& address,
                                               uint16_t port) {
  sockaddr_in v4 = {};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(port);
  sockaddr_in6 v6 = {};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port);
  const bool is_v4 = inet_pton(AF_INET, address.c_str(), &v4.sin_addr) == 1;
  if (!is_v4 && inet_pton(AF_INET6, address.c_str(), &v6.sin6_addr) != 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", address, "\" is not an IP address"));
  }
  const std::string name = is_v4 ? absl::StrCat(address, ":", port)
                                 : absl::StrCat("[", address, "]:", port);
  absl::StatusOr<UniqueFd> fd =
      is_v4 ? BindAndListen(AF_INET, &v4, sizeof(v4), name)
            : BindAndListen(AF_INET6, &v6, sizeof(v6), name);
  if (!fd.ok()) return fd.status();
  if (listen(fd->get(), kBacklog) != 0) {
    return ErrnoStatus(errno, absl::StrCat("listen on ", name));
  }
  return ListenSocket(*std::move(fd), name);
}

absl::StatusOr<ListenSocket> ListenSocket::Inherited(uint32_t index) {
  const char* pid_text = std::getenv("LISTEN_PID");
  const char* count_text = std::getenv("LISTEN_FDS");
  int pid = 0;
  uint32_t count = 0;
  if (pid_text == nullptr || count_text == nullptr ||
      !absl::SimpleAtoi(pid_text, &pid) ||
      !absl::SimpleAtoi(count_text, &count) || pid != getpid() ||
      index >= count) {
    return absl::FailedPreconditionError(absl::StrCat(
        "listener.inherited: the service manager passed no socket ", index,
        " (LISTEN_FDS, LISTEN_PID); start by a .socket unit, or configure "
        "listener.unix"));
  }
  UniqueFd fd(kFirstInheritedFd + static_cast<int>(index));
  int listening = 0, family = 0;
  socklen_t bytes = sizeof(listening);
  if (getsockopt(fd.get(), SOL_SOCKET, SO_ACCEPTCONN, &listening, &bytes) !=
      0) {
    return ErrnoStatus(errno, absl::StrCat("inherited socket ", index));
  }
  bytes = sizeof(family);
  getsockopt(fd.get(), SOL_SOCKET, SO_DOMAIN, &family, &bytes);
  if (listening == 0) {
    return absl::FailedPreconditionError(
        absl::StrCat("inherited socket ", index, " does not listen"));
  }
  fcntl(fd.get(), F_SETFD, FD_CLOEXEC);
  fcntl(fd.get(), F_SETFL, fcntl(fd.get(), F_GETFL) | O_NONBLOCK);
  ListenSocket result(std::move(fd), absl::StrCat("inherited:", index));
  result.is_unix_ = family == AF_UNIX;
  return result;
}

ListenSocket::~ListenSocket() {
  struct stat file;
  // A successor may already have put its own socket there.
  if (lock_ && lstat(path_.c_str(), &file) == 0 && file.st_dev == device_ &&
      file.st_ino == inode_) {
    unlink(path_.c_str());
  }
}

uint16_t ListenSocket::port() const {
  sockaddr_storage address = {};
  socklen_t bytes = sizeof(address);
  if (getsockname(fd(), reinterpret_cast<sockaddr*>(&address), &bytes) != 0) {
    return 0;
  }
  if (address.ss_family == AF_INET) {
    return ntohs(reinterpret_cast<sockaddr_in*>(&address)->sin_port);
  }
  if (address.ss_family == AF_INET6) {
    return ntohs(reinterpret_cast<sockaddr_in6*>(&address)->sin6_port);
  }
  return 0;
}

}  // namespace uacced
