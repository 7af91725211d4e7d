// Inputs, in pieces and whole.
//
// Units:  sizes and limits in bytes.
// Errors: texts begin with the file's name and need no prefix.
#ifndef UACCED_CLIENT_CLI_INPUT_FILE_H_
#define UACCED_CLIENT_CLI_INPUT_FILE_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/unique_fd.h"

namespace uacced::cli {

// "standard input" for "-".
absl::string_view InputName(const std::string& path);

// Threads: one reader; Interrupt() is safe from any thread.
class InputFile {
 public:
  // "-" is standard input.
  static absl::StatusOr<std::unique_ptr<InputFile>> Open(
      const std::string& path);

  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  // What is left to read, if that can be known (regular files).
  std::optional<uint64_t> size_bytes() const { return size_bytes_; }

  int fd() const { return fd_; }

  // As InputName().
  absl::string_view name() const { return InputName(path_); }

  // Appends the next piece to `data`, 1..`most_bytes`; true. False at the end.
  // Waits until there is something, then takes what is there without waiting
  // for more. CANCELLED after Interrupt().
  absl::StatusOr<bool> Read(size_t most_bytes, std::string& data);

  // The first bytes of what Read() will give, at most `bytes`; fewer only when
  // there are no more. Valid until the next call.
  absl::StatusOr<absl::string_view> Peek(size_t bytes);

  // Makes this and every later Read() fail, one that waits included.
  void Interrupt();

  // Back to where it was when it was opened, Interrupt() forgotten. False: it
  // is a pipe of which more was read than is kept.
  bool Rewind();

 private:
  InputFile() = default;
  absl::StatusOr<bool> ReadFile(size_t most_bytes, std::string& data);

  // Constant after Open().
  std::string path_;
  UniqueFd opened_;  // empty for standard input
  int fd_ = -1;
  bool is_regular_ = false;
  int64_t start_ = 0;  // offset of a regular file
  std::optional<uint64_t> size_bytes_;
  UniqueFd interrupt_;  // eventfd

  // The reader's.
  bool ended_ = false;
  std::string pending_;        // to be given before anything is read
  std::string kept_;           // all that was read, of other than regular files
  bool kept_is_whole_ = true;  // false: it was too much to be kept
  std::atomic<bool> interrupted_ = false;
};

// All of `path`; "-" is standard input. ExitCode::kLimit, with `advice` on what
// to do, when there are more than `limit_bytes`; at most one byte beyond them
// is read. The buffer is allocated once for limits up to 4 KiB, so that secrets
// leave no copies.
absl::StatusOr<std::string> ReadInput(
    const std::string& path, size_t limit_bytes,
    absl::string_view advice = "one request carries no more; split it");

// The same of what `input` still has, after the `data` that was read already.
absl::Status ReadRest(InputFile& input, size_t limit_bytes,
                      absl::string_view advice, std::string& data);

}  // namespace uacced::cli

#endif  // UACCED_CLIENT_CLI_INPUT_FILE_H_
