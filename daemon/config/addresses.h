// IP addresses as text, without names and look-ups.
#ifndef UACCED_DAEMON_CONFIG_ADDRESSES_H_
#define UACCED_DAEMON_CONFIG_ADDRESSES_H_

#include <optional>
#include <string>

namespace uacced {

struct IpAddress {
  std::string text;       // Canonical, so equal addresses are equal texts.
  bool loopback = false;  // 127.0.0.0/8 or ::1.
};

// Nothing when `text` is not an IPv4 or IPv6 address.
std::optional<IpAddress> ParseIpAddress(const std::string& text);

}  // namespace uacced

#endif  // UACCED_DAEMON_CONFIG_ADDRESSES_H_
