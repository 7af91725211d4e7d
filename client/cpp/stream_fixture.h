// A daemon that gives streams back as they come, or does it wrongly, for tests
// of streams.
#ifndef UACCED_CLIENT_CPP_STREAM_FIXTURE_H_
#define UACCED_CLIENT_CPP_STREAM_FIXTURE_H_

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/crc32c.h"
#include "client/cpp/client.h"
#include "client/cpp/stream.h"
#include "client/cpp/test_server.h"
#include "gtest/gtest.h"

namespace uacced::client {

// How the daemon behaves. Its "compression" gives the input back.
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

class EchoAccelerator final : public v1::Accelerator::CallbackService {
 public:
  explicit EchoAccelerator(Mood& mood) : mood_(mood) {}
  grpc::ServerBidiReactor<v1::CompressStreamRequest, v1::StreamResponse>*
  CompressStream(grpc::CallbackServerContext*) override {
    return new EchoReactor(mood_);
  }

 private:
  Mood& mood_;
};

inline std::string Noise(size_t bytes, uint32_t seed = 1) {
  std::minstd_rand random(seed);
  std::string noise(bytes, '\0');
  for (char& byte : noise) byte = static_cast<char>(random());
  return noise;
}

inline std::string Join(const StreamOutput& output) {
  std::string whole;
  for (const absl::string_view piece : output.pieces()) {
    EXPECT_FALSE(piece.empty());
    whole.append(piece.data(), piece.size());
  }
  EXPECT_EQ(whole.size(), output.size());
  return whole;
}

// Until the end or an error.
inline absl::Status ReadAll(Stream& stream, std::string& all) {
  while (true) {
    absl::StatusOr<StreamOutput> output = stream.Read();
    if (!output.ok()) return output.status();
    if (output->empty()) return absl::OkStatus();
    all += Join(*output);
  }
}

class StreamFixture : public testing::Test {
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
  EchoAccelerator accelerator_{mood_};
  TestServer server_{{&accelerator_}};
  std::unique_ptr<Client> client_;
};

}  // namespace uacced::client

#endif  // UACCED_CLIENT_CPP_STREAM_FIXTURE_H_
