#include "client/cli/print.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "client/cli/exit_code.h"

namespace uacced::cli {
namespace {

// Bytes of the well-formed UTF-8 sequence that `text` starts with (Unicode
// 15.0, table 3-7); 0 when it starts with none. REQUIRES: not empty.
size_t Utf8SequenceBytes(absl::string_view text) {
  const auto at = [&](size_t i) -> unsigned {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0;
  };
  const auto is_tail = [&](size_t i) { return (at(i) & 0xc0) == 0x80; };
  const unsigned lead = at(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead <= 0xdf) return is_tail(1) ? 2 : 0;
  if (lead >= 0xe0 && lead <= 0xef) {
    if (!is_tail(1) || !is_tail(2)) return 0;
    const bool overlong = lead == 0xe0 && at(1) < 0xa0;
    const bool surrogate = lead == 0xed && at(1) > 0x9f;
    return overlong || surrogate ? 0 : 3;
  }
  if (lead >= 0xf0 && lead <= 0xf4) {
    if (!is_tail(1) || !is_tail(2) || !is_tail(3)) return 0;
    const bool overlong = lead == 0xf0 && at(1) < 0x90;
    const bool too_high = lead == 0xf4 && at(1) > 0x8f;
    return overlong || too_high ? 0 : 4;
  }
  return 0;
}

}  // namespace

Table::Table(std::vector<std::string> header) { AddRow(std::move(header)); }

void Table::AddRow(std::vector<std::string> cells) {
  for (std::string& cell : cells) cell = OneLine(cell);
  rows_.push_back(std::move(cells));
}

std::string Table::ToString() const {
  std::vector<size_t> widths(rows_[0].size());
  for (const auto& row : rows_) {
    for (size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], row[i].size());
    }
  }
  std::string text;
  for (const auto& row : rows_) {
    for (size_t i = 0; i + 1 < row.size(); ++i) {
      absl::StrAppendFormat(&text, "%-*s  ", static_cast<int>(widths[i]),
                            row[i]);
    }
    absl::StrAppend(&text, row.back(), "\n");
  }
  return text;
}

JsonObject& JsonObject::Add(absl::string_view name, absl::string_view text) {
  return AddJson(name, JsonString(text));
}

JsonObject& JsonObject::Add(absl::string_view name, uint64_t number) {
  return AddJson(name, absl::StrCat(number));
}

JsonObject& JsonObject::Add(absl::string_view name, bool value) {
  return AddJson(name, value ? "true" : "false");
}

JsonObject& JsonObject::AddRatio(absl::string_view name, double ratio) {
  return AddJson(name, absl::StrFormat("%.4f", ratio));
}

JsonObject& JsonObject::AddJson(absl::string_view name,
                                absl::string_view json) {
  absl::StrAppend(&members_, members_.empty() ? "" : ",", JsonString(name), ":",
                  json);
  return *this;
}

std::string JsonObject::ToString() const {
  return absl::StrCat("{", members_, "}");
}

std::string JsonArray(const std::vector<std::string>& values) {
  return absl::StrCat("[", absl::StrJoin(values, ","), "]");
}

std::string JsonString(absl::string_view text) {
  std::string json = "\"";
  while (!text.empty()) {
    const size_t bytes = Utf8SequenceBytes(text);
    const char c = text[0];
    if (bytes == 0) {
      json += "\\ufffd";
    } else if (c == '"' || c == '\\') {
      json += {'\\', c};
    } else if (bytes == 1 &&
               (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)) {
      absl::StrAppendFormat(&json, "\\u%04x", static_cast<unsigned>(c));
    } else {
      absl::StrAppend(&json, text.substr(0, bytes));
    }
    text.remove_prefix(std::max<size_t>(bytes, 1));
  }
  return json + "\"";
}

}  // namespace uacced::cli
