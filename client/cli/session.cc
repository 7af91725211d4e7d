#include "client/cli/session.h"

#include <cstdio>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "client/cli/names.h"
#include "client/cli/print.h"

namespace uacced::cli {

absl::string_view PathName(v1::Execution::Path path) {
  switch (path) {
    case v1::Execution::PATH_HARDWARE:
      return "hardware";
    case v1::Execution::PATH_SOFTWARE:
      return "software";
    default:
      return "unknown";
  }
}

v1::HashAlgorithm ChosenHash(const Options& options) {
  if (options.algorithm.empty()) {
    return options.key.empty() ? v1::HASH_ALGORITHM_SHA256
                               : v1::HASH_ALGORITHM_UNSPECIFIED;
  }
  const auto hash = HashByName(options.algorithm);
  return hash ? *hash : *HmacByName(options.algorithm);
}

void ReportExecution(const Options& options, const v1::Execution& execution,
                     const Work& work) {
  if (!options.verbose) return;
  if (options.json) {
    JsonObject json;
    json.Add("operation", CommandName(options.command))
        .Add("name", work.name)
        .Add("device", execution.device())
        .Add("path", PathName(execution.path()))
        .Add("simulated", execution.simulated())
        .Add("fallback_reason", execution.fallback_reason())
        .Add("queue_wait_ns", uint64_t{execution.queue_wait_ns()})
        .Add("service_time_ns", uint64_t{execution.service_time_ns()})
        .Add("input_bytes", work.input_bytes)
        .Add("output_bytes", work.output_bytes)
        .Add("block_count", work.block_count);
    if (work.ratio > 0) json.AddRatio("ratio", work.ratio);
    absl::FPrintF(stderr, "%s\n", json.ToString());
    return;
  }
  std::string line = absl::StrFormat(
      "%s: %s (%s%s), queue wait %s, service time %s, %d -> %d bytes",
      work.name, execution.device(), PathName(execution.path()),
      execution.simulated() ? ", simulated" : "",
      absl::FormatDuration(absl::Nanoseconds(execution.queue_wait_ns())),
      absl::FormatDuration(absl::Nanoseconds(execution.service_time_ns())),
      work.input_bytes, work.output_bytes);
  if (work.ratio > 0) {
    absl::StrAppendFormat(&line, ", ratio %.2f", work.ratio);
  }
  if (work.block_count > 1) {
    absl::StrAppend(&line, ", ", work.block_count, " blocks");
  }
  if (!execution.fallback_reason().empty()) {
    absl::StrAppend(&line, ", fallback: ", execution.fallback_reason());
  }
  absl::FPrintF(stderr, "uaccectl: %s\n", OneLine(line));
}

void ReportSummary(const Options& options, const v1::StreamSummary& summary,
                   Work work) {
  work.input_bytes = summary.input_bytes();
  work.output_bytes = summary.output_bytes();
  work.block_count = summary.block_count();
  for (const v1::Execution& execution : summary.executions()) {
    ReportExecution(options, execution, work);
  }
}

}  // namespace uacced::cli
