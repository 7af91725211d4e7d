#include "base/log.h"

#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace uacced {
namespace {

std::atomic<LogLevel> g_level{LogLevel::kInfo};

struct LevelNames {
  char letter;
  const char* journal_prefix;
};

constexpr LevelNames Names(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return {'D', "<7>"};
    case LogLevel::kInfo:
      return {'I', "<6>"};
    case LogLevel::kWarning:
      return {'W', "<4>"};
    case LogLevel::kError:
      return {'E', "<3>"};
  }
  return {'?', "<3>"};
}

// systemd tells the device and inode of the journal's pipe; they match only if
// stderr was not redirected since.
bool StderrIsJournal() {
  const char* stream = std::getenv("JOURNAL_STREAM");
  struct stat stderr_stat;
  if (stream == nullptr || fstat(STDERR_FILENO, &stderr_stat) != 0) {
    return false;
  }
  return absl::StrFormat("%d:%d", stderr_stat.st_dev, stderr_stat.st_ino) ==
         stream;
}

bool IsPlain(absl::string_view value) {
  if (value.empty()) return false;
  for (const char c : value) {
    if (c <= ' ' || c == '"' || c == '\\' || c == '=' || c == 0x7f) {
      return false;
    }
  }
  return true;
}

}  // namespace

void SetLogLevel(LogLevel level) { g_level = level; }

std::string FormatLogLine(LogLevel level, absl::string_view component,
                          absl::string_view message,
                          std::initializer_list<LogField> fields) {
  std::string line;
  absl::StrAppendFormat(&line, "%c %s %s", Names(level).letter, component,
                        absl::CEscape(message));
  for (const LogField& field : fields) {
    if (IsPlain(field.value)) {
      absl::StrAppend(&line, " ", field.key, "=", field.value);
    } else {
      absl::StrAppend(&line, " ", field.key, "=\"", absl::CEscape(field.value),
                      "\"");
    }
  }
  return line;
}

void Log(LogLevel level, absl::string_view component, absl::string_view message,
         std::initializer_list<LogField> fields) {
  if (level < g_level.load(std::memory_order_relaxed)) return;
  static const bool journal = StderrIsJournal();
  std::string line = journal
                         ? std::string(Names(level).journal_prefix)
                         : absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ ",
                                            absl::Now(), absl::UTCTimeZone());
  line += FormatLogLine(level, component, message, fields);
  line += '\n';
  // A log that cannot be written has nowhere to complain.
  [[maybe_unused]] const ssize_t written =
      write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace uacced
