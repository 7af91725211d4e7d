#include "daemon/metrics/metrics_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "base/unique_fd.h"
#include "daemon/metrics/promtool_for_test.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace uacced {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

sockaddr_in Loopback(uint16_t port) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

// Everything the server says to `request`.
std::string Exchange(uint16_t port, const std::string& request) {
  const UniqueFd fd(socket(AF_INET, SOCK_STREAM, 0));
  const sockaddr_in address = Loopback(port);
  if (connect(fd.get(), reinterpret_cast<const sockaddr*>(&address),
              sizeof address) != 0) {
    return "no connection";
  }
  EXPECT_EQ(write(fd.get(), request.data(), request.size()),
            static_cast<ssize_t>(request.size()));
  std::string reply;
  char part[4096];
  for (ssize_t n; (n = read(fd.get(), part, sizeof part)) > 0;) {
    reply.append(part, static_cast<size_t>(n));
  }
  return reply;
}

std::string Get(uint16_t port, const std::string& path) {
  return Exchange(
      port, absl::StrCat("GET ", path, " HTTP/1.0\r\nHost: localhost\r\n\r\n"));
}

TEST(MetricsServerTest, ServesCleanMetricsOnAPortOfItsOwn) {
  Metrics metrics({"cpu"});
  auto server = MetricsServer::Start({.port = 0}, &metrics);
  ASSERT_TRUE(server.ok()) << server.status();
  ASSERT_NE((*server)->port(), 0);
  std::string reply;
  // The second scrape also has the server's own metrics about the first.
  for (int i = 0; i < 2; ++i) {
    metrics.RecordRequest({.device_index = 0});
    reply = Get((*server)->port(), "/metrics");
    ASSERT_THAT(reply, HasSubstr(" 200 OK\r\n"));
    EXPECT_THAT(reply,
                HasSubstr(absl::StrCat("device=\"cpu\",code=\"ok\"} ", i + 1)));
    const std::string body = reply.substr(reply.find("\r\n\r\n") + 4);
    EXPECT_EQ(PromtoolComplaints(body), "");
  }
}

TEST(MetricsServerTest, ServesNothingElse) {
  const Metrics metrics({});
  auto server = MetricsServer::Start({.port = 0}, &metrics);
  ASSERT_TRUE(server.ok()) << server.status();
  for (const char* path : {"/", "/etc/passwd", "/metrics/../../etc/passwd"}) {
    EXPECT_THAT(Get((*server)->port(), path),
                testing::Not(HasSubstr(" 200 OK")))
        << path;
  }
  EXPECT_THAT(Exchange((*server)->port(), "\x16\x03\x01 nonsense\r\n\r\n"),
              testing::Not(HasSubstr(" 200 OK")));
  EXPECT_THAT(Get((*server)->port(), "/metrics"), HasSubstr(" 200 OK"));
}

TEST(MetricsServerTest, StopsListeningWhenDestroyed) {
  const Metrics metrics({});
  auto server = MetricsServer::Start({.port = 0}, &metrics);
  ASSERT_TRUE(server.ok()) << server.status();
  const uint16_t port = (*server)->port();
  server->reset();
  EXPECT_EQ(Get(port, "/metrics"), "no connection");
}

TEST(MetricsServerTest, SaysThatThePortIsInUse) {
  const UniqueFd other(socket(AF_INET, SOCK_STREAM, 0));
  sockaddr_in address = Loopback(0);
  socklen_t address_bytes = sizeof address;
  ASSERT_EQ(
      bind(other.get(), reinterpret_cast<sockaddr*>(&address), address_bytes),
      0);
  ASSERT_EQ(listen(other.get(), 1), 0);
  ASSERT_EQ(getsockname(other.get(), reinterpret_cast<sockaddr*>(&address),
                        &address_bytes),
            0);
  const uint16_t port = ntohs(address.sin_port);
  const Metrics metrics({});
  const auto server = MetricsServer::Start({.port = port}, &metrics);
  EXPECT_EQ(server.status().code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(std::string(server.status().message()),
            absl::StrCat("cannot serve metrics on 127.0.0.1:", port,
                         ": Address already in use"));
}

TEST(MetricsServerTest, SaysThatTheAddressIsNotOurs) {
  const Metrics metrics({});
  // TEST-NET-1 belongs to nobody (RFC 5737).
  const auto server =
      MetricsServer::Start({.address = "192.0.2.1", .port = 0}, &metrics);
  EXPECT_THAT(std::string(server.status().message()),
              StartsWith("cannot serve metrics on 192.0.2.1:0: "));
  const auto name =
      MetricsServer::Start({.address = "localhost", .port = 0}, &metrics);
  EXPECT_EQ(name.status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace uacced
