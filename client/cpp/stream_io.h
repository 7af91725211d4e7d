// A Stream for one thread: push (StreamWriter: give input, output goes to a
// function) or pull (StreamReader: take output, input comes from a function).
//
// Threads:  each has one thread of its own, which calls the function, in order
//           and never twice at once. The rest belongs to one thread at a time;
//           Cancel() to any.
// Lifetime: the destructor cancels what is not finished and joins the thread,
//           so the function must come to an end.
// Errors:   the Stream's. An error of the function cancels the stream and is
//           what all calls return from then on.
#ifndef UACCED_CLIENT_CPP_STREAM_IO_H_
#define UACCED_CLIENT_CPP_STREAM_IO_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "client/cpp/stream.h"

namespace uacced::client {

class StreamWriter {
 public:
  // Borrows `output` for the call.
  using Sink = std::function<absl::Status(const StreamOutput& output)>;

  StreamWriter(std::unique_ptr<Stream> stream, Sink sink);
  StreamWriter(const StreamWriter&) = delete;
  StreamWriter& operator=(const StreamWriter&) = delete;
  ~StreamWriter();

  absl::Status Write(absl::string_view input);
  absl::Status WriteOwned(std::string input);
  // Ends the input and waits until the sink has all output. Without OK from
  // here what the sink got is only a part.
  absl::StatusOr<v1::StreamSummary> Finish();
  void Cancel();

 private:
  absl::Status Explain(const absl::Status& status);
  void Drain();

  const std::unique_ptr<Stream> stream_;
  const Sink sink_;
  std::mutex mutex_;
  absl::Status sink_error_;  // guarded by mutex_
  absl::Status read_error_;  // the thread's, then the joiner's
  std::thread thread_;
};

class StreamReader {
 public:
  // Puts input into `room` and says how much; 0 is the end of it.
  using Source = std::function<absl::StatusOr<size_t>(absl::Span<char> room)>;

  StreamReader(std::unique_ptr<Stream> stream, Source source);
  StreamReader(const StreamReader&) = delete;
  StreamReader& operator=(const StreamReader&) = delete;
  ~StreamReader();

  // Waits for at least one byte; 0 when the stream ended well and all of it
  // was given out. REQUIRES: `room` is not empty.
  absl::StatusOr<size_t> Read(absl::Span<char> room);
  void Cancel();

  // REQUIRES: Read() gave 0.
  const v1::StreamSummary& summary() const { return stream_->summary(); }

 private:
  absl::Status Explain(const absl::Status& status);
  void Feed();

  const std::unique_ptr<Stream> stream_;
  const Source source_;
  StreamOutput output_;
  size_t piece_index_ = 0;
  size_t piece_offset_ = 0;
  std::mutex mutex_;
  absl::Status source_error_;  // guarded by mutex_
  std::thread thread_;
};

}  // namespace uacced::client

#endif  // UACCED_CLIENT_CPP_STREAM_IO_H_
