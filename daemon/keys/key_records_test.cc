#include "daemon/keys/key_records.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace uacced {
namespace {

using absl::StatusCode;
using hw::Algorithm;
using testing::ElementsAreArray;
using testing::HasSubstr;

const std::vector<uint8_t>& Material() {
  static const auto* const material = new std::vector<uint8_t>(16, 7);
  return *material;
}

KeyRecord Record(const std::string& name, uint32_t version,
                 Algorithm algorithm = Algorithm::kAes128Gcm) {
  return {{name, algorithm},
          {.version = version,
           .create_time = absl::FromUnixNanos(1'234'567'890'123'456'789),
           .messages = version * 1000},
          Material()};
}

std::vector<uint8_t> Encoded(const std::vector<KeyRecord>& records) {
  std::vector<uint8_t> body(EncodedBytes(records));
  EncodeKeyRecords(records, body);
  return body;
}

std::string ErrorOf(const std::vector<KeyRecord>& records) {
  const auto decoded = DecodeKeyRecords(Encoded(records), 100);
  return decoded.ok() ? "no error" : decoded.status().ToString();
}

TEST(KeyRecordsTest, RecordsComeBackAsTheyWere) {
  std::vector<KeyRecord> records = {Record("a", 1), Record("a", 2),
                                    Record("b", 1, Algorithm::kHmacSm3)};
  records[0].spec.caller_nonce = records[1].spec.caller_nonce = true;
  records[1].origin.imported = true;
  records[2].origin.messages = UINT64_MAX;
  records[2].origin.create_time = absl::FromUnixNanos(-1);
  const std::vector<uint8_t> body = Encoded(records);
  const auto decoded = DecodeKeyRecords(body, 3);
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  ASSERT_EQ(decoded->size(), 3u);
  for (size_t i = 0; i < 3; ++i) {
    const KeyRecord& is = (*decoded)[i];
    EXPECT_EQ(is.spec.name, records[i].spec.name);
    EXPECT_EQ(is.spec.algorithm, records[i].spec.algorithm);
    EXPECT_EQ(is.spec.caller_nonce, records[i].spec.caller_nonce);
    EXPECT_EQ(is.origin.version, records[i].origin.version);
    EXPECT_EQ(is.origin.imported, records[i].origin.imported);
    EXPECT_EQ(is.origin.create_time, records[i].origin.create_time);
    EXPECT_EQ(is.origin.messages, records[i].origin.messages);
    EXPECT_THAT(is.material, ElementsAreArray(Material()));
  }
}

TEST(KeyRecordsTest, NoRecordsAreFineAndNoneIsLargerThanThought) {
  EXPECT_EQ(Encoded({}).size(), 4u);
  EXPECT_TRUE(DecodeKeyRecords(Encoded({}), 1)->empty());
  const std::vector<uint8_t> longest(hw::kMaxHmacKeyBytes, 1);
  for (size_t i = 0; i < hw::kAlgorithmCount; ++i) {
    KeyRecord record =
        Record(std::string(64, 'n'), 1, static_cast<Algorithm>(i));
    record.material = longest;
    EXPECT_LE(Encoded({record}).size(), MaxEncodedBytes(1));
  }
}

TEST(KeyRecordsTest, EveryTruncationIsRefused) {
  const std::vector<uint8_t> body = Encoded({Record("a", 1), Record("b", 1)});
  for (size_t size = 0; size < body.size(); ++size) {
    const auto decoded = DecodeKeyRecords(hw::Bytes(body).first(size), 100);
    EXPECT_EQ(decoded.status().code(), StatusCode::kDataLoss) << size;
  }
  std::vector<uint8_t> longer = body;
  longer.push_back(0);
  EXPECT_EQ(DecodeKeyRecords(longer, 100).status().code(),
            StatusCode::kDataLoss);
}

TEST(KeyRecordsTest, RulesHoldForRecordsToo) {
  EXPECT_THAT(ErrorOf({Record("-", 1)}), HasSubstr("a bad name"));
  EXPECT_THAT(ErrorOf({Record("a", 1, Algorithm::kAes256Gcm)}),
              HasSubstr("has 32 bytes, not 16"));
  EXPECT_THAT(ErrorOf({Record("a", 1, Algorithm::kAes128Xts)}),
              HasSubstr("key \"a\""));
  EXPECT_THAT(ErrorOf({Record("a", 1, Algorithm::kSha256)}),
              HasSubstr("not for sha256"));
  EXPECT_THAT(ErrorOf({Record("a", 1, Algorithm::kNone)}),
              HasSubstr("FAILED_PRECONDITION"));
}

TEST(KeyRecordsTest, VersionsFollowEachOther) {
  const std::string out_of_order = "version out of its order";
  EXPECT_THAT(ErrorOf({Record("a", 0)}), HasSubstr(out_of_order));
  EXPECT_THAT(ErrorOf({Record("a", 2)}), HasSubstr(out_of_order));
  EXPECT_THAT(ErrorOf({Record("a", 1), Record("a", 3)}),
              HasSubstr(out_of_order));
  EXPECT_THAT(ErrorOf({Record("a", 1), Record("b", 2)}),
              HasSubstr(out_of_order));
  EXPECT_THAT(ErrorOf({Record("a", 1), Record("a", 1)}),
              HasSubstr(out_of_order));
  EXPECT_THAT(ErrorOf({Record("a", 1), Record("b", 1), Record("a", 1)}),
              HasSubstr(out_of_order));
  EXPECT_THAT(ErrorOf({Record("a", 1), Record("a", 2, Algorithm::kSm4Cbc)}),
              HasSubstr(out_of_order));
  KeyRecord other = Record("a", 2);
  other.spec.caller_nonce = true;
  EXPECT_THAT(ErrorOf({Record("a", 1), other}), HasSubstr(out_of_order));
}

TEST(KeyRecordsTest, AKeyHasAtMost1024Versions) {
  std::vector<KeyRecord> records;
  for (uint32_t i = 1; i <= 1024; ++i) records.push_back(Record("a", i));
  EXPECT_TRUE(DecodeKeyRecords(Encoded(records), 2000).ok());
  records.push_back(Record("a", 1025));
  EXPECT_FALSE(DecodeKeyRecords(Encoded(records), 2000).ok());
}

TEST(KeyRecordsTest, MoreThanMaxKeysIsTold) {
  const auto decoded =
      DecodeKeyRecords(Encoded({Record("a", 1), Record("a", 2)}), 1);
  EXPECT_EQ(decoded.status().ToString(),
            "FAILED_PRECONDITION: it has 2 versions of keys, and keys.max_keys "
            "is 1; raise that");
}

TEST(KeyRecordsTest, UnknownFlagsAreRefused) {
  std::vector<uint8_t> body = Encoded({Record("a", 1)});
  // Count, name, algorithm.
  const size_t flags_at = 4 + 1 + 1 + 1 + std::string("aes-128-gcm").size();
  ASSERT_EQ(body[flags_at], 0);
  body[flags_at] = 4;
  EXPECT_THAT(DecodeKeyRecords(body, 1).status().ToString(),
              HasSubstr("unknown flags"));
}

}  // namespace
}  // namespace uacced
