// Arbitrary bytes as the daemon's configuration file. Whatever they are,
// parsing gives a configuration within its rules or INVALID_ARGUMENT with the
// place of the mistake.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "daemon/config/config.h"

namespace uacced {
namespace {

constexpr absl::string_view kFileName = "fuzz.textproto";

void Require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "config_fuzz: %s\n", what);
  std::abort();
}

void TestOneInput(absl::string_view text) {
  const absl::StatusOr<Config> config =
      ParseConfig(text, kFileName, /*cpu_count=*/4);
  if (!config.ok()) {
    Require(config.status().code() == absl::StatusCode::kInvalidArgument,
            "another error than INVALID_ARGUMENT");
    Require(absl::StrContains(config.status().message(), kFileName),
            "an error that does not name the file");
    return;
  }
  Require(!config->listeners.empty(), "no listener");
  Require(!config->devices.empty(), "no device");
  const LimitsConfig& limits = config->limits;
  Require(limits.max_jobs > 0 && limits.max_connections > 0,
          "a limit of nothing");
  Require(
      limits.max_bytes >= limits.max_message_bytes + limits.max_output_bytes,
      "a limit below its largest request");
}

}  // namespace
}  // namespace uacced

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  uacced::TestOneInput(
      absl::string_view(reinterpret_cast<const char*>(data), size));
  return 0;
}
