// CompressStream of one large file against the usual tool on as many threads,
// and against the same codec in this process.
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "client/cpp/client.h"
#include "tests/bench/command.h"
#include "tests/bench/comparison.h"
#include "tests/bench/compress_file.h"
#include "tests/bench/figures.h"
#include "tests/bench/large_file.h"
#include "tests/bench/library.h"

namespace uacced::bench {
namespace {

constexpr int kThreads = 2;  // Of the daemon, the tool and the library.

struct Plan {
  int64_t file_bytes;
  int pairs;  // odd: the median is then one of them
};
constexpr Plan kFull = {int64_t{1} << 30, 5};
constexpr Plan kQuick = {int64_t{128} << 20, 3};

struct Case {
  const char* name;
  v1::CompressionFormat format;
  int level;
  const char* tool_name;
  std::vector<std::string> tool;  // Reads the file named last, writes stdout.
  const char* decoder;
  // The codec that the daemon uses, and the blocks it makes.
  std::function<std::unique_ptr<LibraryCodec>()> library;
  size_t block_bytes;
  const char* tool_goal;
  const char* library_goal;
};

std::vector<Case> Cases() {
  constexpr size_t kMiB = size_t{1} << 20;
  return {
      {"stream.gzip6",
       v1::COMPRESSION_FORMAT_GZIP,
       6,
       "pigz",
       {"pigz", "-p2", "-6", "-c"},
       "gzip -dc",
       [] { return NewLibdeflateGzip(6, kMiB); },
       kMiB,
       "> 1 of pigz -p2 -6",
       ">= 0.85 of the library on 2 threads"},
      {"stream.gzip1",
       v1::COMPRESSION_FORMAT_GZIP,
       1,
       "pigz",
       {"pigz", "-p2", "-1", "-c"},
       "gzip -dc",
       [] { return NewIsalGzip(1, kMiB); },
       kMiB,
       "> 1 of pigz -p2 -1",
       ">= 0.6 of the library on 2 threads"},
      {"stream.zstd3",
       v1::COMPRESSION_FORMAT_ZSTD,
       3,
       "zstd",
       {"zstd", "-q", "-T2", "-3", "-c"},
       "zstd -dcq",
       [] { return NewZstd(3, 4 * kMiB); },
       4 * kMiB,
       "> 1 of zstd -T2 -3",
       ""},
  };
}

class StreamCase {
 public:
  StreamCase(const Bench& bench, const Case& c, const Server& daemon,
             client::Client& client, const std::string& path)
      : bench_(bench),
        case_(c),
        daemon_(daemon),
        client_(client),
        path_(path),
        encoded_(path + ".encoded") {}

  absl::Status Measure() {
    UACCED_RETURN_IF_ERROR(CompareSizes());
    const int pairs = bench_.quick ? kQuick.pairs : kFull.pairs;
    const std::string against_tool =
        absl::StrCat(case_.name, ".vs_", case_.tool_name);
    if (bench_.report.Wants(against_tool)) {
      UACCED_ASSIGN_OR_RETURN(
          const Comparison comparison,
          Compare(
              pairs, [this] { return Ours(); }, [this] { return Tool(); }));
      AddFigures(against_tool, comparison, Throughput::kMegabytes,
                 case_.tool_goal, bench_.report);
    }
    const std::string against_library = absl::StrCat(case_.name, ".vs_library");
    if (bench_.report.Wants(against_library)) {
      UACCED_ASSIGN_OR_RETURN(
          const Comparison comparison,
          Compare(
              pairs, [this] { return Ours(); }, [this] { return Library(); }));
      AddFigures(against_library, comparison, Throughput::kMegabytes,
                 case_.library_goal, bench_.report);
    }
    return absl::OkStatus();
  }

 private:
  // Once, outside of the timing: what each makes of the file, and that ours is
  // the file. Later rounds must give as many bytes.
  absl::Status CompareSizes() {
    UACCED_ASSIGN_OR_RETURN(const CommandCost cost,
                            RunCommand(ToolCommand(), encoded_));
    static_cast<void>(cost);
    const auto tool_bytes =
        static_cast<double>(std::filesystem::file_size(encoded_));
    UACCED_ASSIGN_OR_RETURN(const FileRound ours, RunStream(encoded_));
    expected_bytes_ = ours.output_bytes;
    UACCED_RETURN_IF_ERROR(CheckDecodes(case_.decoder, encoded_, path_));
    std::error_code ignored;
    std::filesystem::remove(encoded_, ignored);
    const double percent =
        100.0 / static_cast<double>(ours.round.payload_bytes);
    AddComparedTo(bench_.report,
                  {.name = absl::StrCat(case_.name, ".size"),
                   .unit = "%",
                   .value = percent * static_cast<double>(ours.output_bytes),
                   .reference = percent * tool_bytes,
                   .goal = absl::StrCat("<= 1.02 of ", case_.tool_name)});
    return absl::OkStatus();
  }

  absl::StatusOr<FileRound> RunStream(const std::string& output) {
    CompressFileOptions options;
    options.stream.set_format(case_.format);
    options.stream.set_level(case_.level);
    options.input = path_;
    options.output = output;
    options.daemon_pid = daemon_.pid();
    return CompressFile(client_, options);
  }

  absl::StatusOr<Round> Ours() {
    UACCED_ASSIGN_OR_RETURN(const FileRound ours, RunStream(""));
    if (ours.output_bytes != expected_bytes_) {
      return absl::DataLossError(
          absl::StrCat("wrong answer: ", ours.output_bytes, " bytes, and ",
                       expected_bytes_, " before"));
    }
    return ours.round;
  }

  absl::StatusOr<Round> Tool() {
    UACCED_ASSIGN_OR_RETURN(const CommandCost cost,
                            RunCommand(ToolCommand(), "/dev/null"));
    Round round;
    round.operations = 1;
    round.payload_bytes =
        static_cast<int64_t>(std::filesystem::file_size(path_));
    round.wall_ns = cost.wall_ns;
    round.client_cpu_ns = cost.cpu_ns;
    return round;
  }

  absl::StatusOr<Round> Library() {
    UACCED_ASSIGN_OR_RETURN(
        const FileRound library,
        RunLibraryOnFile(case_.library, path_, case_.block_bytes, kThreads));
    return library.round;
  }

  std::vector<std::string> ToolCommand() const {
    std::vector<std::string> command = case_.tool;
    command.push_back(path_);
    return command;
  }

  const Bench& bench_;
  const Case& case_;
  const Server& daemon_;
  client::Client& client_;
  const std::string path_;
  const std::string encoded_;
  int64_t expected_bytes_ = 0;
};

}  // namespace

absl::Status MeasureStream(const Bench& bench) {
  if (!bench.report.Wants("stream")) return absl::OkStatus();
  const std::string path = bench.scratch + "/large";
  const Plan& plan = bench.quick ? kQuick : kFull;
  UACCED_RETURN_IF_ERROR(WriteLargeFile(path, bench.corpus, plan.file_bytes));
  UACCED_ASSIGN_OR_RETURN(Server daemon,
                          bench.servers.StartDaemon({.workers = kThreads}));
  UACCED_ASSIGN_OR_RETURN(
      std::unique_ptr<client::Client> client,
      client::Client::Connect({.server = daemon.address()}));
  for (const Case& c : Cases()) {
    if (!bench.report.Wants(c.name)) continue;
    UACCED_RETURN_IF_ERROR(
        StreamCase(bench, c, daemon, *client, path).Measure());
  }
  // The daemon waits for its clients to leave.
  client.reset();
  std::error_code ignored;
  std::filesystem::remove(path, ignored);
  return daemon.Stop();
}

}  // namespace uacced::bench
