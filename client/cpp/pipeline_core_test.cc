#include "client/cpp/pipeline_core.h"

#include "client/cpp/pipeline_core_fixture.h"

namespace uacced::client {
namespace {

constexpr auto kUnavailable = absl::StatusCode::kUnavailable;

class PipelineCoreTest : public PipelineCoreFixture {};

TEST_F(PipelineCoreTest, TheFirstOperationOpensTheStreamAndIsSentAtOnce) {
  Make();
  EXPECT_TRUE(opener_.streams.empty());
  Start("a", absl::Seconds(3));
  ASSERT_EQ(opener_.streams.size(), 1u);
  ASSERT_EQ(stream(0).requests.size(), 1u);
  EXPECT_EQ(stream(0).operation(0, 0).copy().input(), "a");
  EXPECT_EQ(stream(0).operation(0, 0).timeout_ns(), 3'000'000'000u);
  stream(0).Echo(stream(0).operation(0, 0));
  EXPECT_TRUE(AnswerTo("a").ok());
}

TEST_F(PipelineCoreTest, WhatComesDuringAWriteLeavesTogether) {
  Make({.max_batch_operations = 3});
  for (const char* input : {"a", "b", "c", "d", "e"}) Start(input);
  ASSERT_EQ(stream(0).requests.size(), 1u);
  stream(0).FinishWrite();
  ASSERT_EQ(stream(0).requests.size(), 2u);
  EXPECT_EQ(stream(0).requests[1].operations_size(), 3);
  stream(0).FinishWrite();
  ASSERT_EQ(stream(0).requests.size(), 3u);
  EXPECT_EQ(stream(0).requests[2].operations_size(), 1);
  EXPECT_EQ(core_->stats().messages, 3u);
  EXPECT_EQ(core_->stats().operations, 5u);
}

TEST_F(PipelineCoreTest, MessagesAreBoundedInBytesButOneOperationAlwaysFits) {
  Make({.max_batch_bytes = 1000});
  Start("a");
  Start(std::string(5000, 'L'));
  Start(std::string(600, 'x'));
  Start(std::string(600, 'y'));
  for (int i = 0; i < 4; ++i) stream(0).FinishWrite();
  ASSERT_EQ(stream(0).requests.size(), 4u);
  for (const auto& request : stream(0).requests) {
    EXPECT_EQ(request.operations_size(), 1);
  }
}

TEST_F(PipelineCoreTest, AProducersOperationsWaitForAnotherThreadToWrite) {
  Make();
  Start("a");
  stream(0).FinishWrite();
  Start("b");  // this thread writes, as nothing tells it from a caller yet
  stream(0).FinishWrite();
  Start("c");
  Start("d");
  EXPECT_EQ(stream(0).requests.size(), 2u);
  timer_.Advance(absl::ZeroDuration());
  ASSERT_EQ(stream(0).requests.size(), 3u);
  EXPECT_EQ(stream(0).requests[2].operations_size(), 2);
}

TEST_F(PipelineCoreTest, WithADelayOperationsWaitForCompany) {
  Make({.max_batch_operations = 3, .max_delay = absl::Milliseconds(2)});
  Start("a");
  Start("b");
  ASSERT_TRUE(stream(0).requests.empty());
  timer_.Advance(absl::Milliseconds(1));
  EXPECT_TRUE(stream(0).requests.empty());
  timer_.Advance(absl::Milliseconds(1));
  ASSERT_EQ(stream(0).requests.size(), 1u);
  EXPECT_EQ(stream(0).requests[0].operations_size(), 2);
  stream(0).FinishWrite();
  // Full: at once.
  for (const char* input : {"c", "d", "e"}) Start(input);
  ASSERT_EQ(stream(0).requests.size(), 2u);
  stream(0).FinishWrite();
  Start("f");
  core_->Flush();
  EXPECT_EQ(stream(0).requests.size(), 3u);
}

TEST_F(PipelineCoreTest, WhatCallbacksAskForLeavesTogether) {
  Make();
  Start("a", absl::Seconds(60), [&](const Answer&) {
    for (const char* input : {"b", "c", "d"}) Start(input);
    EXPECT_EQ(stream(0).requests.size(), 1u);
  });
  stream(0).FinishWrite();
  stream(0).Echo(stream(0).operation(0, 0));
  ASSERT_EQ(stream(0).requests.size(), 2u);
  EXPECT_EQ(stream(0).requests[1].operations_size(), 3);
}

TEST_F(PipelineCoreTest, AnOperationsErrorIsItsOwn) {
  Make();
  Start("a");
  Start("b");
  stream(0).FinishWrite();
  stream(0).FailOperation(
      stream(0).operation(0, 0),
      ErrorWith(absl::StatusCode::kInvalidArgument, "CORRUPT_INPUT"));
  EXPECT_EQ(GetErrorDetails(AnswerTo("a")).reason, "CORRUPT_INPUT");
  EXPECT_EQ(AnswerTo("a").message(), "no: CORRUPT_INPUT");
  EXPECT_FALSE(Answered("b"));
  stream(0).Echo(stream(0).operation(1, 0));
  EXPECT_TRUE(AnswerTo("b").ok());
  EXPECT_EQ(opener_.streams.size(), 1u);
}

TEST_F(PipelineCoreTest, OverloadIsRetriedWhenTheDaemonSays) {
  Make();
  Start("a");
  stream(0).FinishWrite();
  for (int i = 0; i < 8; ++i) {
    ASSERT_EQ(stream(0).requests.size(), i + 1u);
    stream(0).FailOperation(
        stream(0).operation(i, 0),
        ErrorWith(absl::StatusCode::kResourceExhausted, "JOBS_LIMIT", 20));
    timer_.Advance(absl::Milliseconds(20));
    EXPECT_EQ(stream(0).requests.size(), i + 1u);
    timer_.Advance(absl::Seconds(5));
    stream(0).FinishWrite();
  }
  stream(0).Echo(stream(0).operation(8, 0));
  EXPECT_TRUE(AnswerTo("a").ok());
  EXPECT_EQ(core_->stats().retries, 8u);
}

TEST_F(PipelineCoreTest, OtherUnavailabilityIsRetriedAsOftenAsThePolicySays) {
  Make({}, {.retry = {.max_attempts = 3}});
  Start("a");
  for (int i = 0; i < 3; ++i) {
    stream(0).FinishWrite();
    stream(0).FailOperation(stream(0).operation(i, 0),
                            ErrorWith(kUnavailable, "DEVICE_LOST", 200));
    timer_.Advance(absl::Seconds(5));
  }
  EXPECT_EQ(AnswerTo("a").code(), kUnavailable);
  EXPECT_EQ(stream(0).requests.size(), 3u);
}

TEST_F(PipelineCoreTest, ARetryPastTheDeadlineIsNotWaitedFor) {
  Make();
  Start("a", absl::Milliseconds(100));
  stream(0).FailOperation(
      stream(0).operation(0, 0),
      ErrorWith(absl::StatusCode::kResourceExhausted, "BYTES_LIMIT", 200));
  EXPECT_EQ(GetErrorDetails(AnswerTo("a")).reason, "BYTES_LIMIT");
}

TEST_F(PipelineCoreTest, DeadlinesHoldWhereverTheOperationIs) {
  Make();
  Start("sent", absl::Seconds(1));
  Start("queued", absl::Seconds(2));
  timer_.Advance(absl::Milliseconds(999));
  EXPECT_FALSE(Answered("sent"));
  timer_.Advance(absl::Milliseconds(2));
  EXPECT_EQ(AnswerTo("sent").code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_FALSE(Answered("queued"));
  timer_.Advance(absl::Seconds(1));
  EXPECT_EQ(AnswerTo("queued").code(), absl::StatusCode::kDeadlineExceeded);
  // An answer that comes too late is nobody's, but no crime.
  stream(0).Echo(stream(0).operation(0, 0));
  EXPECT_FALSE(stream(0).cancelled);
  EXPECT_EQ(core_->stats().bad_results, 0u);
  // A second one is.
  stream(0).Echo(stream(0).operation(0, 0));
  EXPECT_TRUE(stream(0).cancelled);
  EXPECT_EQ(core_->stats().bad_results, 1u);
}

TEST_F(PipelineCoreTest, AStreamThatGivesNothingForLongIsReplaced) {
  Make();
  Start("a", absl::Seconds(6));
  Start("b", absl::Seconds(60));
  stream(0).FinishWrite();
  timer_.Advance(absl::Seconds(7));
  EXPECT_EQ(AnswerTo("a").code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_TRUE(stream(0).cancelled);
  ASSERT_EQ(opener_.streams.size(), 2u);
  stream(1).Echo(stream(1).operation(0, 0));
  EXPECT_TRUE(AnswerTo("b").ok());
}

TEST_F(PipelineCoreTest, TooLargeForAnyMessageIsRefusedHere) {
  Make({}, {.max_message_bytes = 1000});
  Start(std::string(1000, 'x'));
  EXPECT_EQ(GetErrorDetails(AnswerTo(std::string(1000, 'x'))).reason,
            "MESSAGE_TOO_LARGE");
  EXPECT_TRUE(opener_.streams.empty());
}

TEST_F(PipelineCoreTest, HostileResultsEndTheStreamAndAreCounted) {
  Make();
  Start("a");
  stream(0).FinishWrite();
  v1::Operation other;
  other.set_id(12345);
  stream(0).Echo(other);
  EXPECT_TRUE(stream(0).cancelled);
  timer_.Advance(absl::Seconds(1));
  ASSERT_EQ(opener_.streams.size(), 2u);
  stream(1).ReplyRaw("\xff\xff\xff");
  EXPECT_TRUE(stream(1).cancelled);
  timer_.Advance(absl::Seconds(1));
  ASSERT_EQ(opener_.streams.size(), 3u);
  // Of another kind than asked for.
  v1::ProcessResponse response;
  auto* result = response.add_results();
  result->set_id(stream(2).operation(0, 0).id());
  result->mutable_digest();
  stream(2).Reply(response);
  EXPECT_EQ(AnswerTo("a").code(), absl::StatusCode::kInternal);
  EXPECT_EQ(core_->stats().bad_results, 3u);
}

TEST_F(PipelineCoreTest, MalformedResponsesAndErrorsAreInternal) {
  Make();
  Start("a");
  stream(0).FailOperation(stream(0).operation(0, 0), google::rpc::Status());
  EXPECT_EQ(AnswerTo("a").code(), absl::StatusCode::kInternal);
  EXPECT_TRUE(stream(0).cancelled);
  Start("b");
  ASSERT_EQ(opener_.streams.size(), 2u);
  // A CopyResponse with an Execution that is none.
  v1::ProcessResponse response;
  auto* result = response.add_results();
  result->set_id(stream(1).operation(0, 0).id());
  auto* copy = result->mutable_copy();
  copy->GetReflection()->MutableUnknownFields(copy)->AddLengthDelimited(2,
                                                                        "\xff");
  stream(1).Reply(response);
  EXPECT_EQ(AnswerTo("b").code(), absl::StatusCode::kInternal);
  EXPECT_TRUE(stream(1).cancelled);
  EXPECT_EQ(core_->stats().bad_results, 2u);
}

TEST_F(PipelineCoreTest, DamagedPayloadIsSentAgainOnce) {
  check_crc_ = true;
  Make();
  Start("a");
  Start("b");
  stream(0).FinishWrite();
  stream(0).FinishWrite();
  v1::ProcessResponse good;
  auto* result = good.add_results();
  result->mutable_copy()->set_output("a");
  result->mutable_copy()->set_payload_crc32c(Crc32c("a", 1));
  v1::ProcessResponse bad = good;
  bad.mutable_results(0)->mutable_copy()->set_payload_crc32c(1);
  bad.mutable_results(0)->set_id(stream(0).operation(0, 0).id());
  stream(0).Reply(bad);
  EXPECT_FALSE(Answered("a"));
  ASSERT_EQ(stream(0).requests.size(), 3u);
  stream(0).FinishWrite();
  EXPECT_TRUE(stream(0).operation(0, 0).copy().has_payload_crc32c());
  good.mutable_results(0)->set_id(stream(0).operation(2, 0).id());
  stream(0).Reply(good);
  EXPECT_TRUE(AnswerTo("a").ok());
  // Without a CRC, and then the daemon says that the request was damaged.
  stream(0).Echo(stream(0).operation(1, 0));
  stream(0).FailOperation(
      stream(0).operation(3, 0),
      ErrorWith(absl::StatusCode::kDataLoss, "CRC32C_MISMATCH"));
  EXPECT_EQ(AnswerTo("b").code(), absl::StatusCode::kDataLoss);
}

TEST_F(PipelineCoreTest, StopAnswersEverythingAndLaterOperationsToo) {
  Make();
  Start("sent");
  Start("queued");
  Start("chained", absl::Seconds(60), [&](const Answer&) { Start("new"); });
  core_->Stop();
  for (const char* input : {"sent", "queued", "chained", "new"}) {
    EXPECT_EQ(AnswerTo(input).code(), absl::StatusCode::kCancelled);
  }
}

}  // namespace
}  // namespace uacced::client
