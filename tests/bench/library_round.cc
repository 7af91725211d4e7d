#include "tests/bench/library_round.h"

#include "base/clock.h"
#include "base/status_macros.h"
#include "tests/bench/cpu_time.h"

namespace uacced::bench {

absl::StatusOr<Round> RunLibrary(LibraryCodec& codec,
                                 const std::vector<std::string>& blocks,
                                 std::chrono::nanoseconds duration) {
  const MonotonicClock clock;
  Round round;
  UACCED_ASSIGN_OR_RETURN(const int64_t cpu, ProcessCpuNs(0));
  const int64_t start = clock.NowNs();
  const int64_t end = start + duration.count();
  int64_t now = start;
  for (size_t i = 0; now < end; i = (i + 1) % blocks.size()) {
    if (codec.Run(blocks[i]).empty()) {
      return absl::InternalError("the library failed");
    }
    ++round.operations;
    round.payload_bytes += static_cast<int64_t>(blocks[i].size());
    now = clock.NowNs();
  }
  round.wall_ns = now - start;
  UACCED_ASSIGN_OR_RETURN(const int64_t cpu_end, ProcessCpuNs(0));
  round.client_cpu_ns = cpu_end - cpu;
  return round;
}

}  // namespace uacced::bench
