// Structured log lines on stderr:
//
//   2026-11-22T09:00:00.123Z I reactor queue isolated device=cpu tag=7
//
// Under systemd (JOURNAL_STREAM names stderr) the time is left out and a
// priority prefix "<4>" is put in, as sd-daemon(3) describes.
//
// Threads: thread-safe; each line is one write(2). Not for the polling thread.
#ifndef UACCED_BASE_LOG_H_
#define UACCED_BASE_LOG_H_

#include <initializer_list>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace uacced {

enum class LogLevel { kDebug, kInfo, kWarning, kError };

// One key=value. Values with spaces, quotes or control bytes are quoted and
// escaped, so that a client's text can never forge a line.
struct LogField {
  LogField(absl::string_view key, const absl::AlphaNum& value)
      : key(key), value(value.Piece()) {}
  absl::string_view key;
  std::string value;
};

// Lines below `level` are dropped. Default kInfo.
void SetLogLevel(LogLevel level);

// REQUIRES: `component` and keys are literals of a-z and _.
void Log(LogLevel level, absl::string_view component, absl::string_view message,
         std::initializer_list<LogField> fields = {});

// Formats as Log() writes, without time and prefix.
std::string FormatLogLine(LogLevel level, absl::string_view component,
                          absl::string_view message,
                          std::initializer_list<LogField> fields);

}  // namespace uacced

#endif  // UACCED_BASE_LOG_H_
