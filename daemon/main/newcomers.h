// Newcomers tells of accelerators that came after the daemon's start: nothing
// uses them until the next one.
//
// Threads: thread-compatible.
#ifndef UACCED_DAEMON_MAIN_NEWCOMERS_H_
#define UACCED_DAEMON_MAIN_NEWCOMERS_H_

#include <set>
#include <string>
#include <vector>

#include "daemon/config/config.h"

namespace uacced {

class Newcomers {
 public:
  // `written` is the configuration as it was read. What is there now is known,
  // so begin before devices are discovered.
  explicit Newcomers(const Config& written);

  // Those of `config`, after discovery, are none: they may have come since.
  void MarkUsed(const Config& config);

  // Logs those that are there now, each once, and returns them. None if the
  // configuration names the devices that it wants.
  std::vector<std::string> Look();

 private:
  std::set<std::string> roots_;
  std::set<std::string> known_;
};

}  // namespace uacced

#endif  // UACCED_DAEMON_MAIN_NEWCOMERS_H_
