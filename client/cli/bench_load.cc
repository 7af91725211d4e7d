#include "client/cli/bench_load.h"

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>

#include "absl/strings/str_cat.h"
#include "base/clock.h"

namespace uacced::cli {
namespace {

// What all slots share.
struct Shared {
  BenchWork& work;
  LatencyHistogram& latencies;
  const MonotonicClock clock;
  std::atomic<uint64_t> next_block = 0;
  std::atomic<uint64_t> right = 0;
  std::atomic<bool> stop = false;

  std::mutex mutex;
  std::condition_variable idle;
  // Guarded by mutex.
  uint64_t errors = 0;
  uint64_t wrong = 0;
  std::string first_error;
  uint32_t running = 0;  // slots
};

class Slot final : public BenchSlot {
 public:
  Slot(Shared& shared, const BenchConnection& connection)
      : shared_(shared), connection_(connection) {}

  // One operation after the other until it is time to stop. An operation that
  // ends within Send() is followed by another turn of the loop, not by a
  // deeper call.
  void Run() {
    do {
      if (shared_.stop.load(std::memory_order_relaxed)) return Retire();
      state_.store(State::kSending);
      start_ns_ = shared_.clock.NowNs();
      const uint64_t block =
          shared_.next_block.fetch_add(1, std::memory_order_relaxed);
      shared_.work.Send(connection_, block % shared_.work.block_count(), *this);
    } while (state_.exchange(State::kSent) == State::kEnded);
  }

  void Answered(const absl::Status& status) override {
    if (status.ok()) {
      shared_.latencies.Record(shared_.clock.NowNs() - start_ns_);
      return;
    }
    Count(status, shared_.errors);
    End();
  }

  void Checked(const absl::Status& verdict) override {
    if (verdict.ok()) {
      shared_.right.fetch_add(1, std::memory_order_relaxed);
    } else {
      Count(verdict,
            absl::IsDataLoss(verdict) ? shared_.wrong : shared_.errors);
    }
    End();
  }

 private:
  enum class State : uint8_t { kSending, kSent, kEnded };

  void End() {
    if (state_.exchange(State::kEnded) == State::kSent) Run();
  }

  void Count(const absl::Status& error, uint64_t& counter) {
    std::lock_guard<std::mutex> lock(shared_.mutex);
    ++counter;
    if (shared_.first_error.empty()) {
      shared_.first_error = std::string(error.message());
      if (shared_.first_error.empty()) {
        shared_.first_error = absl::StatusCodeToString(error.code());
      }
    }
  }

  void Retire() {
    std::lock_guard<std::mutex> lock(shared_.mutex);
    if (--shared_.running == 0) shared_.idle.notify_one();
  }

  Shared& shared_;
  const BenchConnection& connection_;
  int64_t start_ns_ = 0;  // of the operation in flight
  std::atomic<State> state_ = State::kSent;
};

}  // namespace

BenchCounts RunLoad(BenchWork& work,
                    const std::vector<BenchConnection>& connections,
                    uint32_t in_flight, const std::function<void()>& wait,
                    LatencyHistogram& latencies) {
  Shared shared{work, latencies};
  shared.running = in_flight;
  std::vector<std::unique_ptr<Slot>> slots;
  for (uint32_t i = 0; i < in_flight; ++i) {
    slots.push_back(
        std::make_unique<Slot>(shared, connections[i % connections.size()]));
  }
  const int64_t start_ns = shared.clock.NowNs();
  for (const auto& slot : slots) slot->Run();
  wait();
  shared.stop.store(true);
  std::unique_lock<std::mutex> lock(shared.mutex);
  shared.idle.wait(lock, [&] { return shared.running == 0; });
  const int64_t taken_ns = shared.clock.NowNs() - start_ns;
  return {shared.right.load(), shared.errors, shared.wrong, shared.first_error,
          static_cast<double>(taken_ns) / 1e9};
}

}  // namespace uacced::cli
