#include "daemon/config/addresses.h"

#include <arpa/inet.h>
#include <netinet/in.h>

namespace uacced {
namespace {

std::string Canonical(int family, const void* address) {
  char text[INET6_ADDRSTRLEN];
  return inet_ntop(family, address, text, sizeof text);
}

}  // namespace

std::optional<IpAddress> ParseIpAddress(const std::string& text) {
  // inet_pton would stop at a NUL and take what comes before it.
  if (text.find('\0') != std::string::npos) return std::nullopt;
  in_addr v4;
  if (inet_pton(AF_INET, text.c_str(), &v4) == 1) {
    return IpAddress{Canonical(AF_INET, &v4), ntohl(v4.s_addr) >> 24 == 127};
  }
  in6_addr v6;
  if (inet_pton(AF_INET6, text.c_str(), &v6) == 1) {
    return IpAddress{Canonical(AF_INET6, &v6), IN6_IS_ADDR_LOOPBACK(&v6) != 0};
  }
  return std::nullopt;
}

}  // namespace uacced
