#include "daemon/metrics/promtool_for_test.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>

namespace uacced {

std::string PromtoolComplaints(const std::string& text) {
  char path[] = "/tmp/uacced_metrics_XXXXXX";
  const int fd = mkstemp(path);
  if (fd < 0) return "mkstemp failed";
  close(fd);
  std::ofstream(path) << text;
  const std::string command =
      std::string("promtool check metrics 2>&1 <") + path;
  FILE* const pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return "popen failed";
  std::string complaints;
  for (int c; (c = fgetc(pipe)) != EOF;) complaints += static_cast<char>(c);
  if (pclose(pipe) != 0) complaints += "(promtool did not end with 0)";
  unlink(path);
  return complaints;
}

}  // namespace uacced
