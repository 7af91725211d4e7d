// Runs `promtool check metrics` (Debian package prometheus).
#ifndef UACCED_DAEMON_METRICS_PROMTOOL_FOR_TEST_H_
#define UACCED_DAEMON_METRICS_PROMTOOL_FOR_TEST_H_

#include <string>

namespace uacced {

// What promtool says of `text`: "" when it finds nothing wrong. A promtool that
// is missing or fails is an answer too ("promtool: not found ...").
std::string PromtoolComplaints(const std::string& text);

}  // namespace uacced

#endif  // UACCED_DAEMON_METRICS_PROMTOOL_FOR_TEST_H_
