#include "tests/bench/dpdk.h"

#include <fstream>
#include <sstream>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "base/status_macros.h"
#include "tests/bench/command.h"

namespace uacced::bench {
namespace {

// The columns of its table: lcore, buffer, burst, enqueued, dequeued, failures
// of either, MOps, Gbps, cycles.
constexpr size_t kColumns = 10;
constexpr size_t kMOps = 7;

}  // namespace

absl::StatusOr<double> ParseDpdkThroughput(absl::string_view output) {
  for (const absl::string_view line : absl::StrSplit(output, '\n')) {
    const std::vector<absl::string_view> columns =
        absl::StrSplit(line, absl::ByAnyChar(" \t"), absl::SkipEmpty());
    int lcore;
    double mops;
    if (columns.size() == kColumns && absl::SimpleAtoi(columns[0], &lcore) &&
        absl::SimpleAtod(columns[kMOps], &mops)) {
      return mops * 1e6;
    }
  }
  return absl::InternalError("dpdk-test-crypto-perf printed no row of figures");
}

absl::StatusOr<double> RunDpdkNullCrypto(const std::string& output) {
  // Without huge pages, PCI and files of its own, so that it runs anywhere.
  UACCED_RETURN_IF_ERROR(RunCommand({"dpdk-test-crypto-perf",
                                     "--no-huge",
                                     "-m",
                                     "256",
                                     "--no-pci",
                                     "--no-shconf",
                                     "--log-level=error",
                                     "--vdev",
                                     "crypto_null0",
                                     "-l",
                                     "0,1",
                                     "--",
                                     "--ptest",
                                     "throughput",
                                     "--devtype",
                                     "crypto_null",
                                     "--optype",
                                     "cipher-only",
                                     "--cipher-algo",
                                     "null",
                                     "--cipher-op",
                                     "encrypt",
                                     "--cipher-key-sz",
                                     "0",
                                     "--cipher-iv-sz",
                                     "0",
                                     "--total-ops",
                                     "30000000",
                                     "--burst-sz",
                                     "32",
                                     "--buffer-sz",
                                     "64",
                                     "--silent"},
                                    output)
                             .status());
  std::ifstream file(output);
  std::ostringstream text;
  text << file.rdbuf();
  return ParseDpdkThroughput(text.str());
}

}  // namespace uacced::bench
