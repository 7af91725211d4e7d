#include "daemon/reactor/placement_choice.h"

#include <algorithm>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "daemon/core/error.h"

namespace uacced {
namespace {

// Loads are jobs for each thousand entries of the queue. A device on another
// node counts as half a queue more loaded than it is.
constexpr uint64_t kFull = 1000;
constexpr uint64_t kFarAway = kFull / 2;

// Where the search among equals begins, another place each time.
size_t NextTurn() {
  thread_local size_t turn = 0;
  return turn++;
}

uint64_t Load(const Lane& lane) {
  const LaneStats& stats = lane.stats();
  const uint64_t jobs =
      uint64_t{stats.jobs_in_flight.load(std::memory_order_relaxed)} +
      stats.jobs_waiting.load(std::memory_order_relaxed);
  return jobs * kFull / lane.depth();
}

struct Candidate {
  uint16_t device_index = kNoTarget;
  uint16_t lane_index = 0;
  uint64_t load = 0;

  bool found() const { return device_index != kNoTarget; }
};

// The least loaded lane of the kinds that take `request`.
std::optional<Candidate> BestLane(const PlacementTarget& target,
                                  const PlacementReactor& where,
                                  const hw::Request& request, size_t turn) {
  std::optional<Candidate> best;
  const auto& kinds = target.lanes[where.index];
  for (size_t kind = 0; kind < kinds.size(); ++kind) {
    if (!target.info().queue_kind(kind).Covers(request)) continue;
    const std::vector<uint16_t>& lanes = kinds[kind];
    for (size_t i = 0; i < lanes.size(); ++i) {
      const uint16_t index = lanes[(i + turn) % lanes.size()];
      const Lane& lane = where.reactor.lane(index);
      if (!lane.stats().attached.load(std::memory_order_relaxed)) continue;
      const uint64_t load = Load(lane);
      if (best.has_value() && best->load <= load) continue;
      best = Candidate{.lane_index = index, .load = load};
    }
  }
  return best;
}

bool Covers(const PlacementTarget& target, const hw::Request& request) {
  const hw::DeviceInfo& info = target.info();
  for (size_t kind = 0; kind < info.queue_kind_count(); ++kind) {
    if (info.queue_kind(kind).Covers(request)) return true;
  }
  return false;
}

// What should have run on an accelerator and cannot: only so much of the CPU is
// for that.
bool IsBounded(Fallback reason) {
  switch (reason) {
    case Fallback::kUnavailable:
    case Fallback::kDeviceLost:
    case Fallback::kDeviceError:
    case Fallback::kNotVerified:
      return true;
    case Fallback::kNone:
    case Fallback::kNotCapable:
    case Fallback::kTooSmall:
    case Fallback::kBusy:
    case Fallback::kNotConfirmed:
      break;
  }
  return false;
}

class Chooser {
 public:
  Chooser(const std::vector<PlacementTarget>& targets,
          const PlacementPolicy& policy, const PlacementReactor& where,
          const hw::Request& request, const PlacementWish& wish)
      : targets_(targets),
        policy_(policy),
        where_(where),
        request_(request),
        wish_(wish),
        turn_(NextTurn()) {
    for (const PlacementTarget& target : targets) {
      has_hardware_ |= target.info().hardware;
    }
  }

  PlacementChoice Choose() {
    if (wish_.only != kNoTarget) return Only();
    if (wish_.check) return Check();
    if (wish_.cpu) return OnCpu(wish_.reason);
    if (wish_.mode == ExecutionMode::kSoftwareOnly ||
        (!has_hardware_ && wish_.mode != ExecutionMode::kHardwareOnly)) {
      return OnCpu(Fallback::kNone);
    }
    return OnHardware();
  }

 private:
  enum class Cpu : uint8_t { kOrdinary, kFallback };

  PlacementChoice Only() {
    const PlacementTarget& target = targets_[wish_.only];
    choice_.capable = Covers(target, request_);
    const bool as_meant = target.info().hardware || !has_hardware_ ||
                          wish_.mode == ExecutionMode::kSoftwareOnly;
    Candidate candidate = Examine(wish_.only);
    if (candidate.found() && Admits(candidate)) {
      Take(candidate, as_meant ? Fallback::kNone : Fallback::kNotCapable);
    }
    return choice_;
  }

  PlacementChoice Check() {
    if (!TakeCpu(Cpu::kFallback, Fallback::kNone) &&
        !TakeCpu(Cpu::kOrdinary, Fallback::kNone)) {
      TakeHardware();
    }
    return choice_;
  }

  PlacementChoice OnHardware() {
    const bool may_use_cpu = wish_.mode != ExecutionMode::kHardwareOnly;
    if (!IsHardwareCapable()) {
      return may_use_cpu ? OnCpu(Because(Fallback::kNotCapable)) : choice_;
    }
    choice_.capable = true;
    if (may_use_cpu && wish_.reason == Fallback::kNone &&
        (KeepSmall() || KeepFromBusy())) {
      return choice_;
    }
    if (TakeHardware() || !may_use_cpu) return choice_;
    return OnCpu(Because(Fallback::kUnavailable));
  }

  Fallback Because(Fallback reason) const {
    return wish_.reason == Fallback::kNone ? reason : wish_.reason;
  }

  bool IsHardwareCapable() const {
    for (const PlacementTarget& target : targets_) {
      if (target.info().hardware && Covers(target, request_)) return true;
    }
    return false;
  }

  bool KeepSmall() {
    const auto operation = static_cast<size_t>(request_.operation);
    return request_.source.size() < policy_.offload_min_bytes[operation] &&
           TakeOrdinaryCpu(Fallback::kTooSmall);
  }

  // Who finds every slot taken waits at least as long as one takes.
  bool KeepFromBusy() {
    if (wish_.mode != ExecutionMode::kBalanced) return false;
    const Candidate hardware = BestHardware(wish_.excluded);
    if (!hardware.found() || hardware.load < kFull) return false;
    for (const Cpu kind : {Cpu::kOrdinary, Cpu::kFallback}) {
      const Candidate cpu = FirstCpu(kind, wish_.excluded);
      if (cpu.found()) {
        return cpu.load < hardware.load && TakeCpu(kind, Fallback::kBusy);
      }
    }
    return false;
  }

  PlacementChoice OnCpu(Fallback reason) {
    if (!has_hardware_) {
      TakeOrdinaryCpu(Fallback::kNone);
    } else if (IsBounded(reason)) {
      TakeCpu(Cpu::kFallback, reason);
    } else if (reason == Fallback::kNotConfirmed) {
      if (!TakeCpu(Cpu::kFallback, reason)) TakeCpu(Cpu::kOrdinary, reason);
    } else {
      TakeOrdinaryCpu(reason);
    }
    return choice_;
  }

  bool TakeOrdinaryCpu(Fallback reason) {
    return TakeCpu(Cpu::kOrdinary, reason) || TakeCpu(Cpu::kFallback, reason);
  }

  bool TakeCpu(Cpu kind, Fallback reason) {
    uint64_t refused = 0;
    // Those that failed it come last.
    for (const uint64_t without : {wish_.excluded, uint64_t{0}}) {
      for (;;) {
        const Candidate candidate = FirstCpu(kind, without | refused);
        if (!candidate.found()) break;
        if (Admits(candidate)) return Take(candidate, reason);
        refused |= uint64_t{1} << candidate.device_index;
      }
    }
    return false;
  }

  bool TakeHardware() {
    uint64_t refused = wish_.excluded;
    for (;;) {
      const Candidate candidate = BestHardware(refused);
      if (!candidate.found()) return false;
      if (Admits(candidate)) return Take(candidate, Fallback::kNone);
      refused |= uint64_t{1} << candidate.device_index;
    }
  }

  Candidate FirstCpu(Cpu kind, uint64_t without) {
    for (size_t i = 0; i < targets_.size(); ++i) {
      if (targets_[i].info().hardware || (without >> i & 1) != 0 ||
          targets_[i].fallback_only != (kind == Cpu::kFallback)) {
        continue;
      }
      choice_.capable |= Covers(targets_[i], request_);
      const Candidate candidate = Examine(i);
      if (candidate.found()) return candidate;
    }
    return {};
  }

  Candidate BestHardware(uint64_t without) {
    Candidate best;
    for (size_t n = 0; n < targets_.size(); ++n) {
      const size_t i = (n + turn_) % targets_.size();
      if (!targets_[i].info().hardware || (without >> i & 1) != 0) continue;
      Candidate candidate = Examine(i);
      if (!candidate.found()) continue;
      if (IsFar(targets_[i])) candidate.load += kFarAway;
      if (!best.found() || candidate.load < best.load) best = candidate;
    }
    return best;
  }

  bool IsFar(const PlacementTarget& target) const {
    const int node = target.info().numa_node;
    return node >= 0 && where_.numa_node >= 0 && node != where_.numa_node;
  }

  Candidate Examine(size_t i) const {
    std::optional<Candidate> lane =
        BestLane(targets_[i], where_, request_, turn_);
    if (!lane.has_value()) return {};
    lane->device_index = static_cast<uint16_t>(i);
    return *lane;
  }

  // Asked only of what is taken if it says yes: a device on probation may count
  // whom it lets in.
  bool Admits(const Candidate& candidate) const {
    return targets_[candidate.device_index].health->Admits(request_.operation,
                                                           wish_.now_ns);
  }

  bool Take(const Candidate& candidate, Fallback fallback) {
    choice_.device_index = candidate.device_index;
    choice_.lane_index = candidate.lane_index;
    choice_.fallback = fallback;
    choice_.capable = true;
    return true;
  }

  const std::vector<PlacementTarget>& targets_;
  const PlacementPolicy& policy_;
  const PlacementReactor& where_;
  const hw::Request& request_;
  const PlacementWish& wish_;
  const size_t turn_;
  bool has_hardware_ = false;
  PlacementChoice choice_;
};

std::string Work(const hw::Request& request) {
  return absl::StrCat(hw::Name(request.operation), " with ",
                      hw::Info(request.algorithm).name);
}

absl::Status NotSupported(const hw::Request& request, bool hardware_only) {
  return MakeError(
      absl::StatusCode::kUnimplemented,
      absl::StrCat("no ", hardware_only ? "accelerator" : "device",
                   " of this daemon can ", Work(request),
                   hardware_only ? " what was asked for" : "",
                   "; see `uaccectl devices`"),
      {.reason = "OPERATION_NOT_SUPPORTED",
       .metadata = {
           {"operation", std::string(hw::Name(request.operation))},
           {"algorithm", std::string(hw::Info(request.algorithm).name)}}});
}

absl::Status AllLost() {
  return MakeError(absl::StatusCode::kUnavailable,
                   "every device with this operation is out of use; see "
                   "`uaccectl devices`",
                   {.reason = "DEVICE_LOST", .retry_after = absl::Seconds(1)});
}

// Why an accelerator that takes `request` did not get it.
std::string WhyNot(const PlacementTarget& target, const PlacementReactor& where,
                   const hw::Request& request, bool failed) {
  if (failed) return "failed this request";
  const DeviceState state = target.health->state();
  if (state == DeviceState::kProbation) return "is on probation, and busy";
  if (state != DeviceState::kUp) return absl::StrCat("is ", Name(state));
  return BestLane(target, where, request, 0).has_value()
             ? "failed at this too often"
             : "lost its queue";
}

// When the first of them is tried again, in the bounds of good advice.
absl::Duration RetryAfter(int64_t retry_at_ns, int64_t now_ns) {
  constexpr absl::Duration kLeast = absl::Milliseconds(100);
  constexpr absl::Duration kMost = absl::Seconds(5);
  if (retry_at_ns == 0) return absl::Seconds(1);
  return std::clamp(absl::Nanoseconds(retry_at_ns - now_ns), kLeast, kMost);
}

}  // namespace

PlacementChoice Choose(const std::vector<PlacementTarget>& targets,
                       const PlacementPolicy& policy,
                       const PlacementReactor& where,
                       const hw::Request& request, const PlacementWish& wish) {
  return Chooser(targets, policy, where, request, wish).Choose();
}

absl::Status Refusal(const std::vector<PlacementTarget>& targets,
                     const PlacementReactor& where, const hw::Request& request,
                     const PlacementWish& wish, const PlacementChoice& choice) {
  if (!choice.capable) {
    return NotSupported(request, wish.mode == ExecutionMode::kHardwareOnly);
  }
  std::string states;
  int64_t retry_at_ns = 0;
  for (size_t i = 0; i < targets.size(); ++i) {
    const PlacementTarget& target = targets[i];
    if (!target.info().hardware || !Covers(target, request)) continue;
    const bool failed = (wish.excluded >> i & 1) != 0;
    absl::StrAppend(&states, states.empty() ? "" : ", ", target.info().name,
                    " ", WhyNot(target, where, request, failed));
    const int64_t at_ns = target.health->Read().retry_at_ns;
    if (at_ns != 0 && (retry_at_ns == 0 || at_ns < retry_at_ns)) {
      retry_at_ns = at_ns;
    }
  }
  if (states.empty()) return AllLost();
  return MakeError(
      absl::StatusCode::kUnavailable,
      absl::StrCat("every accelerator that can ", Work(request),
                   " is out of use: ", states, "; see `uaccectl devices`"),
      {.reason = "DEVICES_OUT_OF_USE",
       .retry_after = RetryAfter(retry_at_ns, wish.now_ns)});
}

}  // namespace uacced
