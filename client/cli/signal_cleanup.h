// What SIGINT, SIGTERM and SIGHUP have to tidy up before they end the process:
// a temporary file and a progress bar. The process then ends by the signal, so
// that its parent sees which one it was. Ignored signals (nohup) stay ignored.
//
// Threads: not thread-safe; there is one process and one of each thing.
#ifndef UACCED_CLIENT_CLI_SIGNAL_CLEANUP_H_
#define UACCED_CLIENT_CLI_SIGNAL_CLEANUP_H_

#include <string>

namespace uacced::cli {

// From now on a signal removes `path`. Call before the file exists.
// False: the path is too long for that.
bool RemoveOnSignal(const std::string& path);

// The file has been renamed or removed.
void KeepOnSignal();

// Whether a signal has to clear the current line of standard error.
void ClearLineOnSignal(bool clear);

}  // namespace uacced::cli

#endif  // UACCED_CLIENT_CLI_SIGNAL_CLEANUP_H_
