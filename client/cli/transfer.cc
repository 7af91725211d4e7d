#include "client/cli/transfer.h"

#include <sys/stat.h>

#include <chrono>
#include <string>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "base/status_macros.h"
#include "client/cli/progress.h"
#include "client/cpp/call_retry.h"

namespace uacced::cli {
namespace {

// Input to the stream, until its end or the first error. Errors of the stream
// are left to whoever reads it.
absl::Status Feed(client::Stream& stream, InputFile& input, Meter& meter) {
  while (true) {
    std::string piece;
    UACCED_ASSIGN_OR_RETURN(const bool more, input.Read(kPieceBytes, piece));
    if (!more) break;
    const size_t piece_bytes = piece.size();
    if (!stream.WriteOwned(std::move(piece)).ok()) return absl::OkStatus();
    meter.Add(piece_bytes);
  }
  stream.WritesDone().IgnoreError();
  return absl::OkStatus();
}

// How one try ended: OK, or the first of these.
struct Outcome {
  absl::Status stream_error;
  absl::Status output_error;
  absl::Status input_error;
};

absl::Status Take(absl::string_view piece, const Ends& ends) {
  if (ends.output != nullptr) return ends.output->Append(piece);
  absl::StrAppend(ends.text, piece);
  return absl::OkStatus();
}

// False: what was written cannot be taken back.
bool Discard(const Ends& ends) {
  if (ends.output != nullptr) return ends.output->Discard();
  ends.text->clear();
  return true;
}

// Output to the other end, until its end or the first error.
Outcome Drain(client::Stream& stream, const Ends& ends) {
  while (true) {
    const auto output = stream.Read();
    if (!output.ok()) return {.stream_error = output.status()};
    if (output->empty()) return {};
    for (const absl::string_view piece : output->pieces()) {
      absl::Status taken = Take(piece, ends);
      if (!taken.ok()) return {.output_error = std::move(taken)};
    }
  }
}

Outcome TryOnce(client::Stream& stream, const Ends& ends, Meter& meter) {
  absl::Status input_error;
  std::thread feeder([&] {
    input_error = Feed(stream, ends.input, meter);
    if (!input_error.ok()) stream.Cancel();
  });
  Outcome outcome = Drain(stream, ends);
  if (!outcome.stream_error.ok() || !outcome.output_error.ok()) {
    // Whatever the feeder waits for: input that may never come, or room.
    ends.input.Interrupt();
    stream.Cancel();
  }
  feeder.join();
  // Reading is CANCELLED when something else failed first.
  if (!absl::IsCancelled(input_error)) outcome.input_error = input_error;
  return outcome;
}

absl::Status Failure(const Outcome& outcome, const Ends& ends) {
  if (!outcome.output_error.ok()) return outcome.output_error;
  if (!outcome.input_error.ok()) return outcome.input_error;
  return ends.describe(outcome.stream_error);
}

// Waits until the next try may begin; false when there is none.
bool WaitForNextTry(client::CallRetry& retry, const Outcome& outcome,
                    const Ends& ends) {
  if (outcome.stream_error.ok() || !outcome.output_error.ok() ||
      !outcome.input_error.ok()) {
    return false;
  }
  const auto delay_ns =
      retry.NextDelayNs(outcome.stream_error, MonotonicClock().NowNs());
  if (!delay_ns) return false;
  if (!Discard(ends) || !ends.input.Rewind()) return false;
  std::this_thread::sleep_for(std::chrono::nanoseconds(*delay_ns));
  return true;
}

}  // namespace

Meter::Meter(const Options& options, const InputFile& input,
             const OutputFile* output) {
  if (options.no_progress || options.json || !Progress::IsPossible()) return;
  // Output and bar on one terminal would overwrite each other.
  if (output != nullptr && output->IsTerminal()) return;
  thread_.emplace(input.size_bytes(), done_bytes_);
}

absl::StatusOr<v1::StreamSummary> Transfer(const Session& session,
                                           const OpenStream& open,
                                           const Ends& ends) {
  if (ends.output != nullptr) {
    UACCED_RETURN_IF_ERROR(CheckDistinct(ends.input, *ends.output));
  }
  Meter meter(session.options, ends.input, ends.output);
  client::CallRetry retry(
      session.client_options.retry, client::RetrySafety::kPure,
      client::RandomJitter(),
      MonotonicClock().NowNs() +
          absl::ToInt64Nanoseconds(session.options.timeout));
  while (true) {
    const auto stream = open();
    const Outcome outcome = TryOnce(*stream, ends, meter);
    if (outcome.stream_error.ok() && outcome.output_error.ok() &&
        outcome.input_error.ok()) {
      return stream->summary();
    }
    if (WaitForNextTry(retry, outcome, ends)) {
      meter.Reset();
      continue;
    }
    const absl::Status failure = Failure(outcome, ends);
    return ends.output == nullptr ? failure
                                  : OutputFailed(failure, *ends.output);
  }
}

absl::Status CheckDistinct(const InputFile& input, const OutputFile& output) {
  struct stat in, out;
  if (!output.IsWrittenInPlace() || fstat(input.fd(), &in) != 0 ||
      fstat(output.fd(), &out) != 0 || !S_ISREG(in.st_mode) ||
      in.st_dev != out.st_dev || in.st_ino != out.st_ino) {
    return absl::OkStatus();
  }
  return Fail(ExitCode::kFailure,
              absl::StrCat(input.name(),
                           ": is the output, too; -o FILE replaces a file once "
                           "it has been read"));
}

absl::Status OutputFailed(const absl::Status& failure,
                          const OutputFile& output) {
  if (failure.message().empty() || !output.IsWrittenInPlace() ||
      output.written_bytes() == 0) {
    return failure;
  }
  return Fail(ExitCodeOf(failure),
              absl::StrCat(failure.message(), "; the ", output.written_bytes(),
                           " bytes of output so far are not all"));
}

}  // namespace uacced::cli
