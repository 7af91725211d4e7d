// From a file through the daemon to a file, in constant memory: reading,
// the daemon's work and writing go on at the same time.
//
// Threads: each function uses threads of its own and returns when they ended.
// Errors:  failures of exit_code.h, of the input, the daemon or the output.
#ifndef UACCED_CLIENT_CLI_TRANSFER_H_
#define UACCED_CLIENT_CLI_TRANSFER_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "client/cli/input_file.h"
#include "client/cli/output_file.h"
#include "client/cli/progress_thread.h"
#include "client/cli/session.h"
#include "client/cpp/stream.h"

namespace uacced::cli {

// Bytes of one piece of input.
inline constexpr size_t kPieceBytes = size_t{512} << 10;

// Progress of one input; the bar, if there is to be one, for its lifetime.
class Meter {
 public:
  // `output` may be null: then it is no terminal.
  Meter(const Options& options, const InputFile& input,
        const OutputFile* output);

  void Add(uint64_t bytes) { done_bytes_.fetch_add(bytes); }
  void Reset() { done_bytes_.store(0); }

 private:
  std::atomic<uint64_t> done_bytes_ = 0;
  std::optional<ProgressThread> thread_;
};

// What a Transfer is between, and its words for the user. Borrows all.
struct Ends {
  InputFile& input;
  // One of these is null.
  OutputFile* output = nullptr;
  std::string* text = nullptr;  // for output that is known to be short
  // Tells an error of the daemon.
  std::function<absl::Status(const absl::Status& error)> describe;
};

// Gives the stream that `open` makes all of the input, and its output to the
// other end; does not commit that. UNAVAILABLE is tried again from the
// beginning where both ends allow it, as often and as slowly as calls are.
using OpenStream = std::function<std::unique_ptr<client::Stream>()>;
absl::StatusOr<v1::StreamSummary> Transfer(const Session& session,
                                           const OpenStream& open,
                                           const Ends& ends);

// What `open` does for most.
template <typename StreamMethodOptions>
OpenStream StreamOf(const Session& session,
                    const StreamMethodOptions& method_options) {
  return [&session, method_options] {
    return client::Stream::Open(session.client, method_options,
                                {.idle_timeout = session.options.timeout,
                                 .message_bytes = kPieceBytes});
  };
}

// An error when `output` would be read again as `input`, for ever.
absl::Status CheckDistinct(const InputFile& input, const OutputFile& output);

// `failure`, and that the part of the output which cannot be taken back is
// worth nothing.
absl::Status OutputFailed(const absl::Status& failure,
                          const OutputFile& output);

}  // namespace uacced::cli

#endif  // UACCED_CLIENT_CLI_TRANSFER_H_
