#include "client/cpp/process_wire.h"

#include <cstring>
#include <random>
#include <string>

#include "gtest/gtest.h"
#include "uacced/v1/accelerator.pb.h"

namespace uacced::client {
namespace {

SharedBytes Share(const std::string& bytes) {
  auto data = std::make_shared<char[]>(bytes.size());
  std::memcpy(data.get(), bytes.data(), bytes.size());
  return {data, bytes.size()};
}

std::string Join(const std::vector<SharedBytes>& pieces) {
  std::string whole;
  for (const SharedBytes& piece : pieces) {
    EXPECT_GT(piece.size, 0u);
    whole.append(piece.data.get(), piece.size);
  }
  return whole;
}

SharedBytes CopyOf(const std::string& input) {
  v1::CopyRequest request;
  request.set_input(input);
  return Share(request.SerializeAsString());
}

TEST(ProcessWireTest, ABatchIsAProcessRequest) {
  const std::string small = "small", large(100'000, 'l');
  const std::vector<SharedBytes> pieces =
      SerializeBatch({{.id = 1, .field = 8, .request = CopyOf(small)},
                      {.id = ~uint64_t{0},
                       .timeout_ns = 60'000'000'000,
                       .field = 8,
                       .request = CopyOf(large)},
                      {.id = 300, .field = 7, .request = {}},
                      {.id = 4, .field = 8, .request = CopyOf(large)}});
  v1::ProcessRequest request;
  ASSERT_TRUE(request.ParseFromString(Join(pieces)));
  ASSERT_EQ(request.operations_size(), 4);
  EXPECT_EQ(request.operations(0).id(), 1u);
  EXPECT_EQ(request.operations(0).timeout_ns(), 0u);
  EXPECT_EQ(request.operations(0).copy().input(), small);
  EXPECT_EQ(request.operations(1).id(), ~uint64_t{0});
  EXPECT_EQ(request.operations(1).timeout_ns(), 60'000'000'000u);
  EXPECT_EQ(request.operations(1).copy().input(), large);
  EXPECT_TRUE(request.operations(2).has_digest());
  EXPECT_EQ(request.operations(3).copy().input(), large);
}

TEST(ProcessWireTest, LargeRequestsAreSharedNotCopied) {
  const SharedBytes request = CopyOf(std::string(1 << 20, 'x'));
  const std::vector<SharedBytes> pieces =
      SerializeBatch({{.id = 1, .field = 8, .request = request}});
  ASSERT_EQ(pieces.size(), 2u);
  EXPECT_EQ(pieces[1].data, request.data);
}

TEST(ProcessWireTest, TheOverheadIsWhatItIsSaidToBe) {
  const SharedBytes request = CopyOf(std::string(1 << 24, 'x'));
  const std::string message = Join(SerializeBatch({{.id = ~uint64_t{0},
                                                    .timeout_ns = ~uint64_t{0},
                                                    .field = 9,
                                                    .request = request}}));
  EXPECT_LE(message.size(), request.size + kMaxOperationOverheadBytes);
}

v1::ProcessResponse SomeResults() {
  v1::ProcessResponse response;
  auto* result = response.add_results();
  result->set_id(7);
  result->mutable_copy()->set_output("seven");
  result = response.add_results();
  result->set_id(uint64_t{1} << 60);
  result->mutable_error()->set_code(3);
  result->mutable_error()->set_message("bad");
  result = response.add_results();
  result->mutable_digest();
  return response;
}

TEST(ProcessWireTest, ReadsResults) {
  const std::string message = SomeResults().SerializeAsString();
  std::vector<ResultView> results(5);
  ASSERT_TRUE(ParseResults(message, results));
  ASSERT_EQ(results.size(), 3u);
  EXPECT_EQ(results[0].id, 7u);
  EXPECT_EQ(results[0].field, 8);
  EXPECT_FALSE(results[0].failed);
  v1::CopyResponse copy;
  ASSERT_TRUE(copy.ParseFromString(std::string(results[0].response)));
  EXPECT_EQ(copy.output(), "seven");
  EXPECT_EQ(results[1].id, uint64_t{1} << 60);
  EXPECT_TRUE(results[1].failed);
  EXPECT_EQ(results[1].field, 0);
  EXPECT_EQ(results[2].id, 0u);
  EXPECT_EQ(results[2].field, 7);
  EXPECT_TRUE(results[2].response.empty());
}

TEST(ProcessWireTest, SkipsFieldsItDoesNotKnow) {
  // Message: field 9 = varint 5. Result: field 15 = fixed32.
  const std::string message("\x48\x05\x0a\x07\x08\x01\x7d\x01\x02\x03\x04", 11);
  std::vector<ResultView> results;
  ASSERT_TRUE(ParseResults(message, results));
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(results[0].id, 1u);
}

TEST(ProcessWireTest, RefusesWhatIsCutOffOrTooMuch) {
  const std::string message = SomeResults().SerializeAsString();
  std::vector<ResultView> results;
  int refused = 0;
  for (size_t bytes = 0; bytes < message.size(); ++bytes) {
    refused +=
        !ParseResults(absl::string_view(message).substr(0, bytes), results);
  }
  // Not between results.
  EXPECT_EQ(refused, static_cast<int>(message.size()) - 3);

  std::string many;
  for (size_t i = 0; i <= kMaxResults; ++i) many += std::string("\x0a\x00", 2);
  EXPECT_FALSE(ParseResults(many, results));
  EXPECT_EQ(results.size(), kMaxResults);
  many.resize(many.size() - 2);
  EXPECT_TRUE(ParseResults(many, results));
}

TEST(ProcessWireTest, AgreesWithProtobufOnDamage) {
  const std::string good = SomeResults().SerializeAsString();
  std::minstd_rand random(1);
  std::vector<ResultView> results;
  int accepted = 0;
  for (int i = 0; i < 50'000; ++i) {
    std::string message = good;
    for (int n = 0; n < 2; ++n) {
      message[random() % message.size()] = static_cast<char>(random());
    }
    v1::ProcessResponse response;
    const bool is_response = response.ParseFromString(message);
    // What is in an operation's response is looked at later.
    if (is_response) {
      EXPECT_TRUE(ParseResults(message, results)) << i;
    }
    if (!ParseResults(message, results)) continue;
    ++accepted;
    if (!is_response) continue;
    ASSERT_EQ(static_cast<int>(results.size()), response.results_size());
    for (size_t at = 0; at < results.size(); ++at) {
      EXPECT_EQ(results[at].id, response.results(static_cast<int>(at)).id());
    }
  }
  EXPECT_GT(accepted, 1000);
}

}  // namespace
}  // namespace uacced::client
