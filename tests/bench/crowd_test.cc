#include "tests/bench/crowd.h"

#include <grpcpp/grpcpp.h>
#include <sys/resource.h>

#include "gtest/gtest.h"
#include "tests/bench/echo_service.h"

namespace uacced::bench {
namespace {

// Answers at once.
class Instant final : public Workload {
 public:
  Instant(int& calls, absl::Status answer)
      : calls_(calls), answer_(std::move(answer)) {}

  std::unique_ptr<Call> NewCall() override {
    class InstantCall final : public Call {
     public:
      explicit InstantCall(Instant& workload) : workload_(workload) {}
      void Start(std::function<void(absl::Status)> done) override {
        ++workload_.calls_;
        done(workload_.answer_);
      }

     private:
      Instant& workload_;
    };
    return std::make_unique<InstantCall>(*this);
  }
  int64_t payload_bytes() const override { return 7; }

 private:
  int& calls_;
  const absl::Status answer_;
};

// A server to connect to.
class CrowdTest : public testing::Test {
 protected:
  CrowdTest() {
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(),
                             &port);
    builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
    address_ = "127.0.0.1:" + std::to_string(port);
  }

  std::string address_;
  EchoService service_;
  std::unique_ptr<grpc::Server> server_;
};

TEST_F(CrowdTest, CallsGoRoundTheConnections) {
  std::vector<int> calls(3);
  size_t made = 0;
  const auto crowd =
      Crowd::Connect(address_, 3, [&](const std::shared_ptr<grpc::Channel>&) {
        return std::make_unique<Instant>(calls[made++], absl::OkStatus());
      });
  ASSERT_TRUE(crowd.ok()) << crowd.status();
  EXPECT_EQ((*crowd)->connections(), 3);
  EXPECT_EQ((*crowd)->payload_bytes(), 7);
  for (int i = 0; i < 7; ++i) {
    (*crowd)->NewCall()->Start([](const absl::Status&) {});
  }
  EXPECT_EQ(calls, (std::vector<int>{3, 2, 2}));
  EXPECT_EQ((*crowd)->asked(), 7u);
  EXPECT_EQ((*crowd)->answered(), 7u);
}

TEST_F(CrowdTest, AFailedCallIsNotAnswered) {
  int calls = 0;
  const auto crowd =
      Crowd::Connect(address_, 1, [&](const std::shared_ptr<grpc::Channel>&) {
        return std::make_unique<Instant>(calls, absl::UnavailableError("full"));
      });
  ASSERT_TRUE(crowd.ok()) << crowd.status();
  absl::Status status;
  (*crowd)->NewCall()->Start([&](absl::Status s) { status = std::move(s); });
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ((*crowd)->asked(), 1u);
  EXPECT_EQ((*crowd)->answered(), 0u);
}

TEST(AllowDescriptorsTest, RefusesMoreThanTheHardLimit) {
  rlimit limit;
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
  EXPECT_TRUE(AllowDescriptors(limit.rlim_max).ok());
  rlimit now;
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &now), 0);
  EXPECT_EQ(now.rlim_cur, limit.rlim_max);
  EXPECT_EQ(AllowDescriptors(uint64_t{limit.rlim_max} + 1).code(),
            absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace uacced::bench
