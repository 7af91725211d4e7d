// What a process has used, as the kernel counts it.
//
// Units:   nanoseconds of processor time (user and system), bytes of memory.
// Threads: thread-safe.
#ifndef UACCED_TESTS_BENCH_CPU_TIME_H_
#define UACCED_TESTS_BENCH_CPU_TIME_H_

#include <sys/types.h>

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace uacced::bench {

// Of all threads of process `pid` since its start; pid 0 is this process.
// NOT_FOUND: there is no such process.
absl::StatusOr<int64_t> ProcessCpuNs(pid_t pid);

// Of this process's threads of that name (at most 15 characters). NOT_FOUND:
// there is none.
absl::StatusOr<int64_t> ThreadCpuNs(absl::string_view name);

// Resident memory now, shared pages of libraries included (VmRSS).
absl::StatusOr<int64_t> ResidentBytes(pid_t pid);

}  // namespace uacced::bench

#endif  // UACCED_TESTS_BENCH_CPU_TIME_H_
