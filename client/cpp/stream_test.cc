#include "client/cpp/stream.h"

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "client/cpp/error.h"
#include "client/cpp/stream_fixture.h"
#include "gtest/gtest.h"

namespace uacced::client {
namespace {

using absl::StatusCode;
using StreamTest = StreamFixture;

TEST_F(StreamTest, CarriesAnyInput) {
  for (const size_t bytes : {0, 1, 4095, 100'000, 5'000'000}) {
    mood_.messages = 0;
    const std::string input = Noise(bytes);
    std::string output;
    const absl::Status status = RoundTrip(input, output);
    EXPECT_TRUE(status.ok()) << status;
    EXPECT_EQ(output, input) << bytes;
  }
}

TEST_F(StreamTest, OwnedInputIsCutIntoMessages) {
  const auto stream = Open({.message_bytes = 65536});
  const std::string input = Noise(1'000'000);
  std::thread writer([&] {
    EXPECT_TRUE(stream->WriteOwned(input).ok());
    EXPECT_TRUE(stream->WriteOwned("tail").ok());
    EXPECT_TRUE(stream->WritesDone().ok());
  });
  std::string output;
  EXPECT_TRUE(ReadAll(*stream, output).ok());
  writer.join();
  EXPECT_EQ(output, input + "tail");
  EXPECT_GE(mood_.messages, 16);
}

TEST_F(StreamTest, SmallWritesShareMessages) {
  const auto stream = Open();
  std::thread writer([&] {
    for (int i = 0; i < 20'000; ++i)
      EXPECT_TRUE(stream->Write("ten bytes.").ok());
    EXPECT_TRUE(stream->WritesDone().ok());
  });
  std::string output;
  EXPECT_TRUE(ReadAll(*stream, output).ok());
  writer.join();
  EXPECT_EQ(output.size(), 200'000u);
  EXPECT_LT(mood_.messages, 10'000);
}

TEST_F(StreamTest, WithoutAReaderTheWriterIsStopped) {
  const auto stream = Open({.message_bytes = 1 << 20});
  std::atomic<uint64_t> written = 0;
  std::promise<void> ended;
  std::thread writer([&] {
    const std::string block = Noise(1 << 20);
    for (int i = 0; i < 300; ++i) {
      if (!stream->Write(block).ok()) break;
      written += block.size();
    }
    ended.set_value();
  });
  EXPECT_EQ(ended.get_future().wait_for(std::chrono::milliseconds(300)),
            std::future_status::timeout);
  EXPECT_LT(written, 40u << 20);
  stream->Cancel();
  writer.join();
}

TEST_F(StreamTest, CancelEndsWaitingReadersAndWriters) {
  mood_.hang = true;
  const auto stream = Open();
  std::promise<absl::Status> read, written;
  std::thread reader([&] { read.set_value(stream->Read().status()); });
  std::thread writer([&] {
    const std::string block(1 << 20, 'x');
    absl::Status status;
    while (status.ok()) status = stream->Write(block);
    written.set_value(status);
  });
  stream->Cancel();
  EXPECT_EQ(read.get_future().get().code(), StatusCode::kCancelled);
  EXPECT_EQ(written.get_future().get().code(), StatusCode::kCancelled);
  EXPECT_EQ(stream->WritesDone().code(), StatusCode::kCancelled);
  reader.join();
  writer.join();
}

TEST_F(StreamTest, CancelAtAnyPointLeavesNothingBehind) {
  const std::string input = Noise(300'000);
  Connect(true);
  for (int round = 0; round < 200; ++round) {
    mood_.messages = 0;
    const auto stream = Open({.message_bytes = 4096});
    std::thread writer([&] {
      if (stream->Write(input).ok()) stream->WritesDone().IgnoreError();
    });
    std::string output;
    std::thread reader([&] {
      const absl::Status status = ReadAll(*stream, output);
      EXPECT_TRUE(status.ok() || status.code() == StatusCode::kCancelled)
          << status;
      if (status.ok()) {
        EXPECT_EQ(output, input);
      }
    });
    while (mood_.messages < round / 3) std::this_thread::yield();
    if (round % 2 == 0) stream->Cancel();
    writer.join();
    reader.join();
    EXPECT_EQ(input.compare(0, output.size(), output), 0);
  }
}

TEST_F(StreamTest, DestructionAtAnyPointIsSafe) {
  for (int round = 0; round < 100; ++round) {
    mood_.messages = 0;
    const auto stream = Open({.message_bytes = 4096});
    const std::string input = Noise(static_cast<size_t>(round) * 200);
    EXPECT_TRUE(stream->Write(input.substr(0, 8000)).ok());
    if (round % 3 == 0) {
      EXPECT_TRUE(stream->WritesDone().ok());
    }
    if (round % 5 == 0 && round > 0) {
      EXPECT_TRUE(stream->Read().ok());
    }
  }
}

TEST_F(StreamTest, TheDaemonsErrorComesFromReadingAndWriting) {
  mood_.end_after_messages = 2;
  mood_.end = ToGrpc(ErrorWith(StatusCode::kInvalidArgument, "CORRUPT_INPUT"));
  const auto stream = Open({.message_bytes = 4096});
  absl::Status status;
  // Nobody reads: what is unread must not keep the error back.
  while (status.ok()) status = stream->Write(std::string(4096, 'x'));
  EXPECT_EQ(GetErrorDetails(status).reason, "CORRUPT_INPUT");
  EXPECT_EQ(GetErrorDetails(stream->Read().status()).reason, "CORRUPT_INPUT");
  EXPECT_EQ(GetErrorDetails(stream->WritesDone()).reason, "CORRUPT_INPUT");
}

TEST_F(StreamTest, WithoutSummaryItIsTruncated) {
  mood_.leave_out_summary = true;
  std::string output;
  const absl::Status status = RoundTrip("input", output);
  EXPECT_EQ(status.code(), StatusCode::kDataLoss);
  EXPECT_EQ(GetErrorDetails(status).reason, "STREAM_TRUNCATED");
  EXPECT_EQ(output, "input");
}

TEST_F(StreamTest, OutputThatIsMissingIsNoticed) {
  mood_.leave_out_output = true;
  std::string output;
  const absl::Status status = RoundTrip("input", output);
  EXPECT_EQ(GetErrorDetails(status).reason, "STREAM_TRUNCATED");
}

TEST_F(StreamTest, AnOkBeforeTheEndOfTheInputIsAnError) {
  mood_.end_after_messages = 2;
  std::string output;
  const absl::Status status =
      RoundTrip(Noise(2'000'000), output, {.message_bytes = 4096});
  EXPECT_EQ(GetErrorDetails(status).reason, "STREAM_TRUNCATED") << status;
}

TEST_F(StreamTest, ALostConnectionIsNamed) {
  const auto stream = Open({.message_bytes = 4096});
  ASSERT_TRUE(stream->Write(Noise(5000)).ok());
  ASSERT_TRUE(stream->Read().ok());
  server_.Stop();
  std::string output;
  const absl::Status status = ReadAll(*stream, output);
  // An orderly stop cancels calls; what is no answer is an error either way.
  EXPECT_TRUE(status.code() == StatusCode::kUnavailable ||
              status.code() == StatusCode::kCancelled)
      << status;
  server_.Start();
}

TEST_F(StreamTest, NobodyListeningIsNamed) {
  auto client = Client::Connect({.server = "unix:/tmp/uacced_no_such_s"});
  ASSERT_TRUE(client.ok());
  const auto stream = Stream::Open(**client, v1::DigestStreamOptions());
  const absl::Status status = stream->Read().status();
  EXPECT_EQ(status.code(), StatusCode::kUnavailable);
  EXPECT_EQ(GetErrorDetails(status).reason, "STREAM_LOST");
}

TEST_F(StreamTest, PayloadIsProtectedBothWays) {
  Connect(true);
  std::string output;
  EXPECT_TRUE(RoundTrip(Noise(500'000), output).ok());
  mood_.messages = 0;
  mood_.damage_results = true;
  output.clear();
  const absl::Status status = RoundTrip(Noise(500'000), output);
  EXPECT_EQ(status.code(), StatusCode::kDataLoss);
  EXPECT_EQ(GetErrorDetails(status).reason, "CRC32C_MISMATCH");
  EXPECT_EQ(output, "");
}

TEST_F(StreamTest, TheDaemonsIdlenessEndsWithTheTimeout) {
  mood_.hang = true;
  const auto stream = Open({.idle_timeout = absl::Milliseconds(30)});
  ASSERT_TRUE(stream->WritesDone().ok());
  const absl::Status status = stream->Read().status();
  EXPECT_EQ(status.code(), StatusCode::kDeadlineExceeded);
  EXPECT_NE(status.message().find("30ms"), absl::string_view::npos) << status;
}

TEST_F(StreamTest, OurOwnSlownessIsNotTheDaemons) {
  const auto stream = Open({.idle_timeout = absl::Milliseconds(20)});
  ASSERT_TRUE(stream->Write("a").ok());
  ASSERT_TRUE(stream->Read().ok());
  std::promise<absl::Status> read;
  std::thread reader([&] { read.set_value(stream->Read().status()); });
  // The reader waits for a writer who takes his time.
  EXPECT_EQ(read.get_future().wait_for(std::chrono::milliseconds(100)),
            std::future_status::timeout);
  ASSERT_TRUE(stream->Write("b").ok());
  reader.join();
}

TEST_F(StreamTest, TheTimeoutOfTheWholeHolds) {
  mood_.hang = true;
  const auto stream = Open({.timeout = absl::Milliseconds(20)});
  EXPECT_EQ(stream->Read().status().code(), StatusCode::kDeadlineExceeded);
}

TEST_F(StreamTest, WritingAfterTheEndIsRefused) {
  const auto stream = Open();
  ASSERT_TRUE(stream->WritesDone().ok());
  EXPECT_EQ(stream->Write("late").code(), StatusCode::kFailedPrecondition);
  std::string output;
  ASSERT_TRUE(ReadAll(*stream, output).ok());
  EXPECT_EQ(stream->Write("later").code(), StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace uacced::client
