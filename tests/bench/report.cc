#include "tests/bench/report.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace uacced::bench {
namespace {

std::string Number(const std::optional<double>& value, const char* absent) {
  // JSON has no infinities.
  if (!value.has_value() || !std::isfinite(*value)) return absent;
  return absl::StrFormat("%.6g", *value);
}

std::string Rounded(const std::optional<double>& value) {
  if (!value.has_value() || !std::isfinite(*value)) return "-";
  const double size = std::abs(*value);
  return absl::StrFormat("%.*f", size >= 100 ? 0 : size >= 10 ? 1 : 3, *value);
}

}  // namespace

std::string FormatJson(const Figure& figure) {
  return absl::StrCat("{\"name\":\"", figure.name, "\",\"unit\":\"",
                      figure.unit,
                      "\",\"value\":", Number(figure.value, "null"),
                      ",\"reference\":", Number(figure.reference, "null"),
                      ",\"ratio\":", Number(figure.ratio, "null"), "}");
}

std::string FormatRow(const Figure& figure) {
  return absl::StrFormat("%-38s %-6s %12s %12s %8s  %s", figure.name,
                         figure.unit, Rounded(figure.value),
                         Rounded(figure.reference), Rounded(figure.ratio),
                         figure.goal);
}

std::string FormatHeader() {
  return absl::StrFormat("%-38s %-6s %12s %12s %8s  %s", "figure", "unit",
                         "value", "reference", "ratio", "goal");
}

double Quantile(std::vector<double> values, double quantile) {
  if (values.empty()) return 0;
  const double rank = std::ceil(quantile * static_cast<double>(values.size()));
  const size_t index =
      std::min(values.size() - 1, static_cast<size_t>(std::max(rank, 1.0)) - 1);
  std::nth_element(values.begin(),
                   values.begin() + static_cast<ptrdiff_t>(index),
                   values.end());
  return values[index];
}

Report::Report(bool json, std::vector<std::string> prefixes)
    : json_(json), prefixes_(std::move(prefixes)) {
  if (!json_) std::puts(FormatHeader().c_str());
}

bool Report::Wants(const std::string& name) const {
  if (prefixes_.empty()) return true;
  const std::string group = name + ".";
  return std::any_of(prefixes_.begin(), prefixes_.end(),
                     [&](const std::string& prefix) {
                       return absl::StartsWith(group, prefix) ||
                              absl::StartsWith(prefix, group);
                     });
}

void Report::Add(const Figure& figure) {
  const bool wanted =
      prefixes_.empty() ||
      std::any_of(prefixes_.begin(), prefixes_.end(),
                  [&](const std::string& prefix) {
                    return absl::StartsWith(figure.name, prefix);
                  });
  if (!wanted) return;
  std::puts((json_ ? FormatJson(figure) : FormatRow(figure)).c_str());
  std::fflush(stdout);
}

void AddComparedTo(Report& report, Figure figure) {
  if (figure.reference.value_or(0) > 0) {
    figure.ratio = figure.value / *figure.reference;
  } else {
    figure.reference.reset();
  }
  report.Add(figure);
}

}  // namespace uacced::bench
