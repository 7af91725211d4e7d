#include "daemon/config/listeners.h"

#include <filesystem>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "daemon/config/addresses.h"
#include "daemon/config/text.h"
#include "uacced/v1/config.pb.h"

namespace uacced {
namespace {

constexpr size_t kMaxListeners = 16;
// sockaddr_un's 108 bytes end in a NUL.
constexpr size_t kMaxUnixPathBytes = 107;
constexpr size_t kMaxGroupBytes = 256;
constexpr char kLoopback[] = "127.0.0.1";
constexpr Range kPort = {1, 65'535, 0};

// Of "0660", "660"; nothing when it is no such thing.
std::optional<mode_t> ParseMode(absl::string_view text) {
  if (text.size() < 3 || text.size() > 4) return std::nullopt;
  mode_t mode = 0;
  for (const char c : text) {
    if (c < '0' || c > '7') return std::nullopt;
    mode = mode * 8 + static_cast<mode_t>(c - '0');
  }
  if (mode > 0777) return std::nullopt;
  return mode;
}

UnixListenerConfig ReadUnix(const Section& section) {
  using Fields = v1::UnixListener;
  UnixListenerConfig unix_socket;
  unix_socket.path = section.String(Fields::kPathFieldNumber, "");
  const std::string& path = unix_socket.path;
  if (path.empty()) {
    section.Problem(Fields::kPathFieldNumber, "is required");
  } else if (path.size() > kMaxUnixPathBytes) {
    section.Problem(Fields::kPathFieldNumber,
                    absl::StrCat("has ", path.size(), " bytes, more than ",
                                 kMaxUnixPathBytes));
  } else if (!IsFilePath(path)) {
    section.Problem(Fields::kPathFieldNumber,
                    absl::StrCat(Quoted(path), " is not the path of a file"));
  }

  const std::string mode = section.String(Fields::kModeFieldNumber, "0660");
  if (const std::optional<mode_t> parsed = ParseMode(mode)) {
    unix_socket.mode = *parsed;
  } else {
    section.Problem(Fields::kModeFieldNumber,
                    absl::StrCat(Quoted(mode),
                                 " is not octal permissions such "
                                 "as \"0660\", at most \"0777\""));
  }

  unix_socket.group = section.String(Fields::kGroupFieldNumber, "");
  if (section.Has(Fields::kGroupFieldNumber) &&
      (unix_socket.group.empty() || unix_socket.group.size() > kMaxGroupBytes ||
       HasControlByte(unix_socket.group))) {
    section.Problem(
        Fields::kGroupFieldNumber,
        absl::StrCat(Quoted(unix_socket.group), " is not the name of a group"));
  }
  return unix_socket;
}

// Reports what is not an address; the answer is then the default.
IpAddress ReadAddress(const Section& section, int field) {
  const std::string text = section.String(field, kLoopback);
  if (const std::optional<IpAddress> address = ParseIpAddress(text)) {
    return *address;
  }
  section.Problem(
      field, absl::StrCat(Quoted(text), " is not an IPv4 or IPv6 address"));
  return *ParseIpAddress(kLoopback);
}

TcpListenerConfig ReadTcp(const Section& section) {
  using Fields = v1::TcpListener;
  const IpAddress address = ReadAddress(section, Fields::kAddressFieldNumber);
  if (!address.loopback &&
      !section.Bool(Fields::kAllowNonLoopbackFieldNumber)) {
    section.Problem(Fields::kAddressFieldNumber,
                    absl::StrCat(address.text,
                                 " is not loopback, and TCP is neither "
                                 "encrypted nor authenticated; set "
                                 "allow_non_loopback to accept that"));
  }
  if (!section.Has(Fields::kPortFieldNumber)) {
    section.Problem(Fields::kPortFieldNumber, "is required, 1..65535");
  }
  return {address.text, static_cast<uint16_t>(
                            section.Number(Fields::kPortFieldNumber, kPort))};
}

// What is the same for two listeners that cannot both be. "" for what has been
// reported already.
std::string Identity(const UnixListenerConfig& listener) {
  if (listener.path.empty()) return "";
  return absl::StrCat(
      "unix:",
      std::filesystem::path(listener.path).lexically_normal().string());
}
std::string Identity(const TcpListenerConfig& listener) {
  if (listener.port == 0) return "";
  return absl::StrCat("tcp:", listener.address, ":", listener.port);
}
std::string Identity(const InheritedListenerConfig& listener) {
  return absl::StrCat("inherited:", listener.index);
}
std::string IdentityOf(const ListenerConfig& listener) {
  return std::visit([](const auto& kind) { return Identity(kind); }, listener);
}

std::optional<ListenerConfig> ReadListener(const Section& section) {
  using Fields = v1::Listener;
  if (section.Has(Fields::kUnixFieldNumber)) {
    return ReadUnix(section.Nested(Fields::kUnixFieldNumber));
  }
  if (section.Has(Fields::kTcpFieldNumber)) {
    return ReadTcp(section.Nested(Fields::kTcpFieldNumber));
  }
  if (section.Has(Fields::kInheritedFieldNumber)) {
    const Section inherited = section.Nested(Fields::kInheritedFieldNumber);
    return InheritedListenerConfig{static_cast<uint32_t>(inherited.Number(
        v1::InheritedListener::kIndexFieldNumber, {0, 15, 0}))};
  }
  section.Problem("has neither unix nor tcp nor inherited");
  return std::nullopt;
}

}  // namespace

std::vector<ListenerConfig> ReadListeners(const Section& file) {
  constexpr int kField = v1::Config::kListenerFieldNumber;
  std::vector<ListenerConfig> listeners;
  std::set<std::string> identities;
  const int count = file.Count(kField);
  if (count == 0) file.Problem("there is no listener, so nobody could connect");
  for (int i = 0; i < count; ++i) {
    const Section section = file.NestedAt(kField, i);
    if (listeners.size() == kMaxListeners) {
      section.Problem(absl::StrCat("is one more than ", kMaxListeners));
      break;
    }
    std::optional<ListenerConfig> listener = ReadListener(section);
    if (!listener.has_value()) continue;
    const std::string identity = IdentityOf(*listener);
    if (!identity.empty() && !identities.insert(identity).second) {
      section.Problem("is the same as a listener before it");
    }
    listeners.push_back(*std::move(listener));
  }
  return listeners;
}

std::optional<MetricsConfig> ReadMetrics(
    const Section& file, const std::vector<ListenerConfig>& listeners) {
  using Fields = v1::Metrics;
  if (!file.Has(v1::Config::kMetricsFieldNumber)) return std::nullopt;
  const Section section = file.Nested(v1::Config::kMetricsFieldNumber);
  const MetricsConfig metrics = {
      ReadAddress(section, Fields::kAddressFieldNumber).text,
      static_cast<uint16_t>(
          section.Number(Fields::kPortFieldNumber, {1, 65'535, 9464}))};
  // Debian's civetweb is built without IPv6.
  if (metrics.address.find(':') != std::string::npos) {
    section.Problem(Fields::kAddressFieldNumber,
                    "the metrics endpoint serves IPv4 only");
  }
  const std::string identity =
      Identity(TcpListenerConfig{metrics.address, metrics.port});
  for (const ListenerConfig& listener : listeners) {
    if (IdentityOf(listener) == identity) {
      section.Problem("has the address and port of a listener");
    }
  }
  return metrics;
}

}  // namespace uacced
