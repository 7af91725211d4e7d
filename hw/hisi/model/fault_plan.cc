#include "hw/hisi/model/fault_plan.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace uacced::hw::hisi {
namespace {

// SplitMix64: every input gives an output that looks drawn.
uint64_t Mix(uint64_t x) {
  x += 0x9E3779B97F4A7C15;
  x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9;
  x = (x ^ x >> 27) * 0x94D049BB133111EB;
  return x ^ x >> 31;
}

bool Matches(const FaultRule& rule, const FaultPlan::Operation& operation) {
  return (!rule.operation || rule.operation == operation.operation) &&
         (!rule.qc_type || *rule.qc_type == operation.qc_type) &&
         (!rule.sqn || *rule.sqn == operation.sqn);
}

bool IsUsedUp(const FaultReport& report) {
  return report.rule.count != 0 && report.hits == report.rule.count;
}

void Apply(const FaultRule& rule, uint64_t random, FaultVerdict& verdict) {
  verdict.kinds |= FaultVerdict::Bit(rule.kind);
  switch (rule.kind) {
    case FaultKind::kStatus:
      verdict.status_code = rule.code;
      return;
    case FaultKind::kCorrupt:
      verdict.random = random;
      return;
    case FaultKind::kUnknownTag:
      verdict.tag_code = rule.code;
      return;
    case FaultKind::kSlow:
      verdict.slow_us += rule.delay_us;
      return;
    case FaultKind::kDeviceReset:
    case FaultKind::kIsolate:
    case FaultKind::kRemove:
      verdict.away_us = rule.delay_us;
      return;
    default:
      return;
  }
}

}  // namespace

std::optional<FaultKind> FaultVerdict::halt() const {
  for (const FaultKind kind :
       {FaultKind::kRemove, FaultKind::kIsolate, FaultKind::kDeviceReset,
        FaultKind::kQueueStop, FaultKind::kStuck}) {
    if (Has(kind)) return kind;
  }
  return std::nullopt;
}

absl::StatusOr<uint64_t> FaultPlan::Add(const FaultRule& rule) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (rules_.size() == kMaxRules) std::erase_if(rules_, IsUsedUp);
  if (rules_.size() == kMaxRules) {
    return absl::ResourceExhaustedError(absl::StrCat(
        "a modelled device takes ", kMaxRules, " faults that may still hit"));
  }
  rules_.push_back({.id = ++last_id_, .rule = rule});
  active_.store(true, std::memory_order_release);
  return last_id_;
}

void FaultPlan::Clear() {
  std::lock_guard<std::mutex> lock(mutex_);
  rules_.clear();
  active_.store(false, std::memory_order_release);
}

std::vector<FaultReport> FaultPlan::Report() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return rules_;
}

FaultVerdict FaultPlan::Decide(const Operation& operation) {
  FaultVerdict verdict;
  std::lock_guard<std::mutex> lock(mutex_);
  for (FaultReport& report : rules_) {
    const FaultRule& rule = report.rule;
    if (!Matches(rule, operation)) continue;
    const uint64_t before = report.seen++;
    if (before < rule.skip_count) continue;
    if (IsUsedUp(report)) continue;
    const uint64_t drawn = Mix(rule.seed ^ Mix(before));
    if (drawn % 1000 >= rule.per_mille) continue;
    ++report.hits;
    Apply(rule, Mix(drawn), verdict);
  }
  return verdict;
}

}  // namespace uacced::hw::hisi
