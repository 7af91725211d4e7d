#include "client/cpp/client.h"

#include <stdlib.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/crc32c.h"
#include "client/cpp/error.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "grpc/grpc.h"
#include "grpcpp/server_builder.h"
#include "gtest/gtest.h"
#include "uacced/v1/accelerator.grpc.pb.h"
#include "uacced/v1/keys.grpc.pb.h"

namespace uacced::client {
namespace {

// Ends with the process: the last grpc_shutdown() now and then takes 10 s.
const bool kGrpcHeld = (grpc_init(), true);

grpc::Status Refusal(grpc::StatusCode code, const std::string& reason,
                     int retry_seconds = -1) {
  google::rpc::Status status;
  status.set_code(code);
  google::rpc::ErrorInfo info;
  info.set_reason(reason);
  info.set_domain("uacced");
  status.add_details()->PackFrom(info);
  if (retry_seconds >= 0) {
    google::rpc::RetryInfo retry;
    retry.mutable_retry_delay()->set_seconds(retry_seconds);
    status.add_details()->PackFrom(retry);
  }
  return grpc::Status(code, "no: " + reason, status.SerializeAsString());
}

// Ends only when the client gives up.
class HangingReactor : public grpc::ServerUnaryReactor {
  void OnCancel() override { Finish(grpc::Status::CANCELLED); }
  void OnDone() override { delete this; }
};

// Answers from a script; the last line repeats.
class Script {
 public:
  std::atomic<int> calls = 0;
  std::atomic<bool> hang = false;
  std::vector<grpc::Status> lines = {grpc::Status::OK};
  std::promise<void> first_call;

  grpc::ServerUnaryReactor* Answer(grpc::CallbackServerContext* context) {
    const size_t call = calls.fetch_add(1);
    if (call == 0) first_call.set_value();
    if (hang) return new HangingReactor;
    auto* reactor = context->DefaultReactor();
    reactor->Finish(lines[std::min(call, lines.size() - 1)]);
    return reactor;
  }
};

class FakeAccelerator : public v1::Accelerator::CallbackService {
 public:
  explicit FakeAccelerator(Script& script) : script_(script) {}
  grpc::ServerUnaryReactor* Copy(grpc::CallbackServerContext* context,
                                 const v1::CopyRequest* request,
                                 v1::CopyResponse* response) override {
    response->set_output(request->input());
    if (request->has_payload_crc32c() && !forgetful) {
      // Damaged: that many times.
      response->set_payload_crc32c(
          Crc32c(request->input().data(), request->input().size()) +
          (damaged-- > 0 ? 1 : 0));
    }
    deadline = context->deadline();
    return script_.Answer(context);
  }
  std::chrono::system_clock::time_point deadline;
  std::atomic<int> damaged = 0;
  std::atomic<bool> forgetful = false;

 private:
  Script& script_;
};

class FakeKeys : public v1::Keys::CallbackService {
 public:
  explicit FakeKeys(Script& script) : script_(script) {}
  grpc::ServerUnaryReactor* CreateKey(grpc::CallbackServerContext* context,
                                      const v1::CreateKeyRequest*,
                                      v1::CreateKeyResponse*) override {
    return script_.Answer(context);
  }
  grpc::ServerUnaryReactor* ListKeys(grpc::CallbackServerContext* context,
                                     const v1::ListKeysRequest*,
                                     v1::ListKeysResponse*) override {
    return script_.Answer(context);
  }

 private:
  Script& script_;
};

// Time passes only by waiting for a retry, and takes no time.
class ManualRetryTimer final : public RetryTimer {
 public:
  explicit ManualRetryTimer(ManualClock& clock) : clock_(clock) {}
  void RunAfter(int64_t delay_ns, std::function<void()> function) override {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      delays_ms_.push_back(delay_ns / 1'000'000);
    }
    clock_.Advance(delay_ns);
    timer_.RunAfter(0, std::move(function));
  }
  void RunAllNow() override { timer_.RunAllNow(); }
  std::vector<int64_t> delays_ms() {
    std::lock_guard<std::mutex> lock(mutex_);
    return delays_ms_;
  }

 private:
  ManualClock& clock_;
  std::mutex mutex_;
  std::vector<int64_t> delays_ms_;
  ThreadRetryTimer timer_;
};

// The real timer, which tells when something waits on it.
class ObservedRetryTimer final : public RetryTimer {
 public:
  std::promise<void> waiting;

  void RunAfter(int64_t delay_ns, std::function<void()> function) override {
    // First, as the call may end, and the client with it, before RunAfter
    // returns.
    waiting.set_value();
    timer_.RunAfter(delay_ns, std::move(function));
  }
  void RunAllNow() override { timer_.RunAllNow(); }

 private:
  ThreadRetryTimer timer_;
};

class ClientTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_NE(mkdtemp(folder_), nullptr);
    grpc::ServerBuilder builder;
    builder.AddListeningPort(Address(), grpc::InsecureServerCredentials());
    builder.RegisterService(&accelerator_);
    builder.RegisterService(&keys_);
    server_ = builder.BuildAndStart();
    ASSERT_NE(server_, nullptr);
  }
  void TearDown() override {
    server_->Shutdown(std::chrono::system_clock::now());
    server_.reset();
    unlink(absl::StrCat(folder_, "/s").c_str());
    rmdir(folder_);
  }

  std::string Address() const { return absl::StrCat("unix:", folder_, "/s"); }

  std::unique_ptr<Client> Connect(ClientOptions options = {}) {
    options.server = Address();
    auto client = Client::Connect(std::move(options));
    EXPECT_TRUE(client.ok()) << client.status();
    return *std::move(client);
  }
  // Retries take no time.
  std::unique_ptr<Client> ConnectWithManualTime() {
    return Connect({.clock = &clock_, .retry_timer = &timer_, .jitter = [] {
                      return 0.0;
                    }});
  }

  static v1::CopyRequest CopyOf(const std::string& input) {
    v1::CopyRequest request;
    request.set_input(input);
    return request;
  }

  char folder_[32] = "/tmp/uacced_client_XXXXXX";
  Script script_;
  FakeAccelerator accelerator_{script_};
  FakeKeys keys_{script_};
  std::unique_ptr<grpc::Server> server_;
  ManualClock clock_;
  ManualRetryTimer timer_{clock_};
};

TEST_F(ClientTest, BlockingCallReturnsTheResponse) {
  const auto client = Connect();
  const auto response = client->Call(CopyOf("hello"));
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->output(), "hello");
}

TEST_F(ClientTest, AsyncCallsReturnTheirOwnResponses) {
  const auto client = Connect();
  std::vector<std::promise<absl::StatusOr<v1::CopyResponse>>> results(50);
  for (size_t i = 0; i < results.size(); ++i) {
    client->CallAsync(CopyOf(absl::StrCat(i)), [&results, i](auto response) {
      results[i].set_value(std::move(response));
    });
  }
  for (size_t i = 0; i < results.size(); ++i) {
    const auto response = results[i].get_future().get();
    ASSERT_TRUE(response.ok()) << response.status();
    EXPECT_EQ(response->output(), absl::StrCat(i));
  }
}

TEST_F(ClientTest, EveryCallHasADeadline) {
  const auto client = Connect({.timeout = absl::Seconds(100)});
  const auto before = std::chrono::system_clock::now();
  ASSERT_TRUE(client->Call(CopyOf("")).ok());
  const auto left = accelerator_.deadline - before;
  EXPECT_GT(left, std::chrono::seconds(90));
  EXPECT_LT(left, std::chrono::seconds(110));
  ASSERT_TRUE(client->Call(CopyOf(""), {.timeout = absl::Seconds(10)}).ok());
  EXPECT_LT(accelerator_.deadline - before, std::chrono::seconds(20));
}

TEST_F(ClientTest, ReportsDeadlineExceededWhenTheServerHangs) {
  script_.hang = true;
  const auto client = Connect();
  EXPECT_EQ(client->Call(CopyOf(""), {.timeout = absl::Milliseconds(50)})
                .status()
                .code(),
            absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(script_.calls, 1);
}

TEST_F(ClientTest, RetriesUnavailableAndHonoursRetryInfo) {
  script_.lines = {Refusal(grpc::StatusCode::UNAVAILABLE, "OVERLOADED", 7),
                   Refusal(grpc::StatusCode::UNAVAILABLE, "OVERLOADED"),
                   grpc::Status::OK};
  const auto client = ConnectWithManualTime();
  const auto response = client->Call(CopyOf("again"));
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->output(), "again");
  EXPECT_EQ(script_.calls, 3);
  EXPECT_EQ(timer_.delays_ms(), (std::vector<int64_t>{7050, 100}));
}

TEST_F(ClientTest, GivesUpAfterItsAttemptsWithTheDaemonsError) {
  script_.lines = {Refusal(grpc::StatusCode::UNAVAILABLE, "DRAINING")};
  const auto client = ConnectWithManualTime();
  const auto response = client->Call(CopyOf(""));
  EXPECT_EQ(response.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(GetErrorDetails(response.status()).reason, "DRAINING");
  EXPECT_EQ(script_.calls, RetryPolicy().max_attempts);
}

TEST_F(ClientTest, ARetryPastTheDeadlineIsNotWaitedFor) {
  script_.lines = {Refusal(grpc::StatusCode::UNAVAILABLE, "OVERLOADED", 61)};
  const auto client = ConnectWithManualTime();
  EXPECT_EQ(client->Call(CopyOf("")).status().code(),
            absl::StatusCode::kUnavailable);
  EXPECT_EQ(script_.calls, 1);
}

TEST_F(ClientTest, OtherErrorsAreNotRetried) {
  script_.lines = {
      Refusal(grpc::StatusCode::RESOURCE_EXHAUSTED, "TOO_LARGE", 1)};
  const auto client = ConnectWithManualTime();
  const auto response = client->Call(CopyOf(""));
  EXPECT_EQ(response.status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(response.status().message(), "no: TOO_LARGE");
  EXPECT_EQ(GetErrorDetails(response.status()).domain, "uacced");
  EXPECT_EQ(script_.calls, 1);
}

TEST_F(ClientTest, CreateKeyIsRetriedOnlyWhenTheDaemonRefusedIt) {
  script_.lines = {Refusal(grpc::StatusCode::UNAVAILABLE, "OVERLOADED", 1),
                   Refusal(grpc::StatusCode::UNAVAILABLE, "LOST")};
  const auto client = ConnectWithManualTime();
  const auto response = client->Call(v1::CreateKeyRequest());
  EXPECT_EQ(GetErrorDetails(response.status()).reason, "LOST");
  EXPECT_EQ(script_.calls, 2);
}

TEST_F(ClientTest, ListKeysIsRetriedLikeAnyPureCall) {
  script_.lines = {Refusal(grpc::StatusCode::UNAVAILABLE, "LOST"),
                   grpc::Status::OK};
  const auto client = ConnectWithManualTime();
  EXPECT_TRUE(client->Call(v1::ListKeysRequest()).ok());
  EXPECT_EQ(script_.calls, 2);
}

TEST_F(ClientTest, PayloadIsCheckedAndDamageRetriedOnce) {
  const auto client = Connect({.crc32c = true});
  EXPECT_TRUE(client->Call(CopyOf("good")).ok());
  EXPECT_EQ(script_.calls, 1);
  accelerator_.damaged = 1;
  const auto again = client->Call(CopyOf("again"));
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->output(), "again");
  EXPECT_EQ(script_.calls, 3);
  accelerator_.damaged = 2;
  const absl::Status lost = client->Call(CopyOf("lost")).status();
  EXPECT_EQ(lost.code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(GetErrorDetails(lost).reason, "CRC32C_MISMATCH");
  EXPECT_EQ(script_.calls, 5);
  // Messages without payload have nothing to check.
  EXPECT_TRUE(client->Call(v1::ListKeysRequest()).ok());
}

TEST_F(ClientTest, AnAnswerWithoutACrcIsNotBelieved) {
  script_.lines = {grpc::Status::OK};
  const auto client = Connect({.crc32c = true});
  std::promise<absl::Status> status;
  accelerator_.forgetful = true;
  client->CallAsync(
      CopyOf(""), [&](auto response) { status.set_value(response.status()); });
  EXPECT_EQ(status.get_future().get().code(), absl::StatusCode::kDataLoss);
}

TEST_F(ClientTest, ResponsesOverTheMessageLimitAreRefused) {
  const auto client = Connect({.max_message_bytes = 1000});
  EXPECT_EQ(client->Call(CopyOf(std::string(1001, 'x'))).status().code(),
            absl::StatusCode::kResourceExhausted);
}

TEST_F(ClientTest, DestructionCancelsWhatIsInFlightAndWaitsForIt) {
  script_.hang = true;
  std::atomic<int> cancelled = 0;
  {
    const auto client = Connect();
    for (int i = 0; i < 10; ++i) {
      client->CallAsync(CopyOf(""), [&](auto response) {
        cancelled += absl::IsCancelled(response.status());
      });
    }
    script_.first_call.get_future().wait();
  }
  EXPECT_EQ(cancelled, 10);
}

TEST_F(ClientTest, DestructionEndsTheWaitForARetry) {
  script_.lines = {Refusal(grpc::StatusCode::UNAVAILABLE, "OVERLOADED", 3600)};
  absl::Status status;
  ObservedRetryTimer timer;
  {
    const auto client =
        Connect({.timeout = absl::Hours(10), .retry_timer = &timer});
    client->CallAsync(CopyOf(""),
                      [&](auto response) { status = response.status(); });
    timer.waiting.get_future().wait();
  }
  EXPECT_EQ(status.code(), absl::StatusCode::kCancelled) << status;
}

TEST(ClientConnectTest, NobodyListeningIsUnavailable) {
  ManualClock clock;
  ManualRetryTimer timer(clock);
  const auto client = Client::Connect({.server = "unix:/tmp/uacced_no_such_s",
                                       .clock = &clock,
                                       .retry_timer = &timer});
  ASSERT_TRUE(client.ok());
  EXPECT_EQ((*client)->Call(v1::GetStatusRequest()).status().code(),
            absl::StatusCode::kUnavailable);
  EXPECT_EQ(timer.delays_ms().size(), 4u);
}

TEST(ClientConnectTest, RefusesOptionsOutOfRange) {
  const auto code = [](ClientOptions options) {
    return Client::Connect(std::move(options)).status().code();
  };
  constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
  EXPECT_EQ(code({.server = ""}), kInvalid);
  EXPECT_EQ(code({.server = "unix:"}), kInvalid);
  EXPECT_EQ(code({.server = "unix:/" + std::string(107, 'x')}), kInvalid);
  EXPECT_EQ(code({.server = "localhost"}), kInvalid);
  EXPECT_EQ(code({.server = "localhost:"}), kInvalid);
  EXPECT_EQ(code({.timeout = absl::ZeroDuration()}), kInvalid);
  EXPECT_EQ(code({.retry = {.max_attempts = 0}}), kInvalid);
  EXPECT_EQ(code({.max_message_bytes = size_t{1} << 31}), kInvalid);
  EXPECT_EQ(code({}), absl::StatusCode::kOk);
}

}  // namespace
}  // namespace uacced::client
