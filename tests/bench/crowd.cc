#include "tests/bench/crowd.h"

#include <grpcpp/grpcpp.h>
#include <sys/resource.h>

#include <cerrno>
#include <chrono>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "base/errno_status.h"

namespace uacced::bench {
namespace {

constexpr std::chrono::seconds kConnectTimeout(30);

std::shared_ptr<grpc::Channel> NewChannel(const std::string& address) {
  grpc::ChannelArguments arguments;
  // Channels to one server share a connection otherwise.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 100);
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(),
                                   arguments);
}

}  // namespace

absl::Status AllowDescriptors(uint64_t count) {
  rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
    return ErrnoStatus(errno, "getrlimit");
  }
  if (limit.rlim_cur >= count) return absl::OkStatus();
  if (limit.rlim_max < count) {
    return absl::FailedPreconditionError(
        absl::StrCat("only ", limit.rlim_max, " file descriptors of ", count,
                     " are allowed: raise the hard limit (ulimit -Hn)"));
  }
  limit.rlim_cur = count;
  return setrlimit(RLIMIT_NOFILE, &limit) == 0
             ? absl::OkStatus()
             : ErrnoStatus(errno, "setrlimit");
}

class Crowd::CountedCall final : public Call {
 public:
  CountedCall(std::unique_ptr<Call> call, Crowd& crowd)
      : call_(std::move(call)), crowd_(crowd) {}

  void Start(std::function<void(absl::Status)> done) override {
    crowd_.asked_.fetch_add(1, std::memory_order_relaxed);
    call_->Start([this, done = std::move(done)](absl::Status status) {
      if (status.ok()) {
        crowd_.answered_.fetch_add(1, std::memory_order_relaxed);
      }
      done(std::move(status));
    });
  }

 private:
  const std::unique_ptr<Call> call_;
  Crowd& crowd_;
};

absl::StatusOr<std::unique_ptr<Crowd>> Crowd::Connect(
    const std::string& address, int count, const NewWorkload& new_workload) {
  auto crowd = absl::WrapUnique(new Crowd);
  const auto give_up = std::chrono::system_clock::now() + kConnectTimeout;
  // One by one: a thousand at once are more than a listen queue holds.
  for (int i = 0; i < count; ++i) {
    std::shared_ptr<grpc::Channel> channel = NewChannel(address);
    if (!channel->WaitForConnected(give_up)) {
      return absl::UnavailableError(
          absl::StrCat("connection ", i + 1, " of ", count, " to ", address));
    }
    std::unique_ptr<Workload> workload = new_workload(channel);
    crowd->members_.push_back({std::move(channel), std::move(workload)});
  }
  return crowd;
}

std::unique_ptr<Call> Crowd::NewCall() {
  Member& member = members_[next_++ % members_.size()];
  return std::make_unique<CountedCall>(member.workload->NewCall(), *this);
}

int64_t Crowd::payload_bytes() const {
  return members_.front().workload->payload_bytes();
}

}  // namespace uacced::bench
