#!/usr/bin/env python3
"""Breaks the code on purpose, one line at a time: the tests must notice.

usage: tools/mutation_check.py [NAME...]

Each mutation replaces one text, which occurs exactly once, in one file; then
its tests are run, and one of them has to fail. What is left standing after all
of them is a hole in the tests. Files are put back whatever happens; nothing
else may change them meanwhile. Without names all are tried.

Exits 1 when a mutation survived, or its text is no longer there.
"""
import dataclasses
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent


@dataclasses.dataclass(frozen=True)
class Mutation:
    name: str
    file: str
    old: str
    new: str
    tests: tuple


TASK = ("//daemon/task:task_confirm_test", "//daemon/task:task_replay_test",
        "//daemon/task:task_verify_test")
STORM = ("//tests/integration:device_storm_test",)
HEALTH = ("//daemon/health:device_health_test",)
RING = ("//hw/hisi:qm_ring_test", "//hw/hisi:hisi_queue_test",
        "//hw/hisi:hisi_queue_laps_test")
SEC = ("//hw/hisi:sec_hostile_test",
       "//tests/fuzz:hisi_sec_driver_fuzz_replay_test")

MUTATIONS = [
    # The verifier.
    Mutation("verifier-believes-all", "daemon/task/output_check.cc",
             "  if (outcome.code != absl::StatusCode::kOk) return false;\n",
             "  return true;\n", STORM),
    Mutation("verifier-skips-tags", "daemon/task/output_check.cc",
             " && Same(request_.mac, done.mac);", ";", TASK),
    Mutation("verifier-skips-checksums", "daemon/task/output_check.cc",
             "  if (done.checksum == nullptr) return true;\n",
             "  if (done.algorithm != hw::Algorithm::kNone) return true;\n", TASK),
    Mutation("checks-are-never-made", "daemon/task/task_outcome.cc",
             "checking_ == Checking::kNo ? AfterStep()",
             "true ? AfterStep()", STORM),
    Mutation("mismatches-are-kept-quiet", "daemon/task/task_outcome.cc",
             "  if (target.info().hardware) target.health->ReportMismatch();\n",
             "", TASK),
    Mutation("probation-is-not-verified", "daemon/health/device_health.h",
             "VerifyAll() const { return state() == DeviceState::kProbation; }",
             "VerifyAll() const { return state() == DeviceState::kGone; }",
             TASK),
    # The replay.
    Mutation("what-is-lost-is-not-done-again", "daemon/task/task_outcome.cc",
             "    case Cause::kDeviceLost:\n      return Verdict::kAgain;",
             "    case Cause::kDeviceLost:\n      return Verdict::kEnd;",
             STORM),
    Mutation("a-failed-device-is-asked-again", "daemon/task/task_outcome.cc",
             "  attempts_.excluded |= uint64_t{1} << device_index;\n", "", TASK),
    Mutation("lost-jobs-are-called-done", "daemon/reactor/lost_queue.cc",
             "{absl::StatusCode::kUnavailable, cause, 0}",
             "{absl::StatusCode::kOk, cause, 0}",
             ("//daemon/reactor:lane_loss_test",) + STORM),
    Mutation("buffers-are-free-before-the-queue-is-stopped",
             "daemon/reactor/lost_queue.cc", "  lost.queue.reset();\n", "",
             ("//daemon/reactor:lane_loss_test",)),
    # Health.
    Mutation("breakers-never-open", "daemon/health/device_health.cc",
             "++breaker.faults >= options_.breaker_faults", "false", HEALTH),
    Mutation("breakers-never-close", "daemon/health/device_health.cc",
             "    CloseBreaker(operation);\n", "    ;\n", HEALTH),
    Mutation("probation-never-ends", "daemon/health/device_health.cc",
             "--probation_left_ == 0", "false", HEALTH),
    Mutation("a-second-loss-resets-nothing", "daemon/health/device_health.cc",
             "    if (!again) return;\n", "    if (again) return;\n", HEALTH),
    Mutation("back-off-does-not-grow", "daemon/health/device_health.cc",
             "  level_ = std::min(level_ + 1, kMaxLevel);\n", "", HEALTH),
    # The driver.
    Mutation("phase-never-flips", "hw/hisi/qm_ring.cc",
             "  if (cq_head_ == 0) phase_ ^= HISI_QM_CQE_PHASE_MASK;\n", "",
             RING),
    Mutation("any-slot-is-in-flight", "hw/hisi/qm_ring.cc",
             "  if (!IsWithDevice(slot)) return Found::kNonsense;\n", "", RING),
    Mutation("stop-words-are-not-read", "hw/hisi/qm_ring.cc",
             "  if (LoadStop(tx_stop_)) return false;\n", "", RING),
    Mutation("unanswered-is-an-answer", "hw/hisi/zip_sqe.h",
             "words(UINT32_MAX, 0)", "words(0, 0)",
             ("//hw/hisi:zip_codec_test", "//tests/fuzz:hisi_driver_fuzz_replay_test")),
    Mutation("half-an-aead-is-an-aead", "hw/hisi/sec_codec.cc",
             "outcome.flag == kBoth ?", "outcome.flag <= kBoth ?", SEC),
    Mutation("what-did-not-open-stays", "hw/hisi/sec_codec.cc",
             "explicit_bzero(state.destination.data(), state.destination.size());",
             ";", SEC),
    Mutation("streams-go-on-unanswered", "hw/hisi/sec_codec.cc",
             "status == SecStatus::kBroken || status == SecStatus::kFailed",
             "status == SecStatus::kFailed", SEC),
]


def run(mutation):
    """True when a test failed, as it should."""
    path = ROOT / mutation.file
    before = path.read_text()
    if before.count(mutation.old) != 1:
        print(f"{mutation.name}: its text is not once in {mutation.file}")
        return False
    try:
        path.write_text(before.replace(mutation.old, mutation.new))
        done = subprocess.run(
            ["bazel", "test", "--noshow_progress", "--ui_event_filters=-info",
             "--test_timeout=60,120,300,600", "--test_output=summary",
             *mutation.tests], cwd=ROOT,
            text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    finally:
        path.write_text(before)
    # Bazel's code for tests that failed: a build that fails proves nothing.
    if done.returncode == 3:
        print(f"{mutation.name}: noticed")
        return True
    print(f"{mutation.name}: NOT NOTICED (bazel: {done.returncode})")
    print(done.stdout[-2000:] if done.returncode != 0 else "")
    return False


def main():
    names = set(sys.argv[1:])
    chosen = [m for m in MUTATIONS if not names or m.name in names]
    if names - {m.name for m in chosen}:
        sys.exit(f"no such mutation: {names - {m.name for m in chosen}}")
    survived = [m.name for m in chosen if not run(m)]
    print(f"{len(chosen) - len(survived)} of {len(chosen)} noticed")
    sys.exit(1 if survived else 0)


if __name__ == "__main__":
    main()
