// MetricsServer answers GET /metrics over HTTP with what MetricsCollector
// renders, on two threads of its own. No TLS and no password: who can reach the
// address can read.
//
// Threads:  thread-compatible.
// Lifetime: serves from Start() until its destructor, which waits for scrapes
//           that are running. Borrows the Metrics.
#ifndef UACCED_DAEMON_METRICS_METRICS_SERVER_H_
#define UACCED_DAEMON_METRICS_METRICS_SERVER_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "daemon/metrics/metrics.h"

namespace prometheus {
class Exposer;
}  // namespace prometheus

namespace uacced {

class MetricsCollector;

class MetricsServer {
 public:
  struct Options {
    std::string address = "127.0.0.1";  // IPv4 or IPv6, not a name.
    uint16_t port = 9464;               // 0: any free port, for tests.
  };

  // Errors of bind() and listen(), with the address in the text:
  // ALREADY_EXISTS when the port is in use.
  static absl::StatusOr<std::unique_ptr<MetricsServer>> Start(
      const Options& options, const Metrics* metrics);

  MetricsServer(const MetricsServer&) = delete;
  MetricsServer& operator=(const MetricsServer&) = delete;
  ~MetricsServer();

  // The port in use.
  uint16_t port() const { return port_; }

 private:
  explicit MetricsServer(const Metrics* metrics);

  // Exposer keeps only a weak pointer, so the collector must be shared.
  const std::shared_ptr<MetricsCollector> collector_;
  std::unique_ptr<prometheus::Exposer> exposer_;
  uint16_t port_ = 0;
};

}  // namespace uacced

#endif  // UACCED_DAEMON_METRICS_METRICS_SERVER_H_
