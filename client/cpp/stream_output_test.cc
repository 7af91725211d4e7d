#include "client/cpp/stream_output.h"

#include <grpcpp/grpcpp.h>

#include <optional>
#include <random>
#include <string>

#include "absl/status/status.h"
#include "client/cpp/stream_fixture.h"
#include "gtest/gtest.h"

namespace uacced::client {
namespace {

// Bytes that gRPC hands over as they are, whatever they say.
TEST(StreamOutputTest, GarbageIsNoOutput) {
  const std::string good = [] {
    v1::StreamResponse response;
    response.set_output("output");
    response.mutable_summary()->set_input_bytes(3);
    return response.SerializeAsString();
  }();
  std::minstd_rand random(2);
  for (int i = 0; i < 20'000; ++i) {
    std::string message = good;
    message[random() % message.size()] = static_cast<char>(random());
    message.resize(random() % (message.size() + 1));
    v1::StreamResponse response;
    const bool is_response = response.ParseFromString(message);
    grpc::Slice slice(message);
    StreamOutput output;
    std::optional<v1::StreamSummary> summary;
    const absl::Status status =
        output.Parse(grpc::ByteBuffer(&slice, 1), false, summary);
    if (!status.ok()) {
      EXPECT_TRUE(output.empty());
    } else if (is_response) {
      EXPECT_EQ(Join(output), response.output());
    }
  }
}

}  // namespace
}  // namespace uacced::client
