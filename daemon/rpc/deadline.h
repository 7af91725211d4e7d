// Deadlines of calls on the daemon's own clock.
#ifndef UACCED_DAEMON_RPC_DEADLINE_H_
#define UACCED_DAEMON_RPC_DEADLINE_H_

#include <grpc/support/time.h>
#include <grpcpp/server_context.h>

#include <cstdint>

#include "base/clock.h"

namespace uacced {

// kInfiniteFutureNs when the call has none worth the name.
inline int64_t DeadlineNs(const grpc::CallbackServerContext& context,
                          int64_t now_ns) {
  // A client may ask for millennia, which nanoseconds in 64 bits do not hold.
  constexpr int64_t kMaxDeadlineS = int64_t{100} * 365 * 24 * 3600;
  const gpr_timespec deadline = context.raw_deadline();
  const gpr_timespec left =
      gpr_time_sub(deadline, gpr_now(deadline.clock_type));
  if (left.tv_sec > kMaxDeadlineS) return kInfiniteFutureNs;
  // One that has passed needs no more precision than that.
  if (left.tv_sec < 0) return now_ns;
  return now_ns + left.tv_sec * 1'000'000'000 + left.tv_nsec;
}

}  // namespace uacced

#endif  // UACCED_DAEMON_RPC_DEADLINE_H_
