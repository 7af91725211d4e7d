#include "tests/bench/servers.h"

#include <grpcpp/grpcpp.h>
#include <stdlib.h>

#include <cerrno>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/errno_status.h"
#include "base/status_macros.h"
#include "tests/bench/cpu_time.h"

namespace uacced::bench {
namespace {

constexpr std::chrono::seconds kStartTimeout(20);
constexpr std::chrono::milliseconds kStartPoll(100);

}  // namespace

absl::StatusOr<ScratchDirectory> ScratchDirectory::Make() {
  std::string path = "/tmp/uacced-bench-XXXXXX";
  if (mkdtemp(path.data()) == nullptr) return ErrnoStatus(errno, path);
  return ScratchDirectory(std::move(path));
}

ScratchDirectory::~ScratchDirectory() {
  if (path_.empty()) return;
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

absl::Status Server::Stop() {
  channel_.reset();
  return process_.Stop();
}

std::string DaemonConfig(const std::string& socket,
                         const DaemonOptions& options) {
  const std::string workers = options.workers.has_value()
                                  ? absl::StrCat("workers: ", *options.workers)
                                  : std::string();
  return absl::StrCat("listener { unix { path: \"", socket,
                      "\" } }\n"
                      "device { name: \"cpu\" soft { ",
                      workers,
                      " } }\n"
                      // Reconnecting is not what is measured, and bare echo
                      // does not.
                      "limits { max_connection_age_ms: 3600000 }\n");
}

Servers::Servers(std::string daemon, std::string echo_server,
                 const ScratchDirectory& scratch)
    : daemon_(std::move(daemon)),
      echo_server_(std::move(echo_server)),
      directory_(scratch.path()) {}

std::string Servers::NewPath(const std::string& name) {
  return absl::StrCat(directory_, "/", name, "-", ++started_);
}

absl::StatusOr<Server> Servers::StartDaemon(const DaemonOptions& options) {
  const std::string path = NewPath("daemon");
  const std::string socket = path + ".sock";
  const std::string config = path + ".textproto";
  std::ofstream out(config);
  out << DaemonConfig(socket, options);
  out.close();
  if (!out) {
    return absl::UnavailableError(absl::StrCat("cannot write ", config));
  }
  UACCED_ASSIGN_OR_RETURN(
      Process process,
      Process::Start({daemon_, "--config", config}, path + ".log"));
  return Connect(std::move(process), socket);
}

absl::StatusOr<Server> Servers::StartEcho() {
  const std::string path = NewPath("echo");
  const std::string socket = path + ".sock";
  UACCED_ASSIGN_OR_RETURN(
      Process process,
      Process::Start({echo_server_, "--socket=" + socket}, path + ".log"));
  return Connect(std::move(process), socket);
}

absl::StatusOr<Server> Servers::Connect(Process process,
                                        const std::string& socket) {
  Server server(std::move(process));
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(64 << 20);
  // Or the first failed try would be followed by a wait of a second.
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 100);
  server.address_ = "unix:" + socket;
  server.channel_ = grpc::CreateCustomChannel(
      server.address_, grpc::InsecureChannelCredentials(), arguments);
  const auto now = [] { return std::chrono::system_clock::now(); };
  const auto give_up = now() + kStartTimeout;
  while (!server.channel_->WaitForConnected(now() + kStartPoll)) {
    UACCED_RETURN_IF_ERROR(server.process_.CheckRunning());
    if (now() > give_up) {
      return absl::UnavailableError(absl::StrCat("no server on ", socket, "\n",
                                                 server.process_.LogTail()));
    }
  }
  UACCED_ASSIGN_OR_RETURN(server.start_resident_bytes_,
                          ResidentBytes(server.pid()));
  return server;
}

}  // namespace uacced::bench
