// The servers under measurement: the daemon and the bare echo server, each in
// its own process, listening on a Unix socket in a directory of the run.
//
// Threads: thread-compatible; use from the main thread (see process.h).
#ifndef UACCED_TESTS_BENCH_SERVERS_H_
#define UACCED_TESTS_BENCH_SERVERS_H_

#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "grpcpp/channel.h"
#include "tests/bench/process.h"

namespace uacced::bench {

// A directory of its own below /tmp (socket paths must be short), removed
// with everything in it.
class ScratchDirectory {
 public:
  static absl::StatusOr<ScratchDirectory> Make();
  ScratchDirectory(ScratchDirectory&& other) noexcept
      : path_(std::exchange(other.path_, {})) {}
  ~ScratchDirectory();

  const std::string& path() const { return path_; }

 private:
  explicit ScratchDirectory(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

// A running server and one channel to it, connected.
class Server {
 public:
  pid_t pid() const { return process_.pid(); }
  const std::shared_ptr<grpc::Channel>& channel() const { return channel_; }
  // What a client calls it: "unix:" and a path.
  const std::string& address() const { return address_; }

  // Resident memory when the first client had connected, bytes.
  int64_t start_resident_bytes() const { return start_resident_bytes_; }

  // Closes the channel first. An error when the server did not end well.
  absl::Status Stop();

 private:
  friend class Servers;
  explicit Server(Process process) : process_(std::move(process)) {}

  Process process_;
  std::shared_ptr<grpc::Channel> channel_;
  std::string address_;
  int64_t start_resident_bytes_ = 0;
};

struct DaemonOptions {
  std::optional<int> workers;  // of the soft device; else the daemon's default
};

// The daemon's configuration: one listener on `socket`, the soft device, no
// metrics endpoint, defaults for the rest.
std::string DaemonConfig(const std::string& socket,
                         const DaemonOptions& options);

// Starts servers. Each Server must end before this object does.
class Servers {
 public:
  // Paths of the programs.
  Servers(std::string daemon, std::string echo_server,
          const ScratchDirectory& scratch);

  absl::StatusOr<Server> StartDaemon(const DaemonOptions& options);
  absl::StatusOr<Server> StartEcho();

 private:
  // UNAVAILABLE when nobody answers in time on `socket`.
  absl::StatusOr<Server> Connect(Process process, const std::string& socket);
  // A path that no other server of this run has had.
  std::string NewPath(const std::string& name);

  const std::string daemon_;
  const std::string echo_server_;
  const std::string directory_;
  int started_ = 0;
};

}  // namespace uacced::bench

#endif  // UACCED_TESTS_BENCH_SERVERS_H_
