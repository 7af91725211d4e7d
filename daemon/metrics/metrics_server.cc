#include "daemon/metrics/metrics_server.h"

#include <arpa/inet.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <exception>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/errno_status.h"
#include "base/unique_fd.h"
#include "daemon/metrics/metrics_collector.h"
#include "prometheus/exposer.h"

namespace uacced {
namespace {

std::string HostPort(const MetricsServer::Options& options) {
  const bool ipv6 = absl::StrContains(options.address, ':');
  return absl::StrCat(ipv6 ? "[" : "", options.address, ipv6 ? "]:" : ":",
                      options.port);
}

// The length of `address`, or 0 when options.address is no IP address.
socklen_t ParseAddress(const MetricsServer::Options& options,
                       sockaddr_storage& address) {
  std::memset(&address, 0, sizeof address);
  auto* const v4 = reinterpret_cast<sockaddr_in*>(&address);
  if (inet_pton(AF_INET, options.address.c_str(), &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    v4->sin_port = htons(options.port);
    return sizeof *v4;
  }
  auto* const v6 = reinterpret_cast<sockaddr_in6*>(&address);
  if (inet_pton(AF_INET6, options.address.c_str(), &v6->sin6_addr) == 1) {
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(options.port);
    return sizeof *v6;
  }
  return 0;
}

// civetweb says only that it failed, so the same is tried again to learn why.
absl::Status WhyNot(const MetricsServer::Options& options,
                    const sockaddr_storage& address, socklen_t address_bytes,
                    const char* what) {
  const std::string where =
      absl::StrCat("cannot serve metrics on ", HostPort(options));
  const UniqueFd fd(socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int on = 1;
  if (!fd ||
      setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
      bind(fd.get(), reinterpret_cast<const sockaddr*>(&address),
           address_bytes) != 0 ||
      listen(fd.get(), 1) != 0) {
    return ErrnoStatus(errno, where);
  }
  return absl::UnavailableError(absl::StrCat(where, ": ", what));
}

}  // namespace

MetricsServer::MetricsServer(const Metrics* metrics)
    : collector_(std::make_shared<MetricsCollector>(metrics)) {}

MetricsServer::~MetricsServer() = default;

absl::StatusOr<std::unique_ptr<MetricsServer>> MetricsServer::Start(
    const Options& options, const Metrics* metrics) {
  sockaddr_storage address;
  const socklen_t address_bytes = ParseAddress(options, address);
  if (address_bytes == 0) {
    return absl::InvalidArgumentError(absl::StrCat(
        "metrics address \"", options.address, "\" is not an IP address"));
  }
  const std::vector<std::string> civetweb_options = {
      "listening_ports", HostPort(options), "num_threads", "2",
      // How long a client that sends nothing can hold one of the threads.
      "request_timeout_ms", "5000"};
  std::unique_ptr<MetricsServer> server(new MetricsServer(metrics));
  // The one place where a library reports by exception.
  try {
    server->exposer_ = std::make_unique<prometheus::Exposer>(civetweb_options);
    server->exposer_->RegisterCollectable(server->collector_);
    const std::vector<int> ports = server->exposer_->GetListeningPorts();
    if (!ports.empty()) server->port_ = static_cast<uint16_t>(ports[0]);
  } catch (const std::exception& error) {
    return WhyNot(options, address, address_bytes, error.what());
  }
  return server;
}

}  // namespace uacced
