// faults inject, faults clear and faults list.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "client/cli/names.h"
#include "client/cli/output_file.h"
#include "client/cli/print.h"
#include "client/cli/session.h"
#include "uacced/v1/admin.pb.h"

namespace uacced::cli {
namespace {

std::string EntryJson(const v1::ListFaultsResponse::Entry& entry) {
  const v1::Fault& fault = entry.fault();
  return JsonObject()
      .Add("kind", Name(fault.kind()))
      .Add("operation", fault.operation())
      .Add("skip", uint64_t{fault.skip()})
      .Add("count", uint64_t{fault.count()})
      .Add("per_mille", uint64_t{fault.per_mille()})
      .Add("parameter", uint64_t{fault.parameter()})
      .Add("hits", uint64_t{entry.hits()})
      .ToString();
}

}  // namespace

absl::Status RunFaultsInject(const Session& session) {
  const Options& options = session.options;
  v1::InjectFaultRequest request;
  request.set_device(options.arguments[0]);
  v1::Fault& fault = *request.mutable_fault();
  fault.set_kind(*FaultByName(options.arguments[1]));
  fault.set_operation(options.fault.operation);
  fault.set_skip(options.fault.skip);
  fault.set_count(options.fault.count);
  fault.set_per_mille(options.fault.per_mille);
  fault.set_parameter(options.fault.parameter);
  return session.Call(request, request.device()).status();
}

absl::Status RunFaultsClear(const Session& session) {
  v1::ClearFaultsRequest request;
  request.set_device(session.options.arguments[0]);
  return session.Call(request, request.device()).status();
}

absl::Status RunFaultsList(const Session& session) {
  v1::ListFaultsRequest request;
  request.set_device(session.options.arguments[0]);
  UACCED_ASSIGN_OR_RETURN(const auto response,
                          session.Call(request, request.device()));
  if (session.options.json) {
    std::vector<std::string> entries;
    for (const auto& entry : response.faults()) {
      entries.push_back(EntryJson(entry));
    }
    return WriteStandardOutput(absl::StrCat(JsonArray(entries), "\n"));
  }
  Table table(
      {"KIND", "OPERATION", "SKIP", "COUNT", "PER MILLE", "PARAMETER", "HITS"});
  for (const auto& entry : response.faults()) {
    const v1::Fault& fault = entry.fault();
    table.AddRow({Name(fault.kind()),
                  fault.operation().empty() ? "all" : fault.operation(),
                  absl::StrCat(fault.skip()), absl::StrCat(fault.count()),
                  absl::StrCat(fault.per_mille()),
                  absl::StrCat(fault.parameter()), absl::StrCat(entry.hits())});
  }
  return WriteStandardOutput(table.ToString());
}

}  // namespace uacced::cli
