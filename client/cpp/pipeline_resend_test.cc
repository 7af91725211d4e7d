// What becomes of operations when streams end.
#include <atomic>
#include <condition_variable>
#include <deque>
#include <random>
#include <thread>

#include "client/cpp/pipeline_core_fixture.h"

namespace uacced::client {
namespace {

constexpr auto kUnavailable = absl::StatusCode::kUnavailable;

class PipelineResendTest : public PipelineCoreFixture {};

TEST_F(PipelineResendTest, UnansweredOperationsAreSentAgainInOrder) {
  Make();
  for (const char* input : {"a", "b", "c", "d"}) Start(input);
  stream(0).FinishWrite();
  Start("e");
  stream(0).Echo(stream(0).operation(1, 1));  // c
  stream(0).Close(StatusOf(ErrorWith(kUnavailable, "STREAM_AGE")));
  timer_.Advance(absl::ZeroDuration());  // there was progress: at once
  ASSERT_EQ(opener_.streams.size(), 2u);
  ASSERT_EQ(stream(1).requests.size(), 1u);
  std::string order;
  for (const auto& operation : stream(1).requests[0].operations()) {
    order += operation.copy().input();
  }
  EXPECT_EQ(order, "abde");
  EXPECT_EQ(core_->stats().resends, 4u);
  for (const auto& operation : stream(1).requests[0].operations()) {
    stream(1).Echo(operation);
  }
  for (const char* input : {"a", "b", "c", "d", "e"}) {
    EXPECT_TRUE(AnswerTo(input).ok());
  }
}

TEST_F(PipelineResendTest, TheBackOffGrowsUntilThereIsProgress) {
  Make();
  Start("first");
  stream(0).Echo(stream(0).operation(0, 0));
  stream(0).FinishWrite();
  Start("a");
  stream(0).Close(absl::UnavailableError("Socket closed"));
  timer_.Advance(absl::ZeroDuration());
  ASSERT_EQ(opener_.streams.size(), 2u);
  // More often than max_attempts, as the daemon was there once.
  size_t streams = 2;
  for (const int backoff_ms : {100, 200, 400, 800, 1600, 3200, 5000, 5000}) {
    stream(streams - 1).Close(absl::UnavailableError("connect failed"));
    timer_.Advance(absl::Milliseconds(backoff_ms - 1));
    ASSERT_EQ(opener_.streams.size(), streams);
    timer_.Advance(absl::Milliseconds(1));
    ASSERT_EQ(opener_.streams.size(), ++streams);
  }
  stream(streams - 1).FinishWrite();
  stream(streams - 1).Echo(stream(streams - 1).operation(0, 0));
  EXPECT_TRUE(AnswerTo("a").ok());
  Start("b");
  stream(streams - 1).Close(absl::UnavailableError("Socket closed"));
  timer_.Advance(absl::ZeroDuration());
  stream(streams).Close(absl::UnavailableError("connect failed"));
  timer_.Advance(absl::Milliseconds(100));
  EXPECT_EQ(opener_.streams.size(), streams + 2);
}

TEST_F(PipelineResendTest, AfterATryInVainOneGoesAheadOfTheRest) {
  Make();
  for (const char* input : {"a", "b", "c"}) Start(input);
  stream(0).FinishWrite();
  stream(0).Close(absl::UnavailableError("Socket closed"));
  for (size_t i = 1; i < 4; ++i) {
    timer_.Advance(absl::Seconds(1));
    ASSERT_EQ(opener_.streams.size(), i + 1);
    stream(i).FinishWrite();
    ASSERT_EQ(stream(i).requests.size(), 1u);
    ASSERT_EQ(stream(i).requests[0].operations_size(), 1);
    EXPECT_EQ(stream(i).operation(0, 0).copy().input(), "a");
    if (i < 3) stream(i).Close(absl::UnavailableError("connect failed"));
  }
  EXPECT_EQ(core_->stats().resends, 5u);  // of three, and twice of one
  stream(3).Echo(stream(3).operation(0, 0));
  ASSERT_EQ(stream(3).requests.size(), 2u);
  ASSERT_EQ(stream(3).requests[1].operations_size(), 2);
  stream(3).FinishWrite();
  for (const auto& operation : stream(3).requests[1].operations()) {
    stream(3).Echo(operation);
  }
  for (const char* input : {"a", "b", "c"}) EXPECT_TRUE(AnswerTo(input).ok());
}

// Its deadline does not take the others' turn.
TEST_F(PipelineResendTest, TheOneAheadMayExpire) {
  Make();
  Start("a", absl::Seconds(2));
  Start("b");
  stream(0).FinishWrite();
  stream(0).Close(absl::UnavailableError("connect failed"));
  timer_.Advance(absl::Seconds(1));
  ASSERT_EQ(stream(1).requests.size(), 1u);
  stream(1).FinishWrite();
  timer_.Advance(absl::Seconds(2));
  EXPECT_EQ(AnswerTo("a").code(), absl::StatusCode::kDeadlineExceeded);
  ASSERT_EQ(stream(1).requests.size(), 2u);
  stream(1).FinishWrite();
  EXPECT_EQ(stream(1).operation(1, 0).copy().input(), "b");
  stream(1).Echo(stream(1).operation(1, 0));
  EXPECT_TRUE(AnswerTo("b").ok());
}

TEST_F(PipelineResendTest, TheDeadlineEndsWaitingForADaemonAndSaysWhy) {
  Make();
  Start("first");
  stream(0).Echo(stream(0).operation(0, 0));
  stream(0).FinishWrite();
  Start("a", absl::Seconds(1));
  stream(0).Close(absl::UnavailableError("Socket closed"));
  for (size_t i = 1; !Answered("a"); ++i) {
    timer_.Advance(absl::Seconds(1));
    if (i < opener_.streams.size()) {
      stream(i).Close(absl::UnavailableError("connect failed"));
    }
  }
  EXPECT_EQ(AnswerTo("a").code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_NE(AnswerTo("a").message().find("closed"), absl::string_view::npos)
      << AnswerTo("a");
}

TEST_F(PipelineResendTest, WithoutADaemonFromTheStartAttemptsAreCounted) {
  Make();
  Start("a");
  for (size_t i = 0; i < 5; ++i) {
    ASSERT_EQ(opener_.streams.size(), i + 1);
    EXPECT_FALSE(Answered("a"));
    stream(i).Close(absl::UnavailableError("connect failed"));
    timer_.Advance(absl::Seconds(2));
  }
  EXPECT_EQ(AnswerTo("a").code(), kUnavailable);
  EXPECT_EQ(opener_.streams.size(), 5u);
}

TEST_F(PipelineResendTest, AStreamThatIsGoneBeforeTheWriteBlocksNothing) {
  Make();
  Start("first");
  stream(0).FinishWrite();
  stream(0).Echo(stream(0).operation(0, 0));
  stream(0).ends_in_write = true;
  Start("a");
  timer_.Advance(absl::ZeroDuration());
  ASSERT_EQ(opener_.streams.size(), 2u);
  ASSERT_EQ(stream(1).requests.size(), 1u);
  stream(1).FinishWrite();
  stream(1).Echo(stream(1).operation(0, 0));
  EXPECT_TRUE(AnswerTo("a").ok());
}

TEST_F(PipelineResendTest, RetryInfoOfAStreamIsWaitedFor) {
  Make();
  Start("a");
  Start("b");
  stream(0).FinishWrite();
  stream(0).Echo(stream(0).operation(0, 0));
  stream(0).Close(StatusOf(ErrorWith(kUnavailable, "SHUTTING_DOWN", 200)));
  timer_.Advance(absl::Milliseconds(199));
  EXPECT_EQ(opener_.streams.size(), 1u);
  timer_.Advance(absl::Milliseconds(1));
  EXPECT_EQ(opener_.streams.size(), 2u);
}

TEST_F(PipelineResendTest, ARefusedStreamFailsItsOperations) {
  Make();
  Start("a");
  stream(0).Close(absl::UnimplementedError(""));
  EXPECT_EQ(AnswerTo("a").code(), absl::StatusCode::kUnimplemented);
  EXPECT_EQ(GetErrorDetails(AnswerTo("a")).reason, "STREAM_REFUSED");
  // The next one asks again.
  Start("b");
  ASSERT_EQ(opener_.streams.size(), 2u);
  stream(1).Close(StatusOf(
      ErrorWith(absl::StatusCode::kInvalidArgument, "MALFORMED_MESSAGE")));
  EXPECT_EQ(GetErrorDetails(AnswerTo("b")).reason, "MALFORMED_MESSAGE");
}

TEST_F(PipelineResendTest, TheOperationThatIsTooLargeIsFoundAndOnlyItFails) {
  Make();
  for (const char* input : {"a", "b", "huge", "c"}) Start(input);
  const absl::Status too_large =
      absl::ResourceExhaustedError("Received message larger than max");
  // Refuses every message with the huge one, answers all others.
  for (size_t i = 0; i < opener_.streams.size(); ++i) {
    ManualStream& daemon = stream(i);
    for (size_t message = 0; message < daemon.requests.size(); ++message) {
      bool refused = false;
      for (const auto& operation : daemon.requests[message].operations()) {
        refused |= operation.copy().input() == "huge";
      }
      if (refused) {
        daemon.Close(too_large);
        timer_.Advance(absl::Seconds(1));
        break;
      }
      const v1::ProcessRequest request = daemon.requests[message];
      daemon.FinishWrite();
      for (const auto& operation : request.operations()) {
        daemon.Echo(operation);
      }
    }
  }
  for (const char* input : {"a", "b", "c"}) EXPECT_TRUE(AnswerTo(input).ok());
  EXPECT_EQ(AnswerTo("huge").code(), absl::StatusCode::kResourceExhausted);
}

TEST_F(PipelineResendTest, NothingIsOpenedWhenNothingWaits) {
  Make();
  Start("a");
  stream(0).FinishWrite();
  stream(0).Echo(stream(0).operation(0, 0));
  stream(0).Close(StatusOf(ErrorWith(kUnavailable, "STREAM_AGE")));
  timer_.Advance(absl::Seconds(10));
  EXPECT_EQ(opener_.streams.size(), 1u);
  Start("b");
  EXPECT_EQ(opener_.streams.size(), 2u);
}

// A daemon on a thread of its own that answers in any order, some late, some
// with errors, and ends streams whenever it likes.
class MoodyDaemon final : public ProcessStreamOpener {
 public:
  explicit MoodyDaemon(uint32_t seed)
      : random_(seed), thread_([this] { Run(); }) {}
  ~MoodyDaemon() override {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      stop_ = true;
      changed_.notify_one();
    }
    thread_.join();
  }

  std::shared_ptr<ProcessStream> Make(
      std::shared_ptr<ProcessStreamEvents> events) override {
    return std::make_shared<Line>(*this, std::move(events));
  }
  int streams() const { return streams_; }

 private:
  class Line final : public ProcessStream,
                     public std::enable_shared_from_this<Line> {
   public:
    Line(MoodyDaemon& daemon, std::shared_ptr<ProcessStreamEvents> events)
        : daemon_(daemon), events(std::move(events)) {}
    void Start() override {
      ++daemon_.streams_;
      std::this_thread::yield();
      started_ = true;
    }
    void Write(std::vector<SharedBytes> pieces) override {
      EXPECT_TRUE(started_);
      std::string whole;
      for (const SharedBytes& piece : pieces) {
        whole.append(piece.data.get(), piece.size);
      }
      daemon_.Post([self = shared_from_this(), whole] {
        self->daemon_.Receive(*self, whole);
      });
    }
    void Cancel() override {
      daemon_.Post([self = shared_from_this()] {
        self->Close(absl::CancelledError("cancelled"));
      });
    }
    void Close(const absl::Status& status) {
      if (events == nullptr) return;
      unanswered.clear();
      const auto last = std::move(events);
      last->OnClosed(status);
    }

    MoodyDaemon& daemon_;
    std::atomic<bool> started_ = false;
    std::shared_ptr<ProcessStreamEvents> events;
    std::vector<v1::Operation> unanswered;
  };

  void Post(std::function<void()> task) {
    std::lock_guard<std::mutex> lock(mutex_);
    tasks_.push_back(std::move(task));
    changed_.notify_one();
  }

  void Run() {
    std::unique_lock<std::mutex> lock(mutex_);
    while (true) {
      changed_.wait(lock, [this] { return stop_ || !tasks_.empty(); });
      if (tasks_.empty()) return;
      const auto task = std::move(tasks_.front());
      tasks_.pop_front();
      lock.unlock();
      task();
      lock.lock();
    }
  }

  void Receive(Line& line, const std::string& message) {
    if (line.events == nullptr) return;
    v1::ProcessRequest request;
    EXPECT_TRUE(request.ParseFromString(message));
    for (const auto& operation : request.operations()) {
      line.unanswered.push_back(operation);
    }
    if (random_() % 10 == 0) {
      line.events->OnWritten();
      return line.Close(EndOfStream());
    }
    line.events->OnWritten();
    std::shuffle(line.unanswered.begin(), line.unanswered.end(), random_);
    // Some stay for later, but never all for ever.
    const size_t keep = request.operations_size() > 1 ? random_() % 3 : 0;
    v1::ProcessResponse response;
    while (line.unanswered.size() > keep) {
      Answer(line.unanswered.back(), *response.add_results());
      line.unanswered.pop_back();
      if (random_() % 8 == 0) {
        line.events->OnResults(response.SerializeAsString());
        response.Clear();
      }
      if (random_() % 200 == 0) return line.Close(EndOfStream());
    }
    if (response.results_size() > 0) {
      line.events->OnResults(response.SerializeAsString());
    }
    if (!line.unanswered.empty())
      Post([this, self = line.shared_from_this()] { Receive(*self, ""); });
  }

  void Answer(const v1::Operation& operation, v1::OperationResult& result) {
    result.set_id(operation.id());
    switch (random_() % 20) {
      case 0:
        *result.mutable_error() =
            ErrorWith(absl::StatusCode::kResourceExhausted, "JOBS_LIMIT", 0);
        break;
      case 1:
        *result.mutable_error() = ErrorWith(absl::StatusCode::kInvalidArgument,
                                            operation.copy().input());
        break;
      default:
        result.mutable_copy()->set_output(operation.copy().input());
    }
  }

  absl::Status EndOfStream() {
    switch (random_() % 4) {
      case 0:
        return StatusOf(ErrorWith(kUnavailable, "STREAM_AGE"));
      case 1:
        return absl::UnavailableError("Socket closed");
      case 2:
        return absl::InternalError("Received RST_STREAM");
      default:
        return absl::OkStatus();
    }
  }

  std::minstd_rand random_;  // the thread's
  std::atomic<int> streams_ = 0;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> tasks_;
  bool stop_ = false;
  std::thread thread_;
};

class PipelineStressTest : public testing::TestWithParam<int> {};

TEST_P(PipelineStressTest, EveryOperationIsAnsweredOnceWithItsOwnAnswer) {
  constexpr int kThreads = 3;
  constexpr int kEach = 2000;
  MoodyDaemon daemon(static_cast<uint32_t>(GetParam()));
  ThreadRetryTimer timer;
  const MonotonicClock clock;
  ClientOptions options;
  options.retry = {.max_attempts = 1000,
                   .initial_backoff = absl::Microseconds(10),
                   .max_backoff = absl::Microseconds(100)};
  options.clock = &clock;
  options.retry_timer = &timer;
  options.jitter = RandomJitter();
  PipelineOptions pipeline{.max_batch_operations = 16,
                           .max_in_flight_operations = 100};
  if (GetParam() % 2 == 1) pipeline.max_delay = absl::Microseconds(50);
  const auto core = std::make_shared<PipelineCore>(options, pipeline, daemon);

  std::vector<std::atomic<int>> answers(kThreads * kEach);
  std::atomic<int> wrong = 0;
  const auto start = [&](int number) {
    const std::string input = std::to_string(number);
    v1::CopyRequest request;
    request.set_input(input);
    const size_t size = request.ByteSizeLong();
    while (!core->room().TryTake(size)) {
      core->room().Wait(std::chrono::steady_clock::time_point::max());
    }
    core->Start(MakeOperation(
                    request, size,
                    [&, number, input](absl::StatusOr<v1::CopyResponse> got) {
                      ++answers[static_cast<size_t>(number)];
                      const bool right =
                          got.ok()
                              ? got->output() == input
                              : GetErrorDetails(got.status()).reason == input;
                      if (!right) ++wrong;
                    },
                    false),
                kInfiniteFutureNs);
  };
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kEach; ++i) start(t * kEach + i);
    });
  }
  for (std::thread& thread : threads) thread.join();
  // Some are still in flight, and are answered by Stop() at the latest; wait
  // for most, so that it is the daemon who answers.
  while (core->stats().answers < kThreads * kEach - 10) {
    std::this_thread::yield();
  }
  const PipelineStats stats = core->stats();
  core->Stop();
  for (size_t i = 0; i < answers.size(); ++i) EXPECT_EQ(answers[i], 1) << i;
  // Those that Stop() answered.
  EXPECT_LE(wrong, 10);
  EXPECT_EQ(stats.bad_results, 0u);
  EXPECT_GT(stats.resends, 10u);
  EXPECT_GT(stats.retries, 10u);
  EXPECT_GT(daemon.streams(), 10);
  EXPECT_EQ(core->stats().answers, uint64_t{kThreads * kEach});
}

INSTANTIATE_TEST_SUITE_P(Seeds, PipelineStressTest, testing::Range(1, 7));

}  // namespace
}  // namespace uacced::client
