#include "tests/bench/stream_load.h"

#include <grpcpp/generic/generic_stub.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "base/status_macros.h"
#include "tests/bench/cpu_time.h"
#include "tests/bench/workload.h"

namespace uacced::bench {
namespace {

class StreamLoop final
    : public grpc::ClientBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  StreamLoop(const StreamWorkload& workload, int in_flight,
             std::chrono::nanoseconds lifetime)
      : workload_(workload), stub_(workload.channel), credits_(in_flight) {
    for (const std::string& message : workload.messages) {
      const grpc::Slice slice(message);
      messages_.emplace_back(&slice, 1);
    }
    context_.set_deadline(std::chrono::system_clock::now() + lifetime +
                          kCallTimeout);
    stub_.PrepareBidiStreamingCall(&context_, workload.method,
                                   grpc::StubOptions(), this);
  }

  void Start() {
    AddHold();  // Writes start from reads' reactions too.
    StartCall();
    StartRead(&response_);
    Write();
  }

  void OnReadDone(bool ok) override {
    if (!ok) return;
    absl::StatusOr<int> count = workload_.count_results(response_);
    if (!count.ok()) {
      Fail(count.status());
      context_.TryCancel();
      return;
    }
    Account(*count);
    StartRead(&response_);
    Write();
  }
  void OnWriteDone(bool ok) override {
    {
      const std::lock_guard lock(mutex_);
      writing_ = false;
    }
    if (ok) {
      Write();
    } else {
      EndWrites();
    }
  }
  void OnDone(const grpc::Status& status) override {
    const std::lock_guard lock(mutex_);
    if (error_.ok() && !status.ok()) {
      error_ = absl::Status(static_cast<absl::StatusCode>(status.error_code()),
                            absl::StrCat("stream: ", status.error_message()));
    }
    done_ = true;
    changed_.notify_all();
  }

  void Measure(bool on) {
    const std::lock_guard lock(mutex_);
    measuring_ = on;
  }
  void Run(std::chrono::nanoseconds duration) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, duration, [this] { return !error_.ok() || done_; });
  }
  // Ends the stream, having read every answer.
  absl::Status Drain() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    Write();
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return done_; });
    if (error_.ok() && !sent_at_ns_.empty()) {
      error_ = absl::DataLossError("the stream ended with answers missing");
    }
    return error_;
  }
  std::vector<int64_t> TakeLatencies() { return std::move(latencies_ns_); }
  int64_t operations() const { return operations_; }

 private:
  void Write() {
    std::unique_lock lock(mutex_);
    if (writing_ || writes_ended_) return;
    if (stopping_ || !error_.ok()) {
      lock.unlock();
      EndWrites();
      return;
    }
    if (credits_ == 0) return;
    --credits_;
    writing_ = true;
    sent_at_ns_.push_back(clock_.NowNs());
    grpc::ByteBuffer& next = messages_[next_++ % messages_.size()];
    lock.unlock();
    StartWrite(&next);
  }
  void EndWrites() {
    {
      const std::lock_guard lock(mutex_);
      if (std::exchange(writes_ended_, true)) return;
    }
    StartWritesDone();
    RemoveHold();
  }
  void Account(int results) {
    const std::lock_guard lock(mutex_);
    if (measuring_) operations_ += results;
    unaccounted_ += results;
    const int64_t now_ns = clock_.NowNs();
    while (unaccounted_ >= workload_.operations_per_message &&
           !sent_at_ns_.empty()) {
      unaccounted_ -= workload_.operations_per_message;
      if (measuring_) latencies_ns_.push_back(now_ns - sent_at_ns_.front());
      sent_at_ns_.pop_front();
      ++credits_;
    }
  }
  void Fail(const absl::Status& status) {
    const std::lock_guard lock(mutex_);
    if (error_.ok()) error_ = status;
    changed_.notify_all();
  }

  const StreamWorkload& workload_;
  const MonotonicClock clock_;
  grpc::GenericStub stub_;
  grpc::ClientContext context_;
  std::vector<grpc::ByteBuffer> messages_;
  grpc::ByteBuffer response_;

  std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_.
  int credits_;
  size_t next_ = 0;
  bool writing_ = false;
  bool writes_ended_ = false;
  bool stopping_ = false;
  bool measuring_ = false;
  bool done_ = false;
  int unaccounted_ = 0;
  int64_t operations_ = 0;
  std::deque<int64_t> sent_at_ns_;
  std::vector<int64_t> latencies_ns_;
  absl::Status error_;
};

}  // namespace

absl::StatusOr<Round> RunStreamLoop(const StreamWorkload& workload,
                                    const LoadOptions& options) {
  const MonotonicClock clock;
  StreamLoop loop(workload, options.in_flight,
                  options.warm_up + options.duration);
  loop.Start();
  loop.Run(options.warm_up);
  UACCED_ASSIGN_OR_RETURN(const int64_t client_cpu, ProcessCpuNs(0));
  UACCED_ASSIGN_OR_RETURN(const int64_t server_cpu,
                          ProcessCpuNs(options.server_pid));
  const int64_t start = clock.NowNs();
  loop.Measure(true);
  loop.Run(options.duration);
  loop.Measure(false);
  Round round;
  round.wall_ns = clock.NowNs() - start;
  UACCED_ASSIGN_OR_RETURN(const int64_t client_cpu_end, ProcessCpuNs(0));
  UACCED_ASSIGN_OR_RETURN(const int64_t server_cpu_end,
                          ProcessCpuNs(options.server_pid));
  UACCED_RETURN_IF_ERROR(loop.Drain());
  round.client_cpu_ns = client_cpu_end - client_cpu;
  round.server_cpu_ns = server_cpu_end - server_cpu;
  round.latencies_ns = loop.TakeLatencies();
  round.operations = loop.operations();
  round.payload_bytes = round.operations * workload.payload_bytes_per_operation;
  return round;
}

}  // namespace uacced::bench
