// A Pipeline does many operations at once on one stream (Accelerator.Process),
// for a fraction of what a call each costs. It puts operations together into
// messages by itself:
//
//   auto pipeline = Pipeline::Connect({.server = "unix:/run/uacced.sock"});
//   while (more) {
//     while (!(*pipeline)->TryCallAsync(request, done)) {
//       (*pipeline)->WaitForRoom();
//     }
//   }
//
// When the stream ends early (its age, a restart or the end of the daemon, a
// lost connection) every operation without an answer is sent again on a new
// one, until its deadline: operations are pure functions of their input. After
// a stream that gave no answer one goes ahead, and the rest follow its answer.
// Before the pipeline's first answer RetryPolicy::max_attempts streams in a row
// without one are the end, as of a Client's call: there is no daemon.
//
// Room: operations and bytes in flight are bounded (PipelineOptions). Without
// room TryCallAsync() refuses, CallAsync() answers RESOURCE_EXHAUSTED, Call()
// waits.
//
// Threads:  thread-safe, the destructor excepted. Callbacks run on a thread of
//           gRPC or of the timer, or before the call that caused them returns;
//           several may run at once.
// Lifetime: it has a connection of its own, made by the first operation.
//           ~Pipeline() answers what is in flight with CANCELLED and returns
//           when the last callback has returned.
// Errors:   as Client's. An operation's error concerns no other one.
//           DEADLINE_EXCEEDED: the text has the last error of the connection.
//           RESOURCE_EXHAUSTED, reason PIPELINE_FULL: no room here.
//           UNIMPLEMENTED, reason STREAM_REFUSED: the daemon has no Process.
#ifndef UACCED_CLIENT_CPP_PIPELINE_H_
#define UACCED_CLIENT_CPP_PIPELINE_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/cpp/client_options.h"
#include "client/cpp/operation.h"
#include "client/cpp/pipeline_options.h"

namespace uacced::client {

class Pipeline {
 public:
  template <typename Request>
  using ResponseOf = typename Method<Request>::Response;
  template <typename Request>
  using Callback = std::function<void(absl::StatusOr<ResponseOf<Request>>)>;

  // Does not wait for the daemon.
  // INVALID_ARGUMENT: an option is out of range.
  static absl::StatusOr<std::unique_ptr<Pipeline>> Connect(
      ClientOptions options, const PipelineOptions& pipeline_options = {});

  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;
  ~Pipeline();

  // Calls `done` exactly once. `done` must not block, nor destroy the pipeline.
  // Operations that callbacks ask for leave together, when the callbacks of
  // one message have returned.
  // REQUIRES: Request is of Compress, Decompress, Encrypt, Decrypt, Digest,
  // Copy or Chain.
  template <typename Request>
  void CallAsync(Request request, Callback<Request> done,
                 const CallOptions& options = {}) {
    if (!TryCallAsync(request, done, options)) done(FullError());
  }

  // As CallAsync(), but without room it returns false and leaves `request` and
  // `done` alone, apart from the request's CRC. Moves from `done` when it
  // returns true.
  template <typename Request>
  bool TryCallAsync(Request& request, Callback<Request>& done,
                    const CallOptions& options = {}) {
    if (!HasRoom()) return false;
    if (crc32c_) SetPayloadCrc(request);
    const size_t size = request.ByteSizeLong();
    if (!TryReserve(size)) return false;
    Start(MakeOperation(request, size, std::move(done), crc32c_), options);
    return true;
  }

  // Blocks until a quarter of the bounds is free, so that whoever makes
  // operations and the pipeline seldom take turns. Another thread may take the
  // room first. False when `timeout` passed before. Not from within a Callback.
  bool WaitForRoom(absl::Duration timeout = absl::InfiniteDuration());

  // Waits for room, then blocks until the answer, both within the deadline.
  // Not from within a Callback.
  template <typename Request>
  absl::StatusOr<ResponseOf<Request>> Call(Request request,
                                           const CallOptions& options = {}) {
    absl::StatusOr<ResponseOf<Request>> result = absl::UnknownError("");
    Wait(
        options,
        [&](const CallOptions& left, std::function<void()> ended) {
          Callback<Request> done =
              [&result, ended = std::move(ended)](
                  absl::StatusOr<ResponseOf<Request>> given) {
                result = std::move(given);
                ended();
              };
          return TryCallAsync(request, done, left);
        },
        [&](const absl::Status& error) { result = error; });
    return result;
  }

  // Sends what waits for company (PipelineOptions::max_delay) now.
  void Flush();

  PipelineStats stats() const;

 private:
  struct Resources;

  Pipeline(std::unique_ptr<Resources> resources, bool crc32c);

  // A guess, for whoever need not make an operation at all.
  bool HasRoom() const;
  // Takes the room for an operation of `bytes`, which Start() then owns.
  bool TryReserve(size_t bytes);
  static absl::Status FullError();
  void Start(std::unique_ptr<PendingOperation> operation,
             const CallOptions& options);
  // Calls `try_start` with what is left of the time until there was room, then
  // waits for `ended`; or calls `late` when there never was.
  using TryStart =
      std::function<bool(const CallOptions& left, std::function<void()> ended)>;
  void Wait(const CallOptions& options, const TryStart& try_start,
            const std::function<void(const absl::Status&)>& late);

  const std::unique_ptr<Resources> resources_;
  const bool crc32c_;
};

}  // namespace uacced::client

#endif  // UACCED_CLIENT_CPP_PIPELINE_H_
