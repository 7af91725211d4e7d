// devices: the story of each.
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "base/status_macros.h"
#include "client/cli/output_file.h"
#include "client/cli/print.h"
#include "client/cli/session.h"
#include "uacced/v1/admin.pb.h"

namespace uacced::cli {
namespace {

using Counts = google::protobuf::RepeatedPtrField<v1::NamedCount>;

std::string StateName(v1::DeviceStatus::State state) {
  constexpr absl::string_view kPrefix = "STATE_";
  if (state == v1::DeviceStatus::STATE_UNSPECIFIED ||
      !v1::DeviceStatus::State_IsValid(state)) {
    return "unknown";
  }
  return absl::AsciiStrToLower(
      v1::DeviceStatus::State_Name(state).substr(kPrefix.size()));
}

// "down: timeout, again in 1.2s"; "gone", which is its reason, too.
std::string StateText(const v1::DeviceStatus& device) {
  std::string text = StateName(device.state());
  if (!device.reason().empty() && device.reason() != text) {
    absl::StrAppend(&text, ": ", device.reason());
  }
  if (device.retry_after_ms() > 0) {
    absl::StrAppend(
        &text, ", again in ",
        absl::FormatDuration(absl::Milliseconds(device.retry_after_ms())));
  }
  for (const v1::BreakerStatus& breaker : device.open_breakers()) {
    absl::StrAppend(&text, breaker.on_trial() ? ", tries " : ", no ",
                    breaker.operation());
  }
  return text;
}

uint64_t Sum(const Counts& counts) {
  uint64_t sum = 0;
  for (const v1::NamedCount& entry : counts) sum += entry.count();
  return sum;
}

// "timeout 3, stopped 1"; "-" when there is nothing.
std::string CountsText(const Counts& counts) {
  if (counts.empty()) return "-";
  return absl::StrJoin(counts, ", ",
                       [](std::string* out, const v1::NamedCount& entry) {
                         absl::StrAppend(out, entry.name(), " ", entry.count());
                       });
}

std::string CountsJson(const Counts& counts) {
  JsonObject json;
  for (const v1::NamedCount& entry : counts) {
    json.Add(entry.name(), uint64_t{entry.count()});
  }
  return json.ToString();
}

std::string QueueJson(const v1::QueueStatus& queue) {
  return JsonObject()
      .Add("reactor", uint64_t{queue.reactor()})
      .Add("kind", uint64_t{queue.kind()})
      .Add("attached", queue.attached())
      .Add("depth", uint64_t{queue.depth()})
      .Add("in_flight", uint64_t{queue.in_flight()})
      .Add("waiting", uint64_t{queue.waiting()})
      .Add("done_total", uint64_t{queue.done_total()})
      .AddJson("errors", CountsJson(queue.errors()))
      .Add("timeouts_total", uint64_t{queue.timeouts_total()})
      .Add("resets_total", uint64_t{queue.resets_total()})
      .Add("unknown_tags_total", uint64_t{queue.unknown_tags_total()})
      .ToString();
}

std::string CapabilitiesJson(const v1::DeviceStatus& device) {
  std::vector<std::string> capabilities;
  for (const auto& capability : device.capabilities()) {
    std::vector<std::string> algorithms;
    for (const std::string& algorithm : capability.algorithms()) {
      algorithms.push_back(JsonString(algorithm));
    }
    capabilities.push_back(JsonObject()
                               .Add("operation", capability.operation())
                               .AddJson("algorithms", JsonArray(algorithms))
                               .ToString());
  }
  return JsonArray(capabilities);
}

std::string DeviceJson(const v1::DeviceStatus& device) {
  std::vector<std::string> queues, breakers;
  for (const v1::QueueStatus& queue : device.queues()) {
    queues.push_back(QueueJson(queue));
  }
  for (const v1::BreakerStatus& breaker : device.open_breakers()) {
    breakers.push_back(JsonObject()
                           .Add("operation", breaker.operation())
                           .Add("on_trial", breaker.on_trial())
                           .ToString());
  }
  JsonObject json;
  json.Add("name", device.name())
      .Add("kind", device.kind())
      .Add("path", PathName(device.path()))
      .Add("simulated", device.simulated())
      .Add("fallback_only", device.fallback_only())
      .Add("state", StateName(device.state()))
      .Add("reason", device.reason())
      .Add("retry_after_ms", uint64_t{device.retry_after_ms()});
  if (device.has_numa_node()) {
    json.AddJson("numa_node", absl::StrCat(device.numa_node()));
  }
  return json.Add("queue_depth", uint64_t{device.queue_depth()})
      .Add("jobs_in_flight", uint64_t{device.jobs_in_flight()})
      .Add("jobs_waiting", uint64_t{device.jobs_waiting()})
      .Add("jobs_done_total", uint64_t{device.jobs_done_total()})
      .Add("jobs_failed_total", uint64_t{device.jobs_failed_total()})
      .AddJson("losses", CountsJson(device.losses()))
      .Add("queue_resets_total", uint64_t{device.queue_resets_total()})
      .Add("device_resets_total", uint64_t{device.device_resets_total()})
      .Add("verified_total", uint64_t{device.verified_total()})
      .Add("mismatches_total", uint64_t{device.mismatches_total()})
      .Add("breaker_opens_total", uint64_t{device.breaker_opens_total()})
      .AddJson("open_breakers", JsonArray(breakers))
      .AddJson("queues", JsonArray(queues))
      .AddJson("capabilities", CapabilitiesJson(device))
      .ToString();
}

std::string PathText(const v1::DeviceStatus& device) {
  return absl::StrCat(PathName(device.path()),
                      device.simulated() ? " (simulated)" : "",
                      device.fallback_only() ? " (fallback)" : "");
}

std::string DeviceTable(const v1::ListDevicesResponse& response) {
  Table table({"NAME", "KIND", "PATH", "STATE", "IN FLIGHT", "WAITING", "DONE",
               "FAILED", "LOST", "WRONG"});
  for (const v1::DeviceStatus& device : response.devices()) {
    table.AddRow(
        {device.name(), device.kind(), PathText(device), StateText(device),
         absl::StrCat(device.jobs_in_flight(), "/", device.queue_depth()),
         absl::StrCat(device.jobs_waiting()),
         absl::StrCat(device.jobs_done_total()),
         absl::StrCat(device.jobs_failed_total()),
         absl::StrCat(Sum(device.losses())),
         absl::StrCat(device.mismatches_total())});
  }
  return table.ToString();
}

std::string QueueTable(const v1::ListDevicesResponse& response) {
  Table table({"DEVICE", "REACTOR", "KIND", "QUEUE", "IN FLIGHT", "WAITING",
               "DONE", "TIMEOUTS", "RESETS", "ERRORS"});
  for (const v1::DeviceStatus& device : response.devices()) {
    for (const v1::QueueStatus& queue : device.queues()) {
      table.AddRow(
          {device.name(), absl::StrCat(queue.reactor()),
           absl::StrCat(queue.kind()), queue.attached() ? "open" : "lost",
           absl::StrCat(queue.in_flight(), "/", queue.depth()),
           absl::StrCat(queue.waiting()), absl::StrCat(queue.done_total()),
           absl::StrCat(queue.timeouts_total()),
           absl::StrCat(queue.resets_total()), CountsText(queue.errors())});
    }
  }
  return table.ToString();
}

std::string HistoryTable(const v1::ListDevicesResponse& response) {
  Table table({"DEVICE", "LOSSES", "QUEUE RESETS", "DEVICE RESETS", "CHECKED",
               "BREAKER OPENS", "NODE"});
  for (const v1::DeviceStatus& device : response.devices()) {
    table.AddRow(
        {device.name(), CountsText(device.losses()),
         absl::StrCat(device.queue_resets_total()),
         absl::StrCat(device.device_resets_total()),
         absl::StrCat(device.verified_total() + device.mismatches_total()),
         absl::StrCat(device.breaker_opens_total()),
         device.has_numa_node() ? absl::StrCat(device.numa_node()) : "-"});
  }
  return table.ToString();
}

}  // namespace

absl::Status RunDevices(const Session& session) {
  UACCED_ASSIGN_OR_RETURN(const auto response,
                          session.Call(v1::ListDevicesRequest(), "devices"));
  if (session.options.json) {
    std::vector<std::string> devices;
    for (const auto& device : response.devices()) {
      devices.push_back(DeviceJson(device));
    }
    return WriteStandardOutput(absl::StrCat(JsonArray(devices), "\n"));
  }
  std::string text = DeviceTable(response);
  if (session.options.verbose) {
    absl::StrAppend(&text, "\n", HistoryTable(response), "\n",
                    QueueTable(response));
  }
  if (!response.fallbacks().empty()) {
    absl::StrAppend(&text, "\nDone by the CPU in place of an accelerator: ",
                    OneLine(CountsText(response.fallbacks())), "\n");
  }
  return WriteStandardOutput(text);
}

}  // namespace uacced::cli
