#include "daemon/config/section.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"

namespace uacced {
namespace {

using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::TextFormat;

// Config's own messages are 3 deep. Bounds the parser's stack, in unknown
// fields and lists too.
constexpr int kMaxDepth = 16;

// protobuf goes on after an unknown field only if it is told to allow them, and
// then warns of each. Nothing else in our messages makes it warn, so a warning
// is as bad as an error.
class Collector final : public google::protobuf::io::ErrorCollector {
 public:
  explicit Collector(Problems& problems) : problems_(problems) {}
  void AddError(int line, int column, const std::string& message) override {
    problems_.Add(line, column, message);
  }
  void AddWarning(int line, int column, const std::string& message) override {
    problems_.Add(line, column, message);
  }

 private:
  Problems& problems_;
};

// Names of an enum's values, but for 0, which says that there is none.
std::string NamesOf(const EnumDescriptor& type) {
  std::vector<std::string> names;
  for (int i = 0; i < type.value_count(); ++i) {
    if (type.value(i)->number() != 0) names.push_back(type.value(i)->name());
  }
  return absl::StrJoin(names, ", ");
}

}  // namespace

void Problems::Add(int line, int column, absl::string_view message) {
  problems_.push_back({line, column, std::string(message)});
}

absl::Status Problems::ToStatus() const {
  if (problems_.empty()) return absl::OkStatus();
  std::vector<Entry> sorted = problems_;
  std::stable_sort(
      sorted.begin(), sorted.end(), [](const Entry& a, const Entry& b) {
        return std::tie(a.line, a.column) < std::tie(b.line, b.column);
      });
  return absl::InvalidArgumentError(
      absl::StrJoin(sorted, "\n", [&](std::string* out, const Entry& entry) {
        absl::StrAppend(out, file_name_, ":", entry.line + 1, ":",
                        entry.column + 1, ": ", entry.message);
      }));
}

void ParseText(absl::string_view text, Message& message,
               TextFormat::ParseInfoTree& positions, Problems& problems) {
  Collector collector(problems);
  TextFormat::Parser parser;
  parser.RecordErrorsTo(&collector);
  parser.WriteLocationsTo(&positions);
  parser.AllowUnknownField(true);
  parser.SetRecursionLimit(kMaxDepth);
  google::protobuf::io::ArrayInputStream stream(text.data(),
                                                static_cast<int>(text.size()));
  if (!parser.Parse(&stream, &message) && problems.empty()) {
    problems.Add(0, 0, "not a text-format message");
  }
  if (problems.empty()) Section(message, positions, problems).CheckEnums();
}

const FieldDescriptor* Section::Descriptor(int field) const {
  return message_.GetDescriptor()->FindFieldByNumber(field);
}

Section::Position Section::PositionOf(int field, int index) const {
  if (positions_ == nullptr) return position_;
  const TextFormat::ParseLocation found =
      positions_->GetLocation(Descriptor(field), index);
  if (found.line < 0) return position_;
  return {found.line, found.column};
}

bool Section::Has(int field) const {
  // protobuf cannot tell a number left out from 0; the file can.
  return positions_ != nullptr &&
         positions_->GetLocation(Descriptor(field), -1).line >= 0;
}

int Section::Count(int field) const {
  return message_.GetReflection()->FieldSize(message_, Descriptor(field));
}

uint64_t Section::Number(int field, const Range& range) const {
  if (!Has(field)) return range.default_value;
  const FieldDescriptor* const descriptor = Descriptor(field);
  const google::protobuf::Reflection* const reflection =
      message_.GetReflection();
  const uint64_t value =
      descriptor->cpp_type() == FieldDescriptor::CPPTYPE_UINT64
          ? reflection->GetUInt64(message_, descriptor)
          : reflection->GetUInt32(message_, descriptor);
  if (value >= range.min && value <= range.max) return value;
  Problem(field,
          absl::StrCat(value, " is not in ", range.min, "..", range.max));
  return range.default_value;
}

bool Section::Bool(int field) const {
  return message_.GetReflection()->GetBool(message_, Descriptor(field));
}

std::string Section::String(int field, absl::string_view default_value) const {
  if (!Has(field)) return std::string(default_value);
  return message_.GetReflection()->GetString(message_, Descriptor(field));
}

Section Section::Child(int field, int index) const {
  const FieldDescriptor* const descriptor = Descriptor(field);
  const google::protobuf::Reflection* const reflection =
      message_.GetReflection();
  std::string path = absl::StrCat(path_, path_.empty() ? "" : ".",
                                  std::string(descriptor->name()));
  if (index >= 0) absl::StrAppend(&path, "[", index, "]");
  const Message& child =
      index < 0 ? reflection->GetMessage(message_, descriptor)
                : reflection->GetRepeatedMessage(message_, descriptor, index);
  const Positions* const positions =
      positions_ == nullptr ? nullptr
                            : positions_->GetTreeForNested(descriptor, index);
  return Section(child, positions, std::move(path), PositionOf(field, index),
                 problems_);
}

Section Section::Nested(int field) const { return Child(field, -1); }

Section Section::NestedAt(int field, int index) const {
  return Child(field, index);
}

void Section::CheckEnums() const {
  const google::protobuf::Reflection* const reflection =
      message_.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection->ListFields(message_, &fields);
  for (const FieldDescriptor* const field : fields) {
    const bool repeated = field->is_repeated();
    const int count = repeated ? reflection->FieldSize(message_, field) : 1;
    for (int i = 0; i < count; ++i) {
      const int index = repeated ? i : -1;
      if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        Child(field->number(), index).CheckEnums();
      } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_ENUM) {
        CheckEnum(*field, index);
      }
    }
  }
}

void Section::CheckEnum(const FieldDescriptor& field, int index) const {
  const google::protobuf::Reflection* const reflection =
      message_.GetReflection();
  const int value =
      index < 0 ? reflection->GetEnumValue(message_, &field)
                : reflection->GetRepeatedEnumValue(message_, &field, index);
  const EnumDescriptor& type = *field.enum_type();
  if (type.FindValueByNumber(value) != nullptr) return;
  ProblemAt(PositionOf(field.number(), index), field.number(),
            absl::StrCat(value, " is not one of ", NamesOf(type)));
}

void Section::Problem(int field, absl::string_view message) const {
  ProblemAt(PositionOf(field, -1), field, message);
}

void Section::ProblemAt(Position position, int field,
                        absl::string_view message) const {
  problems_.Add(
      position.line, position.column,
      absl::StrCat(path_, path_.empty() ? "" : ".",
                   std::string(Descriptor(field)->name()), ": ", message));
}

void Section::Problem(absl::string_view message) const {
  problems_.Add(position_.line, position_.column,
                absl::StrCat(path_, path_.empty() ? "" : ": ", message));
}

}  // namespace uacced
