#include "client/cpp/pipeline.h"

#include <atomic>
#include <future>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "client/cpp/error.h"
#include "client/cpp/test_server.h"
#include "gtest/gtest.h"

namespace uacced::client {
namespace {

// How the fake daemon behaves; shared by its streams.
struct Mood {
  std::atomic<int> streams = 0;
  std::atomic<int> messages = 0;
  std::atomic<int> operations = 0;
  std::atomic<bool> hang = false;             // reads, never answers
  std::atomic<bool> damage_requests = false;  // pretends that CRCs are wrong
  std::atomic<bool> damage_results = false;
  std::atomic<int> operations_per_stream = 0;  // then it ends; 0: never
  grpc::Status end = grpc::Status::OK;
};

class ProcessReactor final
    : public grpc::ServerBidiReactor<v1::ProcessRequest, v1::ProcessResponse> {
 public:
  ProcessReactor(Mood& mood, uint32_t seed) : mood_(mood), random_(seed) {
    StartRead(&request_);
  }
  void OnReadDone(bool ok) override {
    if (!ok) return Finish(grpc::Status::OK);
    ++mood_.messages;
    mood_.operations += request_.operations_size();
    if (mood_.hang) return StartRead(&request_);
    response_.Clear();
    std::vector<const v1::Operation*> operations;
    for (const auto& operation : request_.operations()) {
      operations.push_back(&operation);
    }
    std::shuffle(operations.begin(), operations.end(), random_);
    for (const v1::Operation* operation : operations) {
      if (mood_.operations_per_stream > 0 &&
          ++answered_ > mood_.operations_per_stream) {
        ending_ = true;  // the rest is lost
        break;
      }
      Answer(*operation, *response_.add_results());
    }
    if (response_.results_size() == 0) return Finish(mood_.end);
    StartWrite(&response_);
  }
  void OnWriteDone(bool ok) override {
    if (!ok || ending_) return Finish(mood_.end);
    StartRead(&request_);
  }
  void OnDone() override { delete this; }

 private:
  void Answer(const v1::Operation& operation, v1::OperationResult& result) {
    result.set_id(operation.id());
    if (operation.has_compress()) {
      auto* error = result.mutable_error();
      error->set_code(grpc::StatusCode::INVALID_ARGUMENT);
      error->set_message("format: required");
      return;
    }
    const auto& copy = operation.copy();
    if (copy.has_payload_crc32c() &&
        (copy.payload_crc32c() !=
             Crc32c(copy.input().data(), copy.input().size()) ||
         mood_.damage_requests.exchange(false))) {
      *result.mutable_error() =
          ErrorWith(absl::StatusCode::kDataLoss, "CRC32C_MISMATCH");
      return;
    }
    result.mutable_copy()->set_output(copy.input());
    if (copy.has_payload_crc32c()) {
      result.mutable_copy()->set_payload_crc32c(copy.payload_crc32c() +
                                                (mood_.damage_results ? 1 : 0));
    }
  }

  Mood& mood_;
  std::minstd_rand random_;
  v1::ProcessRequest request_;
  v1::ProcessResponse response_;
  int answered_ = 0;
  bool ending_ = false;
};

class FakeAccelerator final : public v1::Accelerator::CallbackService {
 public:
  explicit FakeAccelerator(Mood& mood) : mood_(mood) {}
  grpc::ServerBidiReactor<v1::ProcessRequest, v1::ProcessResponse>* Process(
      grpc::CallbackServerContext*) override {
    return new ProcessReactor(mood_, static_cast<uint32_t>(++mood_.streams));
  }

 private:
  Mood& mood_;
};

v1::CopyRequest CopyOf(const std::string& input) {
  v1::CopyRequest request;
  request.set_input(input);
  return request;
}

class PipelineTest : public testing::Test {
 protected:
  std::unique_ptr<Pipeline> Connect(PipelineOptions pipeline_options = {},
                                    ClientOptions options = {}) {
    options.server = server_.address();
    options.retry.initial_backoff = absl::Milliseconds(1);
    auto pipeline = Pipeline::Connect(std::move(options), pipeline_options);
    EXPECT_TRUE(pipeline.ok()) << pipeline.status();
    return *std::move(pipeline);
  }

  // Does `count` operations from two threads; returns how many came back right.
  static int DoMany(Pipeline& pipeline, int count, size_t bytes) {
    std::vector<std::atomic<int>> answers(static_cast<size_t>(count));
    std::atomic<int> right = 0, ended = 0;
    std::promise<void> all;
    const auto produce = [&](int begin, int end) {
      for (int i = begin; i < end; ++i) {
        auto request = CopyOf(std::to_string(i) + std::string(bytes, 'x'));
        Pipeline::Callback<v1::CopyRequest> done =
            [&, i, expected = request.input()](auto response) {
              const bool first = ++answers[static_cast<size_t>(i)] == 1;
              EXPECT_TRUE(response.ok()) << response.status();
              right += first && response.ok() && response->output() == expected;
              if (++ended == count) all.set_value();
            };
        while (!pipeline.TryCallAsync(request, done)) pipeline.WaitForRoom();
      }
    };
    std::thread other([&] { produce(0, count / 2); });
    produce(count / 2, count);
    other.join();
    all.get_future().wait();
    return right;
  }

  Mood mood_;
  FakeAccelerator accelerator_{mood_};
  TestServer server_{{&accelerator_}};
};

TEST_F(PipelineTest, AnswersOneOperation) {
  const auto pipeline = Connect();
  const auto response = pipeline->Call(CopyOf("hello"));
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->output(), "hello");
}

TEST_F(PipelineTest, ManySmallOperationsShareMessages) {
  const auto pipeline = Connect();
  EXPECT_EQ(DoMany(*pipeline, 20'000, 50), 20'000);
  EXPECT_EQ(mood_.streams, 1);
  EXPECT_LT(mood_.messages, 10'000);
}

TEST_F(PipelineTest, LargeOperationsArriveWhole) {
  const auto pipeline = Connect({.max_in_flight_bytes = 8 << 20});
  EXPECT_EQ(DoMany(*pipeline, 100, 700'000), 100);
}

TEST_F(PipelineTest, OperationsSurviveStreamsThatEnd) {
  mood_.operations_per_stream = 700;
  mood_.end = grpc::Status(grpc::StatusCode::UNAVAILABLE, "STREAM_AGE");
  const auto pipeline = Connect();
  EXPECT_EQ(DoMany(*pipeline, 20'000, 20), 20'000);
  EXPECT_GT(mood_.streams, 20);
  EXPECT_GT(pipeline->stats().resends, 0u);
}

TEST_F(PipelineTest, OperationsSurviveTheDaemonsEndAndComeBackWithIt) {
  const auto pipeline =
      Connect({.max_in_flight_operations = 100},
              {.retry = {.max_backoff = absl::Milliseconds(20)}});
  ASSERT_TRUE(pipeline->Call(CopyOf("warm")).ok());
  std::thread restarts([&] {
    for (int i = 0; i < 3; ++i) {
      const int before = mood_.operations;
      while (mood_.operations < before + 2000) std::this_thread::yield();
      server_.Stop();
      server_.Start();
    }
  });
  EXPECT_EQ(DoMany(*pipeline, 20'000, 20), 20'000);
  restarts.join();
  EXPECT_GT(mood_.streams, 3);
}

TEST_F(PipelineTest, AnOperationsErrorConcernsNoOther) {
  const auto pipeline = Connect();
  std::promise<absl::Status> failed;
  pipeline->CallAsync(v1::CompressRequest(), [&](auto response) {
    failed.set_value(response.status());
  });
  EXPECT_TRUE(pipeline->Call(CopyOf("a")).ok());
  EXPECT_EQ(failed.get_future().get().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(mood_.streams, 1);
}

TEST_F(PipelineTest, WithoutRoomItSaysSo) {
  mood_.hang = true;
  std::atomic<int> cancelled = 0;
  {
    const auto pipeline = Connect({.max_in_flight_operations = 2});
    const auto count = [&](auto response) {
      cancelled += absl::IsCancelled(response.status());
    };
    pipeline->CallAsync(CopyOf("a"), count);
    pipeline->CallAsync(CopyOf("b"), count);
    absl::Status third;
    pipeline->CallAsync(CopyOf("c"),
                        [&](auto response) { third = response.status(); });
    EXPECT_EQ(GetErrorDetails(third).reason, "PIPELINE_FULL");
    auto request = CopyOf("d");
    Pipeline::Callback<v1::CopyRequest> done = count;
    EXPECT_FALSE(pipeline->TryCallAsync(request, done));
    EXPECT_EQ(request.input(), "d");
    EXPECT_TRUE(done);
    EXPECT_FALSE(pipeline->WaitForRoom(absl::Milliseconds(1)));
    EXPECT_EQ(pipeline->Call(CopyOf("e"), {.timeout = absl::Milliseconds(5)})
                  .status()
                  .code(),
              absl::StatusCode::kDeadlineExceeded);
  }
  EXPECT_EQ(cancelled, 2);
}

TEST_F(PipelineTest, DeadlinesHoldWhenTheDaemonHangs) {
  mood_.hang = true;
  const auto pipeline = Connect();
  EXPECT_EQ(pipeline->Call(CopyOf("a"), {.timeout = absl::Milliseconds(20)})
                .status()
                .code(),
            absl::StatusCode::kDeadlineExceeded);
}

TEST_F(PipelineTest, DestructionAnswersWhatIsInFlight) {
  mood_.hang = true;
  std::atomic<int> cancelled = 0;
  {
    const auto pipeline = Connect();
    for (int i = 0; i < 500; ++i) {
      pipeline->CallAsync(CopyOf("x"), [&](auto response) {
        cancelled += absl::IsCancelled(response.status());
      });
    }
    while (mood_.operations < 100) std::this_thread::yield();
  }
  EXPECT_EQ(cancelled, 500);
}

TEST_F(PipelineTest, CallbacksMayGoOnUntilDestruction) {
  std::atomic<int> calls = 0, answers = 0;
  // Outlives the pipeline, whose destructor still calls it.
  std::function<void(absl::StatusOr<v1::CopyResponse>)> again;
  {
    const auto owner = Connect();
    again = [&, pipeline = owner.get()](auto response) {
      ++answers;
      if (!response.ok()) return;
      ++calls;
      pipeline->CallAsync(CopyOf("next"), again);
    };
    for (int i = 0; i < 50; ++i) {
      ++calls;
      owner->CallAsync(CopyOf("first"), again);
    }
    while (answers < 5000) std::this_thread::yield();
  }
  EXPECT_EQ(calls, answers);
}

TEST_F(PipelineTest, PayloadIsProtectedBothWays) {
  const auto pipeline = Connect({}, {.crc32c = true});
  EXPECT_TRUE(pipeline->Call(CopyOf("good")).ok());
  mood_.damage_requests = true;
  EXPECT_TRUE(pipeline->Call(CopyOf("once")).ok());
  EXPECT_EQ(pipeline->stats().retries, 1u);
  mood_.damage_results = true;
  const absl::Status lost = pipeline->Call(CopyOf("twice")).status();
  EXPECT_EQ(lost.code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(GetErrorDetails(lost).reason, "CRC32C_MISMATCH");
  EXPECT_EQ(pipeline->stats().retries, 2u);
}

TEST_F(PipelineTest, ADaemonWithoutProcessIsNamed) {
  v1::Accelerator::CallbackService old_daemon;
  TestServer server({&old_daemon});
  const auto pipeline = Pipeline::Connect({.server = server.address()});
  ASSERT_TRUE(pipeline.ok());
  const absl::Status status = (*pipeline)->Call(CopyOf("a")).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnimplemented);
  EXPECT_EQ(GetErrorDetails(status).reason, "STREAM_REFUSED");
}

TEST(PipelineConnectTest, NobodyListeningIsUnavailable) {
  const auto pipeline = Pipeline::Connect(
      {.server = "unix:/tmp/uacced_no_such_s",
       .retry = {.max_attempts = 3, .initial_backoff = absl::Milliseconds(1)}});
  ASSERT_TRUE(pipeline.ok());
  EXPECT_EQ((*pipeline)->Call(CopyOf("a")).status().code(),
            absl::StatusCode::kUnavailable);
  EXPECT_EQ((*pipeline)->stats().streams, 3u);
}

TEST(PipelineConnectTest, RefusesOptionsOutOfRange) {
  const auto code = [](PipelineOptions options) {
    return Pipeline::Connect({}, options).status().code();
  };
  constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
  EXPECT_EQ(code({.max_batch_bytes = 0}), kInvalid);
  EXPECT_EQ(code({.max_batch_operations = 1025}), kInvalid);
  EXPECT_EQ(code({.max_delay = absl::Seconds(2)}), kInvalid);
  EXPECT_EQ(code({.max_in_flight_operations = 65537}), kInvalid);
  EXPECT_EQ(code({.max_in_flight_bytes = 0}), kInvalid);
  EXPECT_EQ(code({}), absl::StatusCode::kOk);
  EXPECT_EQ(Pipeline::Connect({.server = ""}).status().code(), kInvalid);
}

}  // namespace
}  // namespace uacced::client
