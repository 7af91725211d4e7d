// Facts as text: aligned columns for people, JSON for programs.
//
// Threads: thread-compatible.
#ifndef UACCED_CLIENT_CLI_PRINT_H_
#define UACCED_CLIENT_CLI_PRINT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace uacced::cli {

// Columns as wide as their widest cell, two spaces between; control
// characters in cells become '?'.
class Table {
 public:
  explicit Table(std::vector<std::string> header);
  // REQUIRES: as many cells as the header has.
  void AddRow(std::vector<std::string> cells);
  std::string ToString() const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

// {"name": value, ...} in the order given. Numbers stay whole numbers, also
// above 2^53.
class JsonObject {
 public:
  JsonObject& Add(absl::string_view name, absl::string_view text);
  JsonObject& Add(absl::string_view name, const char* text) {
    return Add(name, absl::string_view(text));
  }
  JsonObject& Add(absl::string_view name, uint64_t number);
  JsonObject& Add(absl::string_view name, bool value);
  JsonObject& AddRatio(absl::string_view name, double ratio);
  // `json` is a value in JSON already, e.g. of JsonArray().
  JsonObject& AddJson(absl::string_view name, absl::string_view json);
  std::string ToString() const;

 private:
  std::string members_;
};

// [a,b,...]; the values are JSON already.
std::string JsonArray(const std::vector<std::string>& values);

// `text` quoted and escaped. Bytes that are not UTF-8 become U+FFFD, as JSON
// has no other way.
std::string JsonString(absl::string_view text);

}  // namespace uacced::cli

#endif  // UACCED_CLIENT_CLI_PRINT_H_
