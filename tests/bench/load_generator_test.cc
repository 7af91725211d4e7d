#include "tests/bench/load_generator.h"

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

#include "gtest/gtest.h"

namespace uacced::bench {
namespace {

using std::chrono::milliseconds;

// Answers from another thread, as gRPC does, with `answer` for each call.
class FakeWorkload final : public Workload {
 public:
  using Answer = std::function<absl::Status(int sequence)>;
  explicit FakeWorkload(Answer answer) : answer_(std::move(answer)) {}

  std::unique_ptr<Call> NewCall() override {
    return std::make_unique<FakeCall>(*this);
  }
  int64_t payload_bytes() const override { return 10; }
  int most_in_flight() const { return most_in_flight_; }

 private:
  // One thread for each call, so that a call may be started from its answer.
  class FakeCall final : public Call {
   public:
    explicit FakeCall(FakeWorkload& workload)
        : workload_(workload), thread_([this] { Answers(); }) {}
    ~FakeCall() override {
      Post([] { return false; });
      thread_.join();
    }
    void Start(std::function<void(absl::Status)> done) override {
      workload_.Entered();
      Post([this, done = std::move(done)] {
        const absl::Status status = workload_.answer_(workload_.sequence_++);
        --workload_.in_flight_;
        done(status);
        return true;
      });
    }

   private:
    void Post(std::function<bool()> work) {
      const std::lock_guard lock(mutex_);
      work_ = std::move(work);
      posted_.notify_one();
    }
    void Answers() {
      for (bool more = true; more;) {
        std::unique_lock lock(mutex_);
        posted_.wait(lock, [this] { return work_ != nullptr; });
        const std::function<bool()> work = std::exchange(work_, nullptr);
        lock.unlock();
        more = work();
      }
    }

    FakeWorkload& workload_;
    std::mutex mutex_;
    std::condition_variable posted_;
    std::function<bool()> work_;
    std::thread thread_;  // Last: it uses all of the above.
  };

  void Entered() {
    const int in_flight = ++in_flight_;
    int most = most_in_flight_;
    while (most < in_flight &&
           !most_in_flight_.compare_exchange_weak(most, in_flight)) {
    }
  }

  const Answer answer_;
  std::atomic<int> sequence_{0};
  std::atomic<int> in_flight_{0};
  std::atomic<int> most_in_flight_{0};
};

TEST(LoadGeneratorTest, KeepsCallsInFlightAndCountsThem) {
  FakeWorkload workload([](int) { return absl::OkStatus(); });
  const absl::StatusOr<Round> round =
      RunClosedLoop(workload, {.in_flight = 3, .duration = milliseconds(20)});
  ASSERT_TRUE(round.ok()) << round.status();
  EXPECT_GT(round->operations, 0);
  EXPECT_EQ(round->payload_bytes, 10 * round->operations);
  EXPECT_EQ(round->latencies_ns.size(), static_cast<size_t>(round->operations));
  EXPECT_GE(round->wall_ns, 20'000'000);
  EXPECT_GT(round->client_cpu_ns, 0);
  EXPECT_LE(workload.most_in_flight(), 3);
}

TEST(LoadGeneratorTest, FirstErrorEndsTheLoad) {
  FakeWorkload workload([](int sequence) {
    return sequence == 5 ? absl::DataLossError("wrong") : absl::OkStatus();
  });
  const absl::StatusOr<Round> round = RunClosedLoop(
      workload, {.in_flight = 2, .duration = std::chrono::hours(1)});
  EXPECT_EQ(round.status().code(), absl::StatusCode::kDataLoss);
}

TEST(LoadGeneratorTest, UnknownServerIsAnError) {
  FakeWorkload workload([](int) { return absl::OkStatus(); });
  EXPECT_EQ(RunClosedLoop(workload,
                          {.duration = milliseconds(1), .server_pid = 1 << 23})
                .status()
                .code(),
            absl::StatusCode::kNotFound);
}

TEST(LoadGeneratorTest, RunOnceMeasuresOrFails) {
  FakeWorkload good([](int) { return absl::OkStatus(); });
  const absl::StatusOr<int64_t> took = RunOnce(good);
  ASSERT_TRUE(took.ok()) << took.status();
  EXPECT_GT(*took, 0);
  FakeWorkload bad([](int) { return absl::UnavailableError("no"); });
  EXPECT_EQ(RunOnce(bad).status().code(), absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace uacced::bench
