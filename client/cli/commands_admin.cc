// status.
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/status_macros.h"
#include "client/cli/output_file.h"
#include "client/cli/print.h"
#include "client/cli/session.h"
#include "uacced/v1/admin.pb.h"

namespace uacced::cli {
namespace {

absl::string_view StateName(v1::GetStatusResponse::State state) {
  switch (state) {
    case v1::GetStatusResponse::STATE_SERVING:
      return "serving";
    case v1::GetStatusResponse::STATE_DRAINING:
      return "draining";
    default:
      return "unknown";
  }
}

std::string StartTime(const v1::GetStatusResponse& status) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ",
                          absl::FromUnixSeconds(status.start_time().seconds()),
                          absl::UTCTimeZone());
}

std::string StatusJson(const v1::GetStatusResponse& status) {
  return JsonObject()
      .Add("version", status.version())
      .Add("state", StateName(status.state()))
      .Add("start_time", StartTime(status))
      .Add("connections", uint64_t{status.connections()})
      .Add("connections_limit", uint64_t{status.connections_limit()})
      .Add("jobs_in_flight", uint64_t{status.jobs_in_flight()})
      .Add("jobs_limit", uint64_t{status.jobs_limit()})
      .Add("bytes_in_flight", uint64_t{status.bytes_in_flight()})
      .Add("bytes_limit", uint64_t{status.bytes_limit()})
      .Add("requests_total", uint64_t{status.requests_total()})
      .Add("requests_failed_total", uint64_t{status.requests_failed_total()})
      .Add("keys", uint64_t{status.keys()})
      .Add("keys_limit", uint64_t{status.keys_limit()})
      .ToString();
}

}  // namespace

absl::Status RunStatus(const Session& session) {
  UACCED_ASSIGN_OR_RETURN(const auto status,
                          session.Call(v1::GetStatusRequest(), "status"));
  if (session.options.json) {
    return WriteStandardOutput(absl::StrCat(StatusJson(status), "\n"));
  }
  const auto of = [](uint64_t used, uint64_t limit) {
    return absl::StrCat(used, " of ", limit);
  };
  const auto line = [](absl::string_view name, absl::string_view value) {
    return absl::StrCat(name, std::string(18 - name.size(), ' '),
                        OneLine(value), "\n");
  };
  return WriteStandardOutput(absl::StrCat(
      line("version", status.version()),
      line("state", StateName(status.state())),
      line("started", StartTime(status)),
      line("connections", of(status.connections(), status.connections_limit())),
      line("jobs in flight", of(status.jobs_in_flight(), status.jobs_limit())),
      line("bytes in flight",
           of(status.bytes_in_flight(), status.bytes_limit())),
      line("requests", absl::StrCat(status.requests_total())),
      line("requests failed", absl::StrCat(status.requests_failed_total())),
      line("keys", of(status.keys(), status.keys_limit()))));
}

}  // namespace uacced::cli
