// The first figures of the daemon, each beside its reference: what `./dev
// bench` runs. Exits 0 unless something failed; a goal that was missed is a
// figure, not a failure.
#include <grpc/grpc.h>

#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "base/status_macros.h"
#include "tests/bench/corpus.h"
#include "tests/bench/figures.h"
#include "tests/bench/report.h"
#include "tests/bench/servers.h"

ABSL_FLAG(bool, json, false, "JSON lines instead of a table");
ABSL_FLAG(bool, quick, false,
          "About three minutes instead of fifteen; rougher figures");
ABSL_FLAG(std::vector<std::string>, only, {},
          "Only figures whose names start with one of these, e.g. "
          "copy.64KiB,gzip-6");
ABSL_FLAG(std::string, daemon, "",
          "The daemon to measure; default: the one of the same build");
ABSL_FLAG(std::string, echo_server, "",
          "The reference server; default: the one of the same build");

namespace {

// `flag`, or the program of that path beside this one in the build's output.
std::string Program(const std::string& flag, const std::string& relative) {
  if (!flag.empty()) return flag;
  std::error_code ignored;
  const std::filesystem::path self =
      std::filesystem::read_symlink("/proc/self/exe", ignored);
  return (self.parent_path() / relative).lexically_normal();
}

absl::Status Run() {
  using uacced::bench::Bench;
  UACCED_ASSIGN_OR_RETURN(
      const std::string corpus,
      uacced::bench::ReadCorpus({"/usr/share/common-licenses", "/usr/include"},
                                uacced::bench::kCorpusBytes));
  UACCED_ASSIGN_OR_RETURN(const uacced::bench::ScratchDirectory scratch,
                          uacced::bench::ScratchDirectory::Make());
  uacced::bench::Servers servers(
      Program(absl::GetFlag(FLAGS_daemon), "../../daemon/main/uacced"),
      Program(absl::GetFlag(FLAGS_echo_server), "echo_server"), scratch);
  uacced::bench::Report report(absl::GetFlag(FLAGS_json),
                               absl::GetFlag(FLAGS_only));
  const Bench bench = {.servers = servers,
                       .report = report,
                       .corpus = corpus,
                       .scratch = scratch.path(),
                       .quick = absl::GetFlag(FLAGS_quick)};
  for (const auto measure :
       {uacced::bench::MeasureRing, uacced::bench::MeasureSharing,
        uacced::bench::MeasureWaiting, uacced::bench::MeasureIdle,
        uacced::bench::MeasureCopy, uacced::bench::MeasureLatency,
        uacced::bench::MeasureProcess, uacced::bench::MeasureBatch,
        uacced::bench::MeasureConnections, uacced::bench::MeasureStream,
        uacced::bench::MeasureCompute}) {
    UACCED_RETURN_IF_ERROR(measure(bench));
  }
  return absl::OkStatus();
}

}  // namespace

int main(int argc, char** argv) {
  absl::SetProgramUsageMessage(
      "Measures the daemon against a bare gRPC echo server and against the "
      "codecs' libraries in process.");
  absl::ParseCommandLine(argc, argv);
  // Never paired: in gRPC 1.51 the last grpc_shutdown() may wait 10 s.
  grpc_init();
  const absl::Status status = Run();
  if (!status.ok()) {
    std::fprintf(stderr, "uacced_bench: %s\n", status.ToString().c_str());
    return 1;
  }
  return 0;
}
