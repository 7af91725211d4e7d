#include "client/cpp/stream_io.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace uacced::client {
namespace {

// What a source is asked for at a time.
constexpr size_t kSourceBytes = size_t{256} << 10;

}  // namespace

StreamWriter::StreamWriter(std::unique_ptr<Stream> stream, Sink sink)
    : stream_(std::move(stream)),
      sink_(std::move(sink)),
      thread_([this] { Drain(); }) {}

StreamWriter::~StreamWriter() {
  stream_->Cancel();
  if (thread_.joinable()) thread_.join();
}

void StreamWriter::Drain() {
  while (true) {
    absl::StatusOr<StreamOutput> output = stream_->Read();
    if (!output.ok()) {
      read_error_ = output.status();
      return;
    }
    if (output->empty()) return;
    absl::Status status = sink_(*output);
    if (status.ok()) continue;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      sink_error_ = std::move(status);
    }
    stream_->Cancel();
  }
}

// The sink's error is the cause when both failed.
absl::Status StreamWriter::Explain(const absl::Status& status) {
  if (status.ok()) return status;
  std::lock_guard<std::mutex> lock(mutex_);
  return sink_error_.ok() ? status : sink_error_;
}

absl::Status StreamWriter::Write(absl::string_view input) {
  return Explain(stream_->Write(input));
}

absl::Status StreamWriter::WriteOwned(std::string input) {
  return Explain(stream_->WriteOwned(std::move(input)));
}

absl::StatusOr<v1::StreamSummary> StreamWriter::Finish() {
  absl::Status status = stream_->WritesDone();
  if (thread_.joinable()) thread_.join();
  if (status.ok()) status = read_error_;
  status = Explain(status);
  if (!status.ok()) return status;
  return stream_->summary();
}

void StreamWriter::Cancel() { stream_->Cancel(); }

StreamReader::StreamReader(std::unique_ptr<Stream> stream, Source source)
    : stream_(std::move(stream)),
      source_(std::move(source)),
      thread_([this] { Feed(); }) {}

StreamReader::~StreamReader() {
  stream_->Cancel();
  thread_.join();
}

void StreamReader::Feed() {
  while (true) {
    std::string input(kSourceBytes, '\0');
    absl::StatusOr<size_t> bytes =
        source_(absl::MakeSpan(&input[0], input.size()));
    if (!bytes.ok()) {
      {
        std::lock_guard<std::mutex> lock(mutex_);
        source_error_ = bytes.status();
      }
      stream_->Cancel();
      return;
    }
    // What fails here Read() fails with, too.
    if (*bytes == 0) {
      stream_->WritesDone().IgnoreError();
      return;
    }
    input.resize(std::min(*bytes, input.size()));
    if (!stream_->WriteOwned(std::move(input)).ok()) return;
  }
}

absl::Status StreamReader::Explain(const absl::Status& status) {
  std::lock_guard<std::mutex> lock(mutex_);
  return source_error_.ok() ? status : source_error_;
}

absl::StatusOr<size_t> StreamReader::Read(absl::Span<char> room) {
  while (piece_index_ == output_.pieces().size()) {
    absl::StatusOr<StreamOutput> output = stream_->Read();
    if (!output.ok()) return Explain(output.status());
    if (output->empty()) return 0;
    output_ = *std::move(output);
    piece_index_ = 0;
    piece_offset_ = 0;
  }
  size_t given = 0;
  while (given < room.size() && piece_index_ < output_.pieces().size()) {
    const absl::string_view piece = output_.pieces()[piece_index_];
    const size_t bytes =
        std::min(room.size() - given, piece.size() - piece_offset_);
    std::memcpy(room.data() + given, piece.data() + piece_offset_, bytes);
    given += bytes;
    piece_offset_ += bytes;
    if (piece_offset_ == piece.size()) {
      ++piece_index_;
      piece_offset_ = 0;
    }
  }
  return given;
}

void StreamReader::Cancel() { stream_->Cancel(); }

}  // namespace uacced::client
