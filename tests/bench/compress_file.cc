#include "tests/bench/compress_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <utility>

#include "base/clock.h"
#include "base/errno_status.h"
#include "base/status_macros.h"
#include "base/unique_fd.h"
#include "client/cpp/stream.h"
#include "client/cpp/stream_io.h"
#include "tests/bench/cpu_time.h"

namespace uacced::bench {
namespace {

// What `uaccectl` reads at a time, too.
constexpr size_t kPieceBytes = size_t{512} << 10;

absl::Status WriteAll(int fd, absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return ErrnoStatus(errno, "write");
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return absl::OkStatus();
}

// Returns how much it was.
absl::StatusOr<int64_t> Feed(int fd, client::StreamWriter& writer) {
  int64_t fed_bytes = 0;
  while (true) {
    std::string piece(kPieceBytes, '\0');
    const ssize_t got = read(fd, piece.data(), piece.size());
    if (got < 0) return ErrnoStatus(errno, "read");
    if (got == 0) return fed_bytes;
    fed_bytes += got;
    piece.resize(static_cast<size_t>(got));
    UACCED_RETURN_IF_ERROR(writer.WriteOwned(std::move(piece)));
  }
}

absl::StatusOr<FileRound> Transfer(client::Client& client,
                                   const CompressFileOptions& options,
                                   int input, int output) {
  FileRound result;
  client::StreamWriter writer(
      client::Stream::Open(client, options.stream),
      [&](const client::StreamOutput& pieces) {
        result.output_bytes += static_cast<int64_t>(pieces.size());
        if (output < 0) return absl::OkStatus();
        for (const absl::string_view piece : pieces.pieces()) {
          UACCED_RETURN_IF_ERROR(WriteAll(output, piece));
        }
        return absl::OkStatus();
      });
  UACCED_ASSIGN_OR_RETURN(result.round.payload_bytes, Feed(input, writer));
  UACCED_ASSIGN_OR_RETURN(const v1::StreamSummary summary, writer.Finish());
  if (summary.input_bytes() !=
          static_cast<uint64_t>(result.round.payload_bytes) ||
      summary.output_bytes() != static_cast<uint64_t>(result.output_bytes)) {
    return absl::DataLossError("wrong answer: the stream's summary");
  }
  result.round.operations = 1;
  return result;
}

}  // namespace

absl::StatusOr<FileRound> CompressFile(client::Client& client,
                                       const CompressFileOptions& options) {
  const UniqueFd input(open(options.input.c_str(), O_RDONLY | O_CLOEXEC));
  if (!input) return ErrnoStatus(errno, options.input);
  UniqueFd output;
  if (!options.output.empty()) {
    output.reset(open(options.output.c_str(),
                      O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!output) return ErrnoStatus(errno, options.output);
  }
  const MonotonicClock clock;
  UACCED_ASSIGN_OR_RETURN(const int64_t client_cpu, ProcessCpuNs(0));
  UACCED_ASSIGN_OR_RETURN(const int64_t server_cpu,
                          ProcessCpuNs(options.daemon_pid));
  const int64_t start = clock.NowNs();
  UACCED_ASSIGN_OR_RETURN(FileRound result,
                          Transfer(client, options, input.get(), output.get()));
  result.round.wall_ns = clock.NowNs() - start;
  UACCED_ASSIGN_OR_RETURN(const int64_t client_cpu_end, ProcessCpuNs(0));
  UACCED_ASSIGN_OR_RETURN(const int64_t server_cpu_end,
                          ProcessCpuNs(options.daemon_pid));
  result.round.client_cpu_ns = client_cpu_end - client_cpu;
  result.round.server_cpu_ns = server_cpu_end - server_cpu;
  return result;
}

}  // namespace uacced::bench
