#include "tests/vm/storm_client.h"

#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "client/cpp/pipeline.h"
#include "tests/vm/daemon_keys.h"

namespace uacced::vm {
namespace {

// In flight on each connection.
constexpr size_t kInFlight = 64;
// For each operation, the daemon's being away included.
constexpr absl::Duration kTimeout = absl::Seconds(180);

std::unique_ptr<client::Pipeline> Connect() {
  client::ClientOptions options = {.server = ServerOfEnvironment(),
                                   .timeout = kTimeout};
  // The daemon may be away when this client begins, too.
  options.retry.max_attempts = 1000;
  options.retry.max_backoff = absl::Milliseconds(500);
  auto pipeline = client::Pipeline::Connect(
      options, {.max_in_flight_operations = kInFlight});
  if (!pipeline.ok()) {
    std::printf("FAIL %s\n", pipeline.status().ToString().c_str());
    std::exit(1);
  }
  return *std::move(pipeline);
}

class StormClient {
 public:
  StormClient(const StormClientOptions& options, const StormPool& pool,
              const StormKeys& keys, StormCounters& counters)
      : options_(options),
        maker_(pool, keys, options.seed),
        counters_(counters),
        answers_(options.operations),
        pipeline_(Connect()) {}

  void Run(const std::atomic<bool>& stop) {
    for (uint64_t i = 0; i < options_.operations && !stop; ++i) {
      StormOperation operation = maker_.Next();
      std::visit([this, i](auto& riddle) { Send(i, riddle); }, operation);
    }
    // Answers what is in flight with CANCELLED, so it waits before.
    const uint64_t started = counters_.started;
    const absl::Time patience = absl::Now() + kTimeout + absl::Seconds(10);
    while (counters_.answered < started && absl::Now() < patience) {
      absl::SleepFor(absl::Milliseconds(10));
    }
    const client::PipelineStats stats = pipeline_->stats();
    counters_.resends = stats.resends;
    counters_.bad_results = stats.bad_results;
    for (uint64_t i = 0; i < started; ++i) {
      if (answers_[i] == 0) ++counters_.lost;
      if (answers_[i] > 1) ++counters_.twice;
    }
    // Ends before what its callbacks use, and before the report.
    pipeline_.reset();
    Report();
  }

 private:
  template <typename Request>
  void Send(uint64_t index, Riddle<Request>& riddle) {
    using Response = client::Pipeline::ResponseOf<Request>;
    counters_.bytes += riddle.request.ByteSizeLong();
    client::Pipeline::Callback<Request> done =
        [this, index, is_right = std::move(riddle.is_right)](
            const absl::StatusOr<Response>& answer) {
          Judge<Response>(index, answer, is_right);
        };
    ++counters_.started;
    while (!pipeline_->TryCallAsync(riddle.request, done)) {
      pipeline_->WaitForRoom();
    }
  }

  template <typename Response>
  void Judge(uint64_t index, const absl::StatusOr<Response>& answer,
             const std::function<bool(const Response&)>& is_right) {
    ++answers_[index];
    if (!answer.ok()) {
      ++counters_.failed;
      Note(answer.status().ToString());
    } else {
      const v1::Execution& by = answer->execution();
      if (by.path() == v1::Execution::PATH_HARDWARE && by.simulated()) {
        ++counters_.hardware;
      } else {
        ++counters_.software;
        Note(absl::StrCat("by software: ", by.fallback_reason()));
      }
      if (!is_right(*answer)) {
        ++counters_.wrong;
        Note(absl::StrCat("wrong, by ", by.device()));
      }
    }
    // Last: Run() goes on when it sees it.
    ++counters_.answered;
  }

  void Note(const std::string& what) {
    std::lock_guard<std::mutex> lock(mutex_);
    if (notes_.size() < 16 || notes_.count(what) != 0) ++notes_[what];
  }

  void Report() {
    std::lock_guard<std::mutex> lock(mutex_);
    for (const auto& [what, times] : notes_) {
      std::printf("client %d: %s (%d)\n", options_.number, what.c_str(), times);
    }
    std::fflush(stdout);
  }

  const StormClientOptions options_;
  StormMaker maker_;
  StormCounters& counters_;
  // Of each operation, how often it was answered.
  std::vector<std::atomic<uint8_t>> answers_;
  std::mutex mutex_;
  std::map<std::string, int> notes_;  // guarded by mutex_
  std::unique_ptr<client::Pipeline> pipeline_;
};

}  // namespace

void RunStormClient(const StormClientOptions& options, const StormPool& pool,
                    const StormKeys& keys, const std::atomic<bool>& stop,
                    StormCounters& counters) {
  StormClient(options, pool, keys, counters).Run(stop);
}

}  // namespace uacced::vm
