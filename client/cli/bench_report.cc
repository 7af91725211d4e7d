#include "client/cli/bench_report.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/cli/print.h"

namespace uacced::cli {
namespace {

constexpr double kBytesPerMb = 1e6;
constexpr double kBytesPerGb = 1e9;

struct Percentile {
  const char* name;
  double fraction;
};
constexpr Percentile kPercentiles[] = {
    {"p50", 0.5}, {"p99", 0.99}, {"p99.9", 0.999}};

double PerSecond(double amount, const BenchCounts& counts) {
  return counts.seconds > 0 ? amount / counts.seconds : 0;
}

double InputBytes(const BenchReport& report) {
  return static_cast<double>(report.counts.operations) *
         static_cast<double>(report.options.bench.size_bytes);
}

double CpuPerGb(const BenchReport& report) {
  const double bytes = InputBytes(report);
  return bytes > 0 ? report.cpu_seconds / (bytes / kBytesPerGb) : 0;
}

double Micros(int64_t ns) { return static_cast<double>(ns) / 1000; }

}  // namespace

std::string BenchTable(const BenchReport& report) {
  const BenchOptions& bench = report.options.bench;
  const BenchCounts& counts = report.counts;
  Table table({"FIGURE", "VALUE"});
  const auto add = [&](const char* name, std::string value) {
    table.AddRow({name, std::move(value)});
  };
  add("operation", absl::StrCat(CommandName(bench.operation), " of ",
                                bench.size_bytes, " bytes"));
  add("in flight",
      absl::StrCat(bench.in_flight, bench.unary ? " calls" : " operations",
                   " on ", bench.connections,
                   bench.connections == 1 ? " connection" : " connections"));
  add("duration", absl::StrFormat("%.2f s", counts.seconds));
  add("operations", absl::StrCat(counts.operations));
  add("operations/s",
      absl::StrFormat(
          "%.0f", PerSecond(static_cast<double>(counts.operations), counts)));
  add("MB/s", absl::StrFormat(
                  "%.1f", PerSecond(InputBytes(report) / kBytesPerMb, counts)));
  for (const Percentile& percentile : kPercentiles) {
    add(absl::StrCat("latency ", percentile.name).c_str(),
        absl::StrFormat("%.1f us", Micros(report.latencies.PercentileNs(
                                       percentile.fraction))));
  }
  add("latency max",
      absl::StrFormat("%.1f us", Micros(report.latencies.max_ns())));
  add("errors", absl::StrCat(counts.errors));
  if (report.options.verify) add("wrong answers", absl::StrCat(counts.wrong));
  if (report.pipelines) {
    add("sent again", absl::StrCat(report.pipelines->resends));
    add("reconnects", absl::StrCat(report.pipelines->reconnects));
  }
  add("client CPU", absl::StrFormat("%.2f s, %.2f s/GB", report.cpu_seconds,
                                    CpuPerGb(report)));
  return table.ToString();
}

std::string BenchJson(const BenchReport& report) {
  const BenchOptions& bench = report.options.bench;
  const BenchCounts& counts = report.counts;
  JsonObject json;
  json.Add("operation", CommandName(bench.operation))
      .Add("size_bytes", bench.size_bytes)
      .Add("in_flight", uint64_t{bench.in_flight})
      .Add("connections", uint64_t{bench.connections})
      .Add("unary", bench.unary)
      .Add("verify", report.options.verify)
      .AddRatio("seconds", counts.seconds)
      .Add("operations", counts.operations)
      .AddRatio("operations_per_second",
                PerSecond(static_cast<double>(counts.operations), counts))
      .AddRatio("megabytes_per_second",
                PerSecond(InputBytes(report) / kBytesPerMb, counts))
      .AddRatio("latency_p50_us", Micros(report.latencies.PercentileNs(0.5)))
      .AddRatio("latency_p99_us", Micros(report.latencies.PercentileNs(0.99)))
      .AddRatio("latency_p999_us", Micros(report.latencies.PercentileNs(0.999)))
      .AddRatio("latency_max_us", Micros(report.latencies.max_ns()))
      .Add("errors", counts.errors)
      .Add("wrong_answers", counts.wrong);
  if (report.pipelines) {
    json.Add("resends", report.pipelines->resends)
        .Add("reconnects", report.pipelines->reconnects);
  }
  json.AddRatio("client_cpu_seconds", report.cpu_seconds)
      .AddRatio("client_cpu_seconds_per_gb", CpuPerGb(report));
  return absl::StrCat(json.ToString(), "\n");
}

}  // namespace uacced::cli
