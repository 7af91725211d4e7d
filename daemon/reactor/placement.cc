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

absl::Status NoDevice(const hw::Request& request) {
  const absl::string_view operation = hw::Name(request.operation);
  const absl::string_view algorithm = hw::Info(request.algorithm).name;
  return MakeError(
      absl::StatusCode::kUnimplemented,
      absl::StrCat("no device of this daemon can ", operation, " with ",
                   algorithm, "; see `uaccectl devices`"),
      {.reason = "OPERATION_NOT_SUPPORTED",
       .metadata = {{"operation", std::string(operation)},
                    {"algorithm", std::string(algorithm)}}});
}

absl::Status Overloaded() {
  return MakeError(absl::StatusCode::kUnavailable,
                   "the daemon is overloaded: its inbox is full; retry",
                   {.reason = "INBOX_FULL",
                    .retry_after = absl::Milliseconds(20),
                    .quota_subject = "daemon",
                    .quota_description = "reactor.inbox_entries"});
}

absl::Status AllIsolated() {
  return MakeError(absl::StatusCode::kUnavailable,
                   "every device with this operation is isolated; see "
                   "`uaccectl devices`",
                   {.reason = "DEVICE_LOST", .retry_after = absl::Seconds(1)});
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
  for (NodeReactors& node : nodes_) {
    if (node.node == numa_node) return node.reactor_indices.push_back(index);
  }
  nodes_.push_back({numa_node, {index}});
}

absl::Status Placement::Place(std::unique_ptr<Job>& job, Batch& batch,
                              Wish wish) const {
  const uint16_t reactor_index = ChooseReactor();
  bool capable = false;
  const Target* target = Choose(job->request, reactor_index, wish, &capable);
  if (target == nullptr) {
    return capable ? AllIsolated() : NoDevice(job->request);
  }
  job->lane_index = target->lanes[reactor_index][0][0];
  job->device_index = static_cast<uint16_t>(target - targets_.data());
  Reactor& reactor = *reactors_[reactor_index];
  if (!reactor.TryPush(job)) {
    // A large batch may have filled the inbox by itself.
    batch.Kick();
    if (!reactor.TryPush(job)) return Overloaded();
  }
  batch.touched_ |= uint64_t{1} << reactor_index;
  return absl::OkStatus();
}

absl::StatusOr<Placement::OpenedStream> Placement::OpenStream(
    const hw::StreamSpec& spec) const {
  hw::Request request;
  request.operation = spec.operation;
  request.algorithm = spec.algorithm;
  absl::Status refusal = NoDevice(request);
  for (const Target& target : targets_) {
    if (!target.info().capabilities.Has(spec.operation, spec.algorithm) ||
        ReadStats(target).isolated) {
      continue;
    }
    auto stream = target.device->OpenStream(spec);
    if (stream.ok()) {
      return OpenedStream{*std::move(stream),
                          static_cast<uint16_t>(&target - targets_.data())};
    }
    if (stream.status().code() != absl::StatusCode::kUnimplemented) {
      refusal = MakeError(
          stream.status().code(), "the device cannot open a stream now; retry",
          {.reason = "DEVICE_FAILED", .retry_after = absl::Milliseconds(100)});
    }
  }
  return refusal;
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

bool Placement::IsIsolated(const Target& target, uint16_t reactor_index) const {
  const Lane& lane =
      reactors_[reactor_index]->lane(target.lanes[reactor_index][0][0]);
  return !lane.stats().attached.load(std::memory_order_relaxed);
}

const Placement::Target* Placement::Choose(const hw::Request& request,
                                           uint16_t reactor_index,
                                           const Wish& wish,
                                           bool* capable) const {
  const Target* last_resort = nullptr;
  for (const Target& target : targets_) {
    const size_t index = &target - targets_.data();
    if (wish.only != kNoDevice && index != wish.only) continue;
    if (!target.info().capabilities.Has(request.operation, request.algorithm)) {
      continue;
    }
    *capable = true;
    if (IsIsolated(target, reactor_index)) continue;
    if (index != wish.avoid) return &target;
    last_resort = &target;
  }
  return last_resort;
}

}  // namespace uacced
