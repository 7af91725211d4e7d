// A file that appears complete or not at all.
//
// Threads: not thread-safe: one output at a time, as signal handlers remove it.
// Errors:  texts begin with the file's name and need no prefix. A closed pipe
//          fails without a word.
#ifndef UACCED_CLIENT_CLI_OUTPUT_FILE_H_
#define UACCED_CLIENT_CLI_OUTPUT_FILE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/unique_fd.h"

namespace uacced::cli {

// It is written beside `path` as ".uaccectl.<random>" and renamed by Commit().
// Without Commit(), and on SIGINT, SIGTERM and SIGHUP, the temporary file is
// removed. Standard output ("-") and what is not a regular file, such as
// /dev/null or a FIFO, is written in place: there what Append() was given
// stays. A symbolic link stays one: the file it names is replaced.
class OutputFile {
 public:
  // A new file's mode follows the umask, an old one's mode is kept.
  static absl::StatusOr<std::unique_ptr<OutputFile>> Open(
      const std::string& path);

  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  ~OutputFile();

  bool IsTerminal() const;

  // True when what has been written cannot be taken back.
  bool IsWrittenInPlace() const { return path_.empty(); }

  // Bytes given to Append() so far.
  uint64_t written_bytes() const { return written_bytes_; }

  // Where it is written now.
  int fd() const;

  absl::Status Append(absl::string_view data);

  // Takes back all that was given to Append(). False: it is written in place.
  bool Discard();

  // Closes the file and makes it visible. Once, after the last Append().
  absl::Status Commit();

 private:
  OutputFile() = default;
  absl::Status OpenTemporary();

  std::string name_;            // as the user gave it, for messages
  std::string path_;            // links resolved; empty: written in place
  std::string temporary_path_;  // empty once renamed
  UniqueFd fd_;
  uint64_t written_bytes_ = 0;
};

// Writes `text` to standard output.
absl::Status WriteStandardOutput(absl::string_view text);

// Makes SIGPIPE an error of write(2). Call first.
void IgnoreBrokenPipes();

}  // namespace uacced::cli

#endif  // UACCED_CLIENT_CLI_OUTPUT_FILE_H_
