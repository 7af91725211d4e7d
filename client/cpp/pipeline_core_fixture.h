// For tests of the pipeline's engine: streams that the test drives by hand, and
// time that stands still until the test moves it. One thread.
#ifndef UACCED_CLIENT_CPP_PIPELINE_CORE_FIXTURE_H_
#define UACCED_CLIENT_CPP_PIPELINE_CORE_FIXTURE_H_

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "client/cpp/error.h"
#include "client/cpp/pipeline_core.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "gtest/gtest.h"
#include "uacced/v1/accelerator.pb.h"

namespace uacced::client {

class ManualTimer final : public RetryTimer {
 public:
  explicit ManualTimer(ManualClock& clock) : clock_(clock) {}
  void RunAfter(int64_t delay_ns, std::function<void()> function) override {
    waiting_.emplace(clock_.NowNs() + delay_ns, std::move(function));
  }
  void RunAllNow() override {
    while (!waiting_.empty()) RunFirst();
  }
  void Advance(absl::Duration time) {
    const int64_t end_ns = clock_.NowNs() + absl::ToInt64Nanoseconds(time);
    while (!waiting_.empty() && waiting_.begin()->first <= end_ns) {
      const int64_t due_ns = waiting_.begin()->first;
      clock_.Advance(std::max<int64_t>(0, due_ns - clock_.NowNs()));
      RunFirst();
    }
    clock_.Advance(end_ns - clock_.NowNs());
  }

 private:
  void RunFirst() {
    const auto function = std::move(waiting_.begin()->second);
    waiting_.erase(waiting_.begin());
    function();
  }

  ManualClock& clock_;
  std::multimap<int64_t, std::function<void()>> waiting_;
};

class ManualStream final : public ProcessStream {
 public:
  explicit ManualStream(std::shared_ptr<ProcessStreamEvents> events)
      : events(std::move(events)) {}

  void Start() override { started = true; }
  void Write(std::vector<SharedBytes> pieces) override {
    EXPECT_TRUE(started);
    EXPECT_FALSE(writing);
    if (ends_in_write) return Close(absl::UnavailableError("Socket closed"));
    writing = true;
    std::string whole;
    for (const SharedBytes& piece : pieces) {
      whole.append(piece.data.get(), piece.size);
    }
    v1::ProcessRequest request;
    EXPECT_TRUE(request.ParseFromString(whole));
    requests.push_back(std::move(request));
  }
  void Cancel() override {
    cancelled = true;
    CloseIfCancelled();
  }

  void FinishWrite() {
    writing = false;
    events->OnWritten();
  }
  void ReplyRaw(const std::string& message) {
    // OnClosed() must not come before this has returned.
    replying = true;
    events->OnResults(message);
    replying = false;
    CloseIfCancelled();
  }
  void Reply(const v1::ProcessResponse& response) {
    ReplyRaw(response.SerializeAsString());
  }
  // The answer of a copy operation.
  void Echo(const v1::Operation& operation) {
    v1::ProcessResponse response;
    auto* result = response.add_results();
    result->set_id(operation.id());
    result->mutable_copy()->set_output(operation.copy().input());
    Reply(response);
  }
  void FailOperation(const v1::Operation& operation,
                     const google::rpc::Status& error) {
    v1::ProcessResponse response;
    auto* result = response.add_results();
    result->set_id(operation.id());
    *result->mutable_error() = error;
    Reply(response);
  }
  void Close(const absl::Status& status) {
    closed = true;
    if (std::exchange(writing, false)) events->OnWritten();
    // May free this.
    const auto last = std::move(events);
    last->OnClosed(status);
  }
  void CloseIfCancelled() {
    if (cancelled && !replying && !closed) {
      Close(absl::CancelledError("cancelled"));
    }
  }
  const v1::Operation& operation(int message, int index) const {
    return requests.at(message).operations(index);
  }

  std::shared_ptr<ProcessStreamEvents> events;
  std::vector<v1::ProcessRequest> requests;
  bool started = false;
  bool writing = false;
  bool replying = false;
  bool ends_in_write = false;  // before it is begun
  bool cancelled = false;
  bool closed = false;
};

class ManualOpener final : public ProcessStreamOpener {
 public:
  std::shared_ptr<ProcessStream> Make(
      std::shared_ptr<ProcessStreamEvents> events) override {
    streams.push_back(std::make_shared<ManualStream>(std::move(events)));
    return streams.back();
  }
  std::vector<std::shared_ptr<ManualStream>> streams;
};

inline google::rpc::Status ErrorWith(absl::StatusCode code,
                                     const std::string& reason,
                                     int retry_ms = -1) {
  google::rpc::Status status;
  status.set_code(static_cast<int>(code));
  status.set_message("no: " + reason);
  google::rpc::ErrorInfo info;
  info.set_reason(reason);
  info.set_domain("uacced");
  status.add_details()->PackFrom(info);
  if (retry_ms >= 0) {
    google::rpc::RetryInfo retry;
    retry.mutable_retry_delay()->set_nanos(retry_ms * 1'000'000);
    status.add_details()->PackFrom(retry);
  }
  return status;
}

inline absl::Status StatusOf(const google::rpc::Status& status) {
  return MakeError(status.code(), status.message(), status.SerializeAsString());
}

class PipelineCoreFixture : public testing::Test {
 protected:
  using Answer = absl::StatusOr<v1::CopyResponse>;

  void Make(PipelineOptions pipeline = {}, ClientOptions options = {}) {
    options.clock = &clock_;
    options.retry_timer = &timer_;
    options.jitter = [] { return 1.0; };
    core_ =
        std::make_shared<PipelineCore>(std::move(options), pipeline, opener_);
  }
  void TearDown() override {
    if (core_ != nullptr) core_->Stop();
    for (const auto& [name, answers] : answers_) {
      EXPECT_EQ(answers.size(), 1u) << name;
    }
  }

  // An operation whose answer is then answers_[input].
  void Start(const std::string& input,
             absl::Duration timeout = absl::Seconds(60)) {
    Start(input, timeout, [](const Answer&) {});
  }
  void Start(const std::string& input, absl::Duration timeout,
             std::function<void(const Answer&)> then) {
    v1::CopyRequest request;
    request.set_input(input);
    if (check_crc_) SetPayloadCrc(request);
    const size_t size = request.ByteSizeLong();
    ASSERT_TRUE(core_->room().TryTake(size));
    answers_[input];
    core_->Start(MakeOperation(
                     request, size,
                     [this, input, then = std::move(then)](Answer answer) {
                       if (answer.ok()) {
                         EXPECT_EQ(answer->output(), input);
                       }
                       answers_[input].push_back(answer.status());
                       then(answer);
                     },
                     check_crc_),
                 clock_.NowNs() + absl::ToInt64Nanoseconds(timeout));
  }
  ManualStream& stream(size_t index) { return *opener_.streams.at(index); }
  // REQUIRES: it was answered.
  const absl::Status& AnswerTo(const std::string& input) {
    EXPECT_EQ(answers_[input].size(), 1u) << input;
    return answers_[input].at(0);
  }
  bool Answered(const std::string& input) { return !answers_[input].empty(); }

  bool check_crc_ = false;
  ManualClock clock_;
  ManualTimer timer_{clock_};
  ManualOpener opener_;
  std::shared_ptr<PipelineCore> core_;
  std::map<std::string, std::vector<absl::Status>> answers_;
};

}  // namespace uacced::client

#endif  // UACCED_CLIENT_CPP_PIPELINE_CORE_FIXTURE_H_
