#include "daemon/keys/key_records.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"

namespace uacced {
namespace {

constexpr size_t kCountBytes = 4;
// What of a record is not name, algorithm's name and material: their lengths,
// flags, version, time and messages.
constexpr size_t kFixedBytes = 1 + 1 + 2 + 1 + 4 + 8 + 8;
constexpr size_t kMaxAlgorithmNameBytes = 32;

constexpr uint8_t kCallerNonce = 1;
constexpr uint8_t kImported = 2;

class Writer {
 public:
  explicit Writer(hw::MutableBytes out) : out_(out) {}

  template <typename T>
  void Number(T value) {
    for (int shift = 8 * (sizeof value - 1); shift >= 0; shift -= 8) {
      out_[at_++] = static_cast<uint8_t>(static_cast<uint64_t>(value) >> shift);
    }
  }
  template <typename Range>
  void Bytes(const Range& bytes) {
    std::copy(bytes.begin(), bytes.end(), out_.begin() + at_);
    at_ += bytes.size();
  }

 private:
  const hw::MutableBytes out_;
  size_t at_ = 0;
};

// Reads past the end give zeros, and ok() false.
class Reader {
 public:
  explicit Reader(hw::Bytes bytes) : rest_(bytes) {}

  template <typename T>
  T Number() {
    uint64_t value = 0;
    for (const uint8_t byte : Bytes(sizeof(T))) value = value << 8 | byte;
    return static_cast<T>(value);
  }
  hw::Bytes Bytes(size_t size_bytes) {
    ok_ = ok_ && size_bytes <= rest_.size();
    if (!ok_) return {};
    const hw::Bytes bytes = rest_.first(size_bytes);
    rest_ = rest_.subspan(size_bytes);
    return bytes;
  }
  absl::string_view Text(size_t size_bytes) {
    const hw::Bytes bytes = Bytes(size_bytes);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }

  bool ok() const { return ok_; }
  bool at_end() const { return ok_ && rest_.empty(); }

 private:
  hw::Bytes rest_;
  bool ok_ = true;
};

size_t EncodedBytes(const KeyRecord& record) {
  return kFixedBytes + record.spec.name.size() +
         hw::Info(record.spec.algorithm).name.size() + record.material.size();
}

absl::Status Malformed(absl::string_view what) {
  return absl::DataLossError(
      absl::StrCat("its contents make no sense: ", what));
}

void Encode(const KeyRecord& record, Writer& out) {
  const absl::string_view algorithm = hw::Info(record.spec.algorithm).name;
  out.Number(static_cast<uint8_t>(record.spec.name.size()));
  out.Bytes(record.spec.name);
  out.Number(static_cast<uint8_t>(algorithm.size()));
  out.Bytes(algorithm);
  out.Number(
      static_cast<uint8_t>((record.spec.caller_nonce ? kCallerNonce : 0) |
                           (record.origin.imported ? kImported : 0)));
  out.Number(record.origin.version);
  out.Number(absl::ToUnixNanos(record.origin.create_time));
  out.Number(record.origin.messages);
  out.Number(static_cast<uint16_t>(record.material.size()));
  out.Bytes(record.material);
}

absl::StatusOr<KeyRecord> Decode(Reader& in) {
  KeyRecord record;
  record.spec.name = std::string(in.Text(in.Number<uint8_t>()));
  const std::string algorithm(in.Text(in.Number<uint8_t>()));
  const auto flags = in.Number<uint8_t>();
  record.origin.version = in.Number<uint32_t>();
  record.origin.create_time = absl::FromUnixNanos(in.Number<int64_t>());
  record.origin.messages = in.Number<uint64_t>();
  record.material = in.Bytes(in.Number<uint16_t>());
  if (!in.ok()) return Malformed("a record is cut short");
  if ((flags & ~(kCallerNonce | kImported)) != 0) {
    return Malformed("unknown flags");
  }
  record.spec.caller_nonce = (flags & kCallerNonce) != 0;
  record.origin.imported = (flags & kImported) != 0;
  if (!IsKeyName(record.spec.name)) return Malformed("a bad name");
  record.spec.algorithm = hw::AlgorithmByName(algorithm);
  if (record.spec.algorithm == hw::Algorithm::kNone) {
    return absl::FailedPreconditionError(
        absl::StrCat("key \"", record.spec.name,
                     "\" is for an algorithm that this uacced does not have; "
                     "use the uacced that wrote it"));
  }
  for (const absl::Status& status :
       {CheckKeySpec(record.spec),
        CheckKeyMaterial(record.spec.algorithm, record.material)}) {
    if (!status.ok()) {
      return Malformed(
          absl::StrCat("key \"", record.spec.name, "\": ", status.message()));
    }
  }
  return record;
}

bool Follows(const KeyRecord& before, const KeyRecord& next) {
  return next.spec.name == before.spec.name &&
         next.spec.algorithm == before.spec.algorithm &&
         next.spec.caller_nonce == before.spec.caller_nonce &&
         next.origin.version == before.origin.version + 1 &&
         next.origin.version <= kMaxKeyVersions;
}

}  // namespace

size_t EncodedBytes(std::span<const KeyRecord> records) {
  size_t size_bytes = kCountBytes;
  for (const KeyRecord& record : records) size_bytes += EncodedBytes(record);
  return size_bytes;
}

size_t MaxEncodedBytes(size_t max_keys) {
  return kCountBytes +
         max_keys * (kFixedBytes + kMaxKeyNameBytes + kMaxAlgorithmNameBytes +
                     hw::kMaxHmacKeyBytes);
}

void EncodeKeyRecords(std::span<const KeyRecord> records,
                      hw::MutableBytes out) {
  Writer writer(out);
  writer.Number(static_cast<uint32_t>(records.size()));
  for (const KeyRecord& record : records) Encode(record, writer);
}

absl::StatusOr<std::vector<KeyRecord>> DecodeKeyRecords(hw::Bytes body,
                                                        size_t max_keys) {
  Reader in(body);
  const auto count = in.Number<uint32_t>();
  if (count > max_keys) {
    return absl::FailedPreconditionError(
        absl::StrCat("it has ", count,
                     " versions of keys, and keys.max_keys "
                     "is ",
                     max_keys, "; raise that"));
  }
  std::vector<KeyRecord> records;
  absl::flat_hash_set<std::string> names;
  // Not reserved: the count has not been seen to be true yet.
  for (uint32_t i = 0; i < count; ++i) {
    UACCED_ASSIGN_OR_RETURN(KeyRecord record, Decode(in));
    const bool first =
        record.origin.version == 1 && names.insert(record.spec.name).second;
    if (!first && (records.empty() || !Follows(records.back(), record))) {
      return Malformed(absl::StrCat("key \"", record.spec.name,
                                    "\" has a version out of its order"));
    }
    records.push_back(std::move(record));
  }
  if (!in.at_end()) return Malformed("bytes after the last record");
  return records;
}

}  // namespace uacced
