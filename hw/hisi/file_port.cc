#include "hw/hisi/file_port.h"

#include <optional>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "hw/hisi/file_queue_port.h"

namespace uacced::hw::hisi {
namespace {

// Devices are called by the name of their driver.
std::optional<Port::Engine> EngineOf(absl::string_view device) {
  if (absl::StartsWith(device, "hisi_zip-")) return Port::Engine::kZip;
  if (absl::StartsWith(device, "hisi_sec2-")) return Port::Engine::kSec;
  return std::nullopt;
}

absl::Status CheckUsable(const UacceFacts& facts) {
  if (!facts.has_sva()) {
    return absl::FailedPreconditionError(absl::StrCat(
        facts.name,
        " cannot work on a process's addresses (flags has no SVA): switch the "
        "IOMMU on in firmware and kernel (no iommu.passthrough=1), and load "
        "the "
        "driver with uacce_mode=1"));
  }
  if (facts.mmio_bytes == 0 || facts.dus_bytes == 0) {
    return absl::InvalidArgumentError(
        absl::StrCat(facts.name,
                     " has no regions for queues: its driver was "
                     "not loaded with uacce_mode=1"));
  }
  return absl::OkStatus();
}

}  // namespace

bool FilePort::IsOurs(absl::string_view device) {
  return EngineOf(device).has_value();
}

absl::StatusOr<std::unique_ptr<FilePort>> FilePort::Create(
    const Options& options) {
  const std::optional<Engine> engine = EngineOf(options.device);
  if (!engine.has_value()) {
    return absl::UnimplementedError(absl::StrCat(
        "there is no driver for ", options.device,
        ", but for hisi_zip-* (compression) and hisi_sec2-* (encryption)"));
  }
  UACCED_ASSIGN_OR_RETURN(
      UacceFacts seen,
      UacceSysfs(options.sysfs_root).ReadFacts(options.device));
  UACCED_RETURN_IF_ERROR(CheckUsable(seen));
  Facts facts = {.name = seen.name,
                 .engine = *engine,
                 .api = seen.api,
                 .algorithms = seen.algorithms,
                 .numa_node = seen.numa_node,
                 .simulated = seen.simulated};
  return absl::WrapUnique(
      new FilePort(options, std::move(seen), std::move(facts)));
}

FilePort::FilePort(const Options& options, UacceFacts seen, Facts facts)
    : options_(options),
      sysfs_(options.sysfs_root),
      seen_(std::move(seen)),
      facts_(std::move(facts)) {}

std::string FilePort::path() const {
  return absl::StrCat(options_.dev_root, "/", options_.device);
}

absl::StatusOr<std::unique_ptr<QueuePort>> FilePort::OpenQueue(
    uint32_t qc_type) {
  UACCED_ASSIGN_OR_RETURN(const UacceFacts now,
                          sysfs_.ReadFacts(options_.device));
  if (now != seen_) {
    return absl::FailedPreconditionError(absl::StrCat(
        options_.device,
        " is another device than it was (api, algorithms or sizes of regions "
        "differ): restart the daemon to use it"));
  }
  absl::StatusOr<std::unique_ptr<QueueFile>> file =
      QueueFile::Open(path(), options_.control);
  if (!file.ok()) {
    return QueueFile::IsBusy(file.status()) ? Busy() : file.status();
  }
  return FileQueuePort::Create(*std::move(file), now, qc_type, &open_queues_);
}

absl::Status FilePort::Busy() const {
  return absl::ResourceExhaustedError(absl::StrCat(
      "no free queue at ", path(), ": this daemon has ", open_queues_.load(),
      " of them, the others are in use by the kernel or by other processes "
      "(see `fuser ",
      path(), "`). Give the driver more (pf_q_num=), or this device fewer"));
}

absl::Status FilePort::Reset() {
  return absl::Status(absl::StatusCode::kUnimplemented, "");
}

Presence FilePort::presence() const {
  switch (sysfs_.Look(options_.device)) {
    case UacceSysfs::State::kPresent:
      return Presence::kPresent;
    case UacceSysfs::State::kIsolated:
      return Presence::kIsolated;
    case UacceSysfs::State::kGone:
      break;
  }
  return Presence::kGone;
}

}  // namespace uacced::hw::hisi
