#include "daemon/reactor/placement.h"

#include <sched.h>

#include <atomic>
#include <bit>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/numa.h"
#include "daemon/core/error.h"

namespace uacced {
namespace {

constexpr char kInboxFull[] = "INBOX_FULL";

absl::Status Overloaded() {
  return MakeError(absl::StatusCode::kUnavailable,
                   "the daemon is overloaded: its inbox is full; retry",
                   {.reason = kInboxFull,
                    .retry_after = absl::Milliseconds(20),
                    .quota_subject = "daemon",
                    .quota_description = "reactor.inbox_entries"});
}

// A number of its own for each thread that brings jobs: it spreads them over
// reactors, and stays with one of them.
size_t ThreadNumber() {
  static std::atomic<size_t> next{0};
  thread_local const size_t number =
      next.fetch_add(1, std::memory_order_relaxed);
  return number;
}

void Add(const Lane& lane, Placement::DeviceStats& sum) {
  const LaneStats& stats = lane.stats();
  sum.queue_depth += lane.depth();
  sum.jobs_in_flight += stats.jobs_in_flight.load();
  sum.jobs_waiting += stats.jobs_waiting.load();
  sum.jobs_done += stats.jobs_done.load();
  sum.jobs_failed += stats.jobs_failed.load();
  sum.unknown_tags += stats.unknown_tags.load();
  for (size_t code = 0; code < kStatusCodeCount; ++code) {
    sum.errors[code] += stats.errors[code].load();
  }
  sum.isolated &= !stats.attached.load();
}

}  // namespace

void Placement::Batch::Kick() {
  while (touched_ != 0) {
    const int index = std::countr_zero(touched_);
    touched_ &= touched_ - 1;
    placement_.reactors_[index]->Kick();
  }
}

void Placement::AddReactor(Reactor* reactor, int numa_node) {
  const auto index = static_cast<uint16_t>(reactors_.size());
  reactors_.push_back(reactor);
  reactor_nodes_.push_back(numa_node);
  for (NodeReactors& node : nodes_) {
    if (node.node == numa_node) return node.reactor_indices.push_back(index);
  }
  nodes_.push_back({numa_node, {index}});
}

absl::Status Placement::Place(std::unique_ptr<Job>& job, Batch& batch,
                              const Wish& wish) const {
  const uint16_t reactor_index = ChooseReactor();
  const PlacementReactor where = At(reactor_index);
  const PlacementChoice choice =
      Choose(targets_, policy_, where, job->request, wish);
  if (choice.device_index == kNoDevice) {
    return Refusal(targets_, where, job->request, wish, choice);
  }
  job->lane_index = choice.lane_index;
  job->device_index = choice.device_index;
  job->fallback = choice.fallback;
  Reactor& reactor = *reactors_[reactor_index];
  if (!reactor.TryPush(job)) {
    // A large batch may have filled the inbox by itself.
    batch.Kick();
    if (!reactor.TryPush(job)) return Overloaded();
  }
  batch.touched_ |= uint64_t{1} << reactor_index;
  return absl::OkStatus();
}

bool Placement::IsInboxFull(const absl::Status& status) {
  return status.code() == absl::StatusCode::kUnavailable &&
         GetErrorDetail(status).reason == kInboxFull;
}

absl::StatusOr<Placement::OpenedStream> Placement::OpenStream(
    const hw::StreamSpec& spec, ExecutionMode mode, int64_t now_ns) const {
  hw::Request request;
  request.operation = spec.operation;
  request.algorithm = spec.algorithm;
  PlacementChoice choice;
  absl::Status failure;
  for (const size_t index : StreamOrder(mode)) {
    const Target& target = targets_[index];
    const hw::Capability* can =
        target.info().capabilities.Find(spec.operation, spec.algorithm);
    if (can == nullptr || !can->streams) continue;
    if (ReadStats(target).isolated ||
        !target.health->Admits(spec.operation, now_ns)) {
      choice.capable = true;
      continue;
    }
    auto stream = target.device->OpenStream(spec);
    if (stream.ok()) {
      return OpenedStream{*std::move(stream), static_cast<uint16_t>(index)};
    }
    if (stream.status().code() != absl::StatusCode::kUnimplemented) {
      failure = MakeError(
          stream.status().code(), "the device cannot open a stream now; retry",
          {.reason = "DEVICE_FAILED", .retry_after = absl::Milliseconds(100)});
    }
  }
  if (!failure.ok()) return failure;
  return Refusal(targets_, At(0), request, {.mode = mode}, choice);
}

// The CPU, what is there for fallback, accelerators: as far as `mode` allows.
std::vector<size_t> Placement::StreamOrder(ExecutionMode mode) const {
  std::vector<size_t> order;
  const auto add = [&](bool hardware, bool fallback_only) {
    for (size_t i = 0; i < targets_.size(); ++i) {
      if (targets_[i].info().hardware == hardware &&
          targets_[i].fallback_only == fallback_only) {
        order.push_back(i);
      }
    }
  };
  if (mode != ExecutionMode::kHardwareOnly) {
    add(/*hardware=*/false, /*fallback_only=*/false);
    add(/*hardware=*/false, /*fallback_only=*/true);
  }
  if (mode != ExecutionMode::kSoftwareOnly) {
    add(/*hardware=*/true, /*fallback_only=*/false);
  }
  return order;
}

Placement::DeviceStats Placement::ReadStats(const Target& target) const {
  DeviceStats sum;
  sum.isolated = true;
  for (size_t i = 0; i < reactors_.size(); ++i) {
    for (const std::vector<uint16_t>& kind : target.lanes[i]) {
      for (const uint16_t lane : kind) Add(reactors_[i]->lane(lane), sum);
    }
  }
  return sum;
}

// Of those on the caller's NUMA node, if there are any.
uint16_t Placement::ChooseReactor() const {
  if (reactors_.size() == 1) return 0;
  const std::vector<uint16_t>* near = &nodes_.front().reactor_indices;
  if (nodes_.size() > 1) {
    const int node = NumaNodeOfCpu(sched_getcpu());
    for (const NodeReactors& candidate : nodes_) {
      if (candidate.node == node) near = &candidate.reactor_indices;
    }
  }
  return (*near)[ThreadNumber() % near->size()];
}

PlacementReactor Placement::At(uint16_t reactor_index) const {
  return {*reactors_[reactor_index], reactor_index,
          reactor_nodes_[reactor_index]};
}

}  // namespace uacced
