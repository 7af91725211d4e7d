// copy: pieces of the input through Accelerator.Process, several in flight,
// written in their order.
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include "base/status_macros.h"
#include "client/cli/input_file.h"
#include "client/cli/output_file.h"
#include "client/cli/session.h"
#include "client/cli/transfer.h"
#include "client/cpp/pipeline.h"

namespace uacced::cli {
namespace {

using Answer = absl::StatusOr<v1::CopyResponse>;

// With pieces of kPieceBytes 8 MiB on their way.
constexpr size_t kMostInFlight = 16;

// Answers to come, in the order of their requests. One thread pushes, another
// one pops.
class Window {
 public:
  // Waits for room. False: stopped.
  bool Push(std::future<Answer> answer) {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock,
                  [this] { return stop_ || answers_.size() < kMostInFlight; });
    if (stop_) return false;
    answers_.push_back(std::move(answer));
    changed_.notify_one();
    return true;
  }

  // Waits for the next one. An invalid one: there are no more.
  std::future<Answer> Pop() {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [this] { return stop_ || !answers_.empty(); });
    if (answers_.empty()) return {};
    std::future<Answer> answer = std::move(answers_.front());
    answers_.pop_front();
    changed_.notify_one();
    return answer;
  }

  // What was pushed can still be popped.
  void Stop() {
    std::lock_guard<std::mutex> lock(mutex_);
    stop_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_.
  std::deque<std::future<Answer>> answers_;
  bool stop_ = false;
};

// Sends the input; an empty one as one empty piece.
absl::Status Feed(client::Pipeline& pipeline, v1::ExecutionMode mode,
                  InputFile& input, Window& window, Meter& meter) {
  for (bool first = true;; first = false) {
    v1::CopyRequest request;
    request.set_mode(mode);
    UACCED_ASSIGN_OR_RETURN(const bool more,
                            input.Read(kPieceBytes, *request.mutable_input()));
    if (!more && !first) return absl::OkStatus();
    const size_t piece_bytes = request.input().size();
    auto promise = std::make_shared<std::promise<Answer>>();
    if (!window.Push(promise->get_future())) return absl::OkStatus();
    pipeline.CallAsync<v1::CopyRequest>(
        std::move(request),
        [promise](Answer answer) { promise->set_value(std::move(answer)); });
    meter.Add(piece_bytes);
    if (!more) return absl::OkStatus();
  }
}

void AddExecution(const v1::Execution& execution, v1::StreamSummary& summary) {
  for (v1::Execution& known : *summary.mutable_executions()) {
    if (known.device() != execution.device()) continue;
    known.set_queue_wait_ns(known.queue_wait_ns() + execution.queue_wait_ns());
    known.set_service_time_ns(known.service_time_ns() +
                              execution.service_time_ns());
    return;
  }
  *summary.add_executions() = execution;
}

// Writes the answers in their order, until their end or the first error.
absl::Status Drain(const Session& session, Window& window,
                   absl::string_view name, OutputFile& out,
                   v1::StreamSummary& summary) {
  while (true) {
    std::future<Answer> next = window.Pop();
    if (!next.valid()) break;
    const Answer answer = next.get();
    if (!answer.ok()) return session.DescribeFor(name)(answer.status());
    UACCED_RETURN_IF_ERROR(out.Append(answer->output()));
    AddExecution(answer->execution(), summary);
    summary.set_block_count(summary.block_count() + 1);
  }
  summary.set_input_bytes(out.written_bytes());
  summary.set_output_bytes(out.written_bytes());
  return absl::OkStatus();
}

}  // namespace

absl::Status RunCopy(const Session& session) {
  const Options& options = session.options;
  UACCED_ASSIGN_OR_RETURN(auto out, OutputFile::Open(options.output));
  UACCED_ASSIGN_OR_RETURN(const auto input,
                          InputFile::Open(options.arguments[0]));
  UACCED_RETURN_IF_ERROR(CheckDistinct(*input, *out));
  UACCED_ASSIGN_OR_RETURN(const auto pipeline,
                          client::Pipeline::Connect(session.client_options));
  Window window;
  v1::StreamSummary summary;
  absl::Status fed, drained;
  {
    Meter meter(options, *input, out.get());
    std::thread feeder([&] {
      fed = Feed(*pipeline, options.mode, *input, window, meter);
      window.Stop();
    });
    drained = Drain(session, window, input->name(), *out, summary);
    if (!drained.ok()) {
      window.Stop();
      input->Interrupt();
    }
    feeder.join();
  }
  if (!drained.ok()) return OutputFailed(drained, *out);
  if (!fed.ok()) return OutputFailed(fed, *out);
  UACCED_RETURN_IF_ERROR(out->Commit());
  ReportSummary(options, summary, {.name = std::string(input->name())});
  return absl::OkStatus();
}

}  // namespace uacced::cli
