// Reading whole inputs and writing whole outputs.
//
// Units:   limits and sizes in bytes.
// Threads: not thread-safe: one output at a time, as it is removed by signal
//          handlers.
// Errors:  texts begin with the file's name and need no prefix.
#ifndef UACCED_CLIENT_CLI_FILES_H_
#define UACCED_CLIENT_CLI_FILES_H_

#include <cstddef>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/unique_fd.h"

namespace uacced::cli {

// All of `path`; "-" is standard input. ExitCode::kLimit, with `advice` on what
// to do, when there are more than `limit_bytes`; at most one byte beyond them
// is read. The buffer is
// allocated once for limits up to 4 KiB, so that secrets leave no copies.
absl::StatusOr<std::string> ReadInput(
    const std::string& path, size_t limit_bytes,
    absl::string_view advice = "one request carries no more; split it");

// "standard input" for "-".
absl::string_view InputName(const std::string& path);

// A file that appears complete or not at all: it is written beside `path` as
// ".uaccectl.<random>" and renamed by Commit(). Without Commit(), and on
// SIGINT, SIGTERM and SIGHUP, the temporary file is removed. Standard output
// ("-") and what is not a regular file, such as /dev/null, is written in place
// by Commit(). A symbolic link stays one: the file it names is replaced.
class OutputFile {
 public:
  // A new file's mode follows the umask, an old one's mode is kept.
  static absl::StatusOr<std::unique_ptr<OutputFile>> Open(
      const std::string& path);

  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  ~OutputFile();

  bool IsTerminal() const;

  // Writes `head`, then `tail`, and makes them visible. Once.
  absl::Status Commit(absl::string_view head, absl::string_view tail = {});

 private:
  OutputFile() = default;
  absl::Status OpenTemporary();

  std::string name_;            // as the user gave it, for messages
  std::string path_;            // links resolved; empty: written in place
  std::string temporary_path_;  // empty once renamed
  UniqueFd fd_;
};

// Writes `text` to standard output. A closed pipe fails without a word.
absl::Status WriteStandardOutput(absl::string_view text);

// Makes SIGPIPE an error of write(2). Call first.
void IgnoreBrokenPipes();

}  // namespace uacced::cli

#endif  // UACCED_CLIENT_CLI_FILES_H_
