// Section reads fields of one message of a text file and remembers where they
// stood, so that a rule that does not hold is reported at its field.
//
// Fields are named by their generated numbers
// (v1::Limits::kMaxJobsFieldNumber). Numbers that are out of range are reported
// and read as the default, so that the reading goes on and finds what else is
// wrong.
//
// Threads:  thread-compatible.
// Lifetime: borrows the message, its positions and the Problems.
#ifndef UACCED_DAEMON_CONFIG_SECTION_H_
#define UACCED_DAEMON_CONFIG_SECTION_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"
#include "google/protobuf/text_format.h"

namespace uacced {

// What is wrong with a file.
class Problems {
 public:
  explicit Problems(absl::string_view file_name) : file_name_(file_name) {}

  // Line and column count from 0.
  void Add(int line, int column, absl::string_view message);

  bool empty() const { return problems_.empty(); }
  // OK, or INVALID_ARGUMENT with one line for each problem, as the file goes.
  absl::Status ToStatus() const;

 private:
  struct Entry {
    int line;
    int column;
    std::string message;
  };

  const std::string file_name_;
  std::vector<Entry> problems_;
};

// Parses `text`, strictly, into `message` and notes positions in `positions`.
// What is wrong goes to `problems`, unknown fields one by one. So do numbers
// that an enum does not have: protobuf keeps those.
void ParseText(absl::string_view text, google::protobuf::Message& message,
               google::protobuf::TextFormat::ParseInfoTree& positions,
               Problems& problems);

struct Range {
  uint64_t min;
  uint64_t max;
  uint64_t default_value;
};

class Section {
 public:
  using Positions = google::protobuf::TextFormat::ParseInfoTree;

  // The whole file.
  Section(const google::protobuf::Message& message, const Positions& positions,
          Problems& problems)
      : Section(message, &positions, "", {0, 0}, problems) {}

  // Written in the file, if only as the default value.
  bool Has(int field) const;
  // Messages in a repeated field.
  int Count(int field) const;

  // uint32 or uint64.
  uint64_t Number(int field, const Range& range) const;
  bool Bool(int field) const;
  // `default_value` when left out; "" when written so.
  std::string String(int field, absl::string_view default_value) const;

  // A message field; all of its fields are left out when it is.
  Section Nested(int field) const;
  Section NestedAt(int field, int index) const;

  // Reports every number of an enum's field, here and below, that the enum does
  // not have.
  void CheckEnums() const;

  // "file:line:column: section.field: message", at the section where the field
  // was left out.
  void Problem(int field, absl::string_view message) const;
  // At the section itself.
  void Problem(absl::string_view message) const;

 private:
  struct Position {
    int line;
    int column;
  };

  Section(const google::protobuf::Message& message, const Positions* positions,
          std::string path, Position position, Problems& problems)
      : message_(message),
        positions_(positions),
        path_(std::move(path)),
        position_(position),
        problems_(problems) {}

  const google::protobuf::FieldDescriptor* Descriptor(int field) const;
  // Of the field, or of the section where it was left out.
  Position PositionOf(int field, int index) const;
  void ProblemAt(Position position, int field, absl::string_view message) const;
  Section Child(int field, int index) const;
  void CheckEnum(const google::protobuf::FieldDescriptor& field,
                 int index) const;

  const google::protobuf::Message& message_;
  const Positions* positions_;  // Null when the section was left out.
  std::string path_;            // "limits", "device[0].soft".
  Position position_;
  Problems& problems_;
};

}  // namespace uacced

#endif  // UACCED_DAEMON_CONFIG_SECTION_H_
