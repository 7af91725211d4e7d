// Many clients of one server, each with a connection of its own and one call at
// a time.
//
// Threads: thread-compatible.
#ifndef UACCED_TESTS_BENCH_CROWD_H_
#define UACCED_TESTS_BENCH_CROWD_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "grpcpp/channel.h"
#include "tests/bench/workload.h"

namespace uacced::bench {

// Lets this process, and the servers that it starts from now on, have `count`
// descriptors. FAILED_PRECONDITION: the hard limit is lower.
absl::Status AllowDescriptors(uint64_t count);

// A workload whose calls, one NewCall() after the other, go to one connection
// each, round and round; counts what was asked and answered. Give its calls to
// a loop with connections() in flight to have all of them at work.
class Crowd final : public Workload {
 public:
  using NewWorkload = std::function<std::unique_ptr<Workload>(
      const std::shared_ptr<grpc::Channel>&)>;

  // Connects `count` times to `address`. UNAVAILABLE: one was not connected in
  // time. REQUIRES: count > 0.
  static absl::StatusOr<std::unique_ptr<Crowd>> Connect(
      const std::string& address, int count, const NewWorkload& new_workload);

  std::unique_ptr<Call> NewCall() override;
  int64_t payload_bytes() const override;
  int connections() const { return static_cast<int>(members_.size()); }

  // Of all connections together. Equal when no call is in flight, unless
  // one was lost.
  uint64_t asked() const { return asked_.load(); }
  uint64_t answered() const { return answered_.load(); }

 private:
  class CountedCall;
  struct Member {
    std::shared_ptr<grpc::Channel> channel;
    std::unique_ptr<Workload> workload;
  };

  Crowd() = default;

  std::vector<Member> members_;
  size_t next_ = 0;
  std::atomic<uint64_t> asked_{0};
  std::atomic<uint64_t> answered_{0};
};

}  // namespace uacced::bench

#endif  // UACCED_TESTS_BENCH_CROWD_H_
