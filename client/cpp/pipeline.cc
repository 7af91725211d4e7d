#include "client/cpp/pipeline.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>

#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "client/cpp/channel.h"
#include "client/cpp/error.h"
#include "client/cpp/pipeline_core.h"
#include "client/cpp/process_stream.h"

namespace uacced::client {
namespace {

using SteadyClock = std::chrono::steady_clock;

absl::Status Validate(const PipelineOptions& options) {
  const auto within = [](size_t value, size_t max) {
    return value >= 1 && value <= max;
  };
  if (!within(options.max_batch_bytes, size_t{1} << 30)) {
    return absl::InvalidArgumentError("max_batch_bytes: must be 1..2^30");
  }
  if (!within(options.max_batch_operations, 1024)) {
    return absl::InvalidArgumentError("max_batch_operations: must be 1..1024");
  }
  if (options.max_delay < absl::ZeroDuration() ||
      options.max_delay > absl::Seconds(1)) {
    return absl::InvalidArgumentError("max_delay: must be 0..1 s");
  }
  if (!within(options.max_in_flight_operations, 65536)) {
    return absl::InvalidArgumentError(
        "max_in_flight_operations: must be 1..65536");
  }
  if (options.max_in_flight_bytes == 0) {
    return absl::InvalidArgumentError(
        "max_in_flight_bytes: must be more than 0");
  }
  return absl::OkStatus();
}

SteadyClock::time_point After(absl::Duration timeout) {
  // Far enough, and the sum does not overflow.
  constexpr absl::Duration kForever = absl::Hours(24 * 365);
  if (timeout >= kForever) return SteadyClock::time_point::max();
  return SteadyClock::now() + absl::ToChronoNanoseconds(timeout);
}

}  // namespace

// What dies on its owner's thread, the channel above all: see channel.h.
struct Pipeline::Resources {
  explicit Resources(const ClientOptions& options)
      : opener(MakeChannel(options, Sharing::kNone)) {}
  GrpcProcessStreamOpener opener;
  MonotonicClock clock;
  ThreadRetryTimer timer;
  std::shared_ptr<PipelineCore> core;
};

absl::StatusOr<std::unique_ptr<Pipeline>> Pipeline::Connect(
    ClientOptions options, const PipelineOptions& pipeline_options) {
  absl::Status valid = client::Validate(options);
  if (valid.ok()) valid = Validate(pipeline_options);
  if (!valid.ok()) return valid;
  auto resources = std::make_unique<Resources>(options);
  if (options.clock == nullptr) options.clock = &resources->clock;
  if (options.retry_timer == nullptr) options.retry_timer = &resources->timer;
  if (!options.jitter) options.jitter = RandomJitter();
  const bool crc32c = options.crc32c;
  resources->core = std::make_shared<PipelineCore>(
      std::move(options), pipeline_options, resources->opener);
  return std::unique_ptr<Pipeline>(new Pipeline(std::move(resources), crc32c));
}

Pipeline::Pipeline(std::unique_ptr<Resources> resources, bool crc32c)
    : resources_(std::move(resources)), crc32c_(crc32c) {}

Pipeline::~Pipeline() { resources_->core->Stop(); }

bool Pipeline::HasRoom() const { return resources_->core->room().HasAny(); }

bool Pipeline::TryReserve(size_t bytes) {
  return resources_->core->room().TryTake(bytes);
}

absl::Status Pipeline::FullError() {
  return MakeLocalError(absl::StatusCode::kResourceExhausted, "PIPELINE_FULL",
                        "as much as the pipeline allows is in flight: wait for "
                        "room, or raise max_in_flight_operations or _bytes");
}

void Pipeline::Start(std::unique_ptr<PendingOperation> operation,
                     const CallOptions& options) {
  PipelineCore& core = *resources_->core;
  const ClientOptions& client = core.client_options();
  core.Start(std::move(operation),
             DeadlineNs(client, options.timeout, client.clock->NowNs()));
}

bool Pipeline::WaitForRoom(absl::Duration timeout) {
  return resources_->core->room().Wait(After(timeout));
}

void Pipeline::Wait(const CallOptions& options, const TryStart& try_start,
                    const std::function<void(const absl::Status&)>& late) {
  // Shared, as the callback may still hold the mutex when this returns.
  struct Waiter {
    std::mutex mutex;
    std::condition_variable changed;
    bool ended = false;
  };
  const auto waiter = std::make_shared<Waiter>();
  const auto ended = [waiter] {
    std::lock_guard<std::mutex> lock(waiter->mutex);
    waiter->ended = true;
    waiter->changed.notify_one();
  };
  CallOptions left = options;
  if (left.timeout <= absl::ZeroDuration()) {
    left.timeout = resources_->core->client_options().timeout;
  }
  const SteadyClock::time_point begin = SteadyClock::now();
  const absl::Duration whole = left.timeout;
  while (!try_start(left, ended)) {
    if (!WaitForRoom(left.timeout)) {
      return late(absl::DeadlineExceededError(absl::StrCat(
          "the pipeline had no room for ", absl::FormatDuration(whole))));
    }
    left.timeout =
        std::max(whole - absl::FromChrono(SteadyClock::now() - begin),
                 absl::Nanoseconds(1));
  }
  std::unique_lock<std::mutex> lock(waiter->mutex);
  waiter->changed.wait(lock, [&] { return waiter->ended; });
}

void Pipeline::Flush() { resources_->core->Flush(); }

PipelineStats Pipeline::stats() const { return resources_->core->stats(); }

}  // namespace uacced::client
