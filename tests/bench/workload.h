// A Workload is an endless supply of gRPC calls of one kind, over one channel.
#ifndef UACCED_TESTS_BENCH_WORKLOAD_H_
#define UACCED_TESTS_BENCH_WORKLOAD_H_

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace uacced::bench {

// A call slower than this has failed: a server that hangs must end the run.
inline constexpr std::chrono::seconds kCallTimeout(30);

// One call in flight at a time; started again and again.
class Call {
 public:
  virtual ~Call() = default;
  // `done` runs on a thread of gRPC; it may Start() again.
  virtual void Start(std::function<void(absl::Status)> done) = 0;
};

// Threads: NewCall() is thread-compatible; calls of one Workload may run at
//          the same time. The Workload outlives its calls.
class Workload {
 public:
  virtual ~Workload() = default;
  virtual std::unique_ptr<Call> NewCall() = 0;
  // Payload of every call, bytes.
  virtual int64_t payload_bytes() const = 0;
};

// Calls through an ordinary generated stub. Requests are used in turn.
template <typename Request, typename Response>
class UnaryWorkload final : public Workload {
 public:
  using Issue =
      std::function<void(grpc::ClientContext*, const Request*, Response*,
                         std::function<void(grpc::Status)>)>;
  // Whether a response answers a request. `sequence` counts calls from 0, for
  // checks that are too dear for each call. Thread-safe.
  using Check = std::function<absl::Status(const Request&, const Response&,
                                           uint64_t sequence)>;

  // REQUIRES: requests is not empty.
  UnaryWorkload(Issue issue, std::vector<Request> requests,
                int64_t payload_bytes, Check check)
      : issue_(std::move(issue)),
        requests_(std::move(requests)),
        payload_bytes_(payload_bytes),
        check_(std::move(check)) {}

  std::unique_ptr<Call> NewCall() override {
    return std::make_unique<TypedCall>(*this);
  }
  int64_t payload_bytes() const override { return payload_bytes_; }

 private:
  class TypedCall final : public Call {
   public:
    explicit TypedCall(UnaryWorkload& workload) : workload_(workload) {}

    void Start(std::function<void(absl::Status)> done) override {
      done_ = std::move(done);
      sequence_ = workload_.next_.fetch_add(1, std::memory_order_relaxed);
      request_ = &workload_.requests_[sequence_ % workload_.requests_.size()];
      context_.emplace();
      context_->set_deadline(std::chrono::system_clock::now() + kCallTimeout);
      workload_.issue_(&*context_, request_, &response_,
                       [this](const grpc::Status& status) { Finish(status); });
    }

   private:
    void Finish(const grpc::Status& status) {
      // Moved out first: `done` may start this call again.
      const auto done = std::move(done_);
      if (!status.ok()) {
        done(absl::Status(static_cast<absl::StatusCode>(status.error_code()),
                          absl::StrCat("call: ", status.error_message())));
        return;
      }
      done(workload_.check_(*request_, response_, sequence_));
    }

    UnaryWorkload& workload_;
    std::optional<grpc::ClientContext> context_;
    const Request* request_ = nullptr;
    Response response_;
    uint64_t sequence_ = 0;
    std::function<void(absl::Status)> done_;
  };

  const Issue issue_;
  const std::vector<Request> requests_;
  const int64_t payload_bytes_;
  const Check check_;
  std::atomic<uint64_t> next_{0};
};

}  // namespace uacced::bench

#endif  // UACCED_TESTS_BENCH_WORKLOAD_H_
