// A progress bar on a terminal: one line, drawn over itself.
//
// Units:   bytes; times in Clock nanoseconds.
// Threads: thread-compatible.
#ifndef UACCED_CLIENT_CLI_PROGRESS_H_
#define UACCED_CLIENT_CLI_PROGRESS_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "base/clock.h"

namespace uacced::cli {

struct ProgressFacts {
  uint64_t done_bytes;
  std::optional<uint64_t> total_bytes;  // nothing: not known
  double bytes_per_second;
  double elapsed_seconds;
};

// At most `columns` characters: bytes, percentage, bar, rate and time left;
// what does not fit is left out, the bar first.
std::string ProgressLine(const ProgressFacts& facts, size_t columns);

class Progress {
 public:
  // Draws on `fd` from one second after this on. `clock` is borrowed.
  Progress(int fd, std::optional<uint64_t> total_bytes, const Clock& clock);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  // Clears the line.
  ~Progress();

  // Whether a bar on standard error can be seen and bothers nobody: it is a
  // terminal that can move its cursor.
  static bool IsPossible();

  // Call about as often as the line shall change.
  void Update(uint64_t done_bytes);

 private:
  struct Sample {
    int64_t time_ns;
    uint64_t done_bytes;
  };

  const int fd_;
  const std::optional<uint64_t> total_bytes_;
  const Clock& clock_;
  const int64_t start_ns_;
  std::deque<Sample> samples_;  // of the last seconds, for the rate
  bool drawn_ = false;
};

}  // namespace uacced::cli

#endif  // UACCED_CLIENT_CLI_PROGRESS_H_
