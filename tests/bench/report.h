// The figures of a run, written to stdout as they come: as an aligned table,
// or as JSON lines {"name","unit","value","reference","ratio"}.
//
// Threads: thread-compatible.
#ifndef UACCED_TESTS_BENCH_REPORT_H_
#define UACCED_TESTS_BENCH_REPORT_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace uacced::bench {

struct Figure {
  std::string name;  // "copy.64B.x1.throughput"
  std::string unit;  // "ops/s"
  double value = 0;
  std::optional<double> reference;
  std::optional<double> ratio;  // value to reference
  std::string goal;             // For people: ">= 0.9". Never judged.
};

std::string FormatJson(const Figure& figure);
std::string FormatRow(const Figure& figure);
// Of the rows above.
std::string FormatHeader();

// The `quantile` (0..1) of `values`, by nearest rank; 0 when there are none.
double Quantile(std::vector<double> values, double quantile);
inline double Median(std::vector<double> values) {
  return Quantile(std::move(values), 0.5);
}

class Report {
 public:
  // Writes figures whose name starts with one of `prefixes`, or all when there
  // are none.
  Report(bool json, std::vector<std::string> prefixes);

  // Whether some figure "`name`.…" would be written: what is not wanted need
  // not be measured.
  bool Wants(const std::string& name) const;

  void Add(const Figure& figure);

 private:
  const bool json_;
  const std::vector<std::string> prefixes_;
};

// Adds `figure` with the ratio of its value to its reference, where there is a
// reference above 0; without either otherwise.
void AddComparedTo(Report& report, Figure figure);

}  // namespace uacced::bench

#endif  // UACCED_TESTS_BENCH_REPORT_H_
