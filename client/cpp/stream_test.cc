#include "client/cpp/stream.h"

#include <atomic>
#include <functional>
#include <future>
#include <mutex>
#include <random>
#include <string>
#include <thread>

#include "client/cpp/error.h"
#include "client/cpp/stream_io.h"
#include "client/cpp/test_server.h"
#include "gtest/gtest.h"

namespace uacced::client {
namespace {

using absl::StatusCode;

// How the fake daemon behaves. Its "compression" gives the input back.
struct Mood {
  std::atomic<uint64_t> taken_bytes = 0;
  std::atomic<int> messages = 0;
  bool hang = false;  // takes nothing
  bool damage_results = false;
  bool leave_out_summary = false;
  bool leave_out_output = false;  // of the last message but one
  int end_after_messages = -1;    // with `end`
  grpc::Status end = grpc::Status::OK;
};

class EchoReactor final
    : public grpc::ServerBidiReactor<v1::CompressStreamRequest,
                                     v1::StreamResponse> {
 public:
  explicit EchoReactor(Mood& mood) : mood_(mood) {
    if (!mood_.hang) StartRead(&request_);
  }
  void OnReadDone(bool ok) override {
    if (ok && mood_.end_after_messages == messages_) return Finish(mood_.end);
    response_.Clear();
    if (ok) {
      Take();
    } else {
      auto* summary = response_.mutable_summary();
      summary->set_input_bytes(input_bytes_);
      summary->set_output_bytes(input_bytes_);
      if (mood_.leave_out_summary) return Finish(mood_.end);
      last_ = true;
    }
    StartWrite(&response_);
  }
  void OnWriteDone(bool ok) override {
    if (!ok || last_) return Finish(mood_.end);
    StartRead(&request_);
  }
  // What is under way fails then, and that ends it: to finish here could come
  // between a read and the write that follows it.
  void OnCancel() override {
    if (mood_.hang) Finish(grpc::Status::CANCELLED);
  }
  void OnDone() override { delete this; }

 private:
  void Take() {
    ++mood_.messages;
    const bool first = messages_++ == 0;
    EXPECT_EQ(request_.has_options(), first);
    if (first) has_crc_ = request_.has_payload_crc32c();
    const std::string& input = request_.input();
    if (has_crc_) {
      EXPECT_EQ(request_.payload_crc32c(), Crc32c(input.data(), input.size()));
      response_.set_payload_crc32c(request_.payload_crc32c() +
                                   (mood_.damage_results ? 1 : 0));
    }
    input_bytes_ += input.size();
    mood_.taken_bytes += input.size();
    if (!mood_.leave_out_output) response_.set_output(input);
  }

  Mood& mood_;
  v1::CompressStreamRequest request_;
  v1::StreamResponse response_;
  int messages_ = 0;
  uint64_t input_bytes_ = 0;
  bool has_crc_ = false;
  bool last_ = false;
};

class FakeAccelerator final : public v1::Accelerator::CallbackService {
 public:
  explicit FakeAccelerator(Mood& mood) : mood_(mood) {}
  grpc::ServerBidiReactor<v1::CompressStreamRequest, v1::StreamResponse>*
  CompressStream(grpc::CallbackServerContext*) override {
    return new EchoReactor(mood_);
  }

 private:
  Mood& mood_;
};

std::string Noise(size_t bytes, uint32_t seed = 1) {
  std::minstd_rand random(seed);
  std::string noise(bytes, '\0');
  for (char& byte : noise) byte = static_cast<char>(random());
  return noise;
}

std::string Join(const StreamOutput& output) {
  std::string whole;
  for (const absl::string_view piece : output.pieces()) {
    EXPECT_FALSE(piece.empty());
    whole.append(piece.data(), piece.size());
  }
  EXPECT_EQ(whole.size(), output.size());
  return whole;
}

// Until the end or an error.
absl::Status ReadAll(Stream& stream, std::string& all) {
  while (true) {
    absl::StatusOr<StreamOutput> output = stream.Read();
    if (!output.ok()) return output.status();
    if (output->empty()) return absl::OkStatus();
    all += Join(*output);
  }
}

class StreamTest : public testing::Test {
 protected:
  void Connect(bool crc32c = false) {
    auto client =
        Client::Connect({.server = server_.address(), .crc32c = crc32c});
    ASSERT_TRUE(client.ok());
    client_ = *std::move(client);
  }
  std::unique_ptr<Stream> Open(StreamOptions options = {}) {
    if (client_ == nullptr) Connect();
    v1::CompressStreamOptions compress;
    compress.set_level(1);
    return Stream::Open(*client_, compress, options);
  }
  // All of `input` there and back; the first error of reading.
  absl::Status RoundTrip(const std::string& input, std::string& output,
                         StreamOptions options = {}) {
    const auto stream = Open(options);
    std::thread writer([&] {
      for (size_t at = 0; at < input.size(); at += 100'000) {
        if (!stream->Write(absl::string_view(input).substr(at, 100'000)).ok()) {
          return;
        }
      }
      stream->WritesDone().IgnoreError();
    });
    absl::Status status = ReadAll(*stream, output);
    // As a writer may wait for a daemon that has stopped.
    if (!status.ok()) stream->Cancel();
    writer.join();
    if (status.ok()) {
      EXPECT_EQ(stream->summary().output_bytes(), input.size());
    }
    return status;
  }

  Mood mood_;
  FakeAccelerator accelerator_{mood_};
  TestServer server_{{&accelerator_}};
  std::unique_ptr<Client> client_;
};

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

TEST_F(StreamTest, AWriterGivesOutputToItsSink) {
  const std::string input = Noise(3'000'000);
  std::string output;
  StreamWriter writer(Open(), [&](const StreamOutput& given) {
    output += Join(given);
    return absl::OkStatus();
  });
  for (size_t at = 0; at < input.size(); at += 70'000) {
    ASSERT_TRUE(writer.Write(absl::string_view(input).substr(at, 70'000)).ok());
  }
  const auto summary = writer.Finish();
  ASSERT_TRUE(summary.ok()) << summary.status();
  EXPECT_EQ(summary->input_bytes(), input.size());
  EXPECT_EQ(output, input);
}

TEST_F(StreamTest, ASinksErrorStopsTheWriter) {
  StreamWriter writer(Open(), [&](const StreamOutput&) {
    return absl::ResourceExhaustedError("disk full");
  });
  absl::Status status;
  const std::string block(100'000, 'x');
  while (status.ok()) status = writer.Write(block);
  EXPECT_EQ(status.message(), "disk full");
  EXPECT_EQ(writer.Finish().status().message(), "disk full");
}

TEST_F(StreamTest, AReaderTakesInputFromItsSource) {
  const std::string input = Noise(3'000'000);
  size_t at = 0;
  StreamReader reader(Open(), [&](absl::Span<char> room) {
    const size_t bytes = std::min(room.size(), input.size() - at);
    input.copy(room.data(), bytes, at);
    at += bytes;
    return bytes;
  });
  std::string output, room(12'345, '\0');
  while (true) {
    const auto bytes = reader.Read(absl::MakeSpan(&room[0], room.size()));
    ASSERT_TRUE(bytes.ok()) << bytes.status();
    if (*bytes == 0) break;
    output.append(room, 0, *bytes);
  }
  EXPECT_EQ(output, input);
  EXPECT_EQ(reader.summary().input_bytes(), input.size());
}

TEST_F(StreamTest, ASourcesErrorIsTheReaders) {
  StreamReader reader(Open(), [&](absl::Span<char>) -> absl::StatusOr<size_t> {
    return absl::NotFoundError("no such file");
  });
  char room[10];
  EXPECT_EQ(reader.Read(absl::MakeSpan(room)).status().message(),
            "no such file");
}

TEST_F(StreamTest, ReadersAndWritersMayBeLeftInTheMiddle) {
  {
    StreamWriter writer(Open(),
                        [](const StreamOutput&) { return absl::OkStatus(); });
    ASSERT_TRUE(writer.Write(Noise(100'000)).ok());
  }
  mood_.messages = 0;
  {
    StreamReader reader(Open(), [](absl::Span<char> room) {
      std::fill(room.begin(), room.end(), 'x');
      return room.size();
    });
    char room[10];
    EXPECT_TRUE(reader.Read(absl::MakeSpan(room)).ok());
  }
}

// Bytes that gRPC hands over as they are, whatever they say.
TEST_F(StreamTest, GarbageIsNoOutput) {
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
