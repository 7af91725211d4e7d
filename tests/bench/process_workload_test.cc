#include "tests/bench/process_workload.h"

#include <grpcpp/grpcpp.h>

#include "gtest/gtest.h"
#include "tests/bench/library.h"
#include "uacced/bench/echo.pb.h"

namespace uacced::bench {
namespace {

const std::vector<std::string>& Blocks() {
  static const auto* blocks = new std::vector<std::string>{
      std::string(100, 'a'), std::string(100, 'b'), std::string(100, 'c')};
  return *blocks;
}

grpc::ByteBuffer Buffer(const std::string& bytes) {
  const grpc::Slice slice(bytes);
  return {&slice, 1};
}

v1::ProcessResponse CopiesOf(const std::vector<int>& indices) {
  v1::ProcessResponse response;
  for (const int index : indices) {
    v1::OperationResult& result = *response.add_results();
    result.set_id(static_cast<uint64_t>(index) + 1);
    result.mutable_copy()->set_output(Blocks()[static_cast<size_t>(index)]);
  }
  return response;
}

absl::StatusOr<int> Count(const StreamWorkload& workload,
                          const v1::ProcessResponse& response) {
  return workload.count_results(Buffer(response.SerializeAsString()));
}

StreamWorkload Copies() {
  return NewProcessWorkload(nullptr, Blocks(), 2, CopyOperations());
}

TEST(ProcessWorkloadTest, MessagesTakeBlocksInTurn) {
  const StreamWorkload workload = Copies();
  EXPECT_EQ(workload.operations_per_message, 2);
  EXPECT_EQ(workload.payload_bytes_per_operation, 100);
  v1::ProcessRequest request;
  ASSERT_TRUE(request.ParseFromString(workload.messages.at(1)));
  ASSERT_EQ(request.operations_size(), 2);
  EXPECT_EQ(request.operations(0).id(), 3u);
  EXPECT_EQ(request.operations(0).copy().input(), Blocks()[2]);
  EXPECT_EQ(request.operations(1).id(), 1u);
}

TEST(ProcessWorkloadTest, CountsResults) {
  const StreamWorkload workload = Copies();
  EXPECT_EQ(Count(workload, CopiesOf({0, 2, 1})).value_or(-1), 3);
  EXPECT_EQ(Count(workload, CopiesOf({1})).value_or(-1), 1);
}

TEST(ProcessWorkloadTest, AWrongResultIsSeen) {
  v1::ProcessResponse response = CopiesOf({0, 1});
  response.mutable_results(1)->mutable_copy()->set_output("something else");
  EXPECT_EQ(Count(Copies(), response).status().code(),
            absl::StatusCode::kDataLoss);
  response = CopiesOf({0});
  response.mutable_results(0)->set_id(4);
  EXPECT_FALSE(Count(Copies(), response).ok());
}

TEST(ProcessWorkloadTest, AnErrorIsSeenInMessagesThatAreNotCompared) {
  const StreamWorkload workload = Copies();
  ASSERT_TRUE(Count(workload, CopiesOf({0})).ok());
  v1::ProcessResponse response = CopiesOf({0, 1});
  response.mutable_results(1)->clear_copy();
  response.mutable_results(1)->mutable_error()->set_message("too much");
  EXPECT_EQ(Count(workload, response).status().message(),
            "an operation failed: too much");
}

TEST(ProcessWorkloadTest, AMalformedMessageIsSeen) {
  const StreamWorkload workload = Copies();
  ASSERT_TRUE(Count(workload, CopiesOf({0})).ok());
  const std::string whole = CopiesOf({0}).SerializeAsString();
  EXPECT_FALSE(
      workload.count_results(Buffer(whole.substr(0, whole.size() / 2))).ok());
}

TEST(ProcessWorkloadTest, EveryKindKnowsItsRightAnswer) {
  const std::string& block = Blocks()[0];
  v1::OperationResult result;
  result.mutable_digest()->set_digest(std::string(NewSha256()->Run(block)));
  EXPECT_TRUE(Sha256Operations().is_right(block, result));
  EXPECT_FALSE(Sha256Operations().is_right(Blocks()[1], result));

  result.mutable_compress()->set_output(
      std::string(NewIsalGzip(1, 100)->Run(block)));
  EXPECT_TRUE(GzipOperations(1).is_right(block, result));
  EXPECT_FALSE(GzipOperations(1).is_right(Blocks()[1], result));
}

TEST(ProcessWorkloadTest, AFailureOfAKeyIsNotARightAnswer) {
  const OperationKind kind = Aes256GcmOperations("k", std::string(32, 'k'));
  v1::OperationResult result;
  result.mutable_encrypt()->set_ciphertext(Blocks()[0]);
  result.mutable_encrypt()->set_nonce(std::string(12, '0'));
  result.mutable_encrypt()->set_tag(std::string(16, '0'));
  EXPECT_FALSE(kind.is_right(Blocks()[0], result));
}

TEST(ProcessWorkloadTest, EchoCarriesTheSameMessages) {
  const StreamWorkload process = Copies();
  const StreamWorkload echo = NewEchoWorkload(nullptr, process);
  EchoRequest request;
  ASSERT_TRUE(request.ParseFromString(echo.messages.at(0)));
  EXPECT_EQ(request.data(), process.messages[0]);
  EXPECT_EQ(echo.count_results(Buffer("")).value_or(-1), 2);
}

}  // namespace
}  // namespace uacced::bench
