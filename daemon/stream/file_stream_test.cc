#include "daemon/stream/file_stream.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "daemon/admission/admission.h"
#include "daemon/core/error.h"
#include "daemon/keys/key_store.h"
#include "gtest/gtest.h"
#include "hw/test_data.h"
#include "tests/support/engine_runner.h"
#include "tests/support/stream_driver.h"

namespace uacced {
namespace {

using Data = std::vector<uint8_t>;

constexpr uint32_t kChunk = kMinChunkBytes;

class FileStreamTest : public testing::Test {
 protected:
  FileStreamTest() : keys_(*KeyStore::Create({})) {
    for (const hw::Algorithm algorithm :
         {hw::Algorithm::kAes128Gcm, hw::Algorithm::kAes256Gcm,
          hw::Algorithm::kAes128Ccm, hw::Algorithm::kAes256Ccm,
          hw::Algorithm::kChaCha20Poly1305, hw::Algorithm::kXaes256Gcm}) {
      const absl::string_view name = hw::Info(algorithm).name;
      EXPECT_TRUE(
          keys_->CreateKey({.name = std::string(name), .algorithm = algorithm})
              .ok());
    }
  }

  struct Outcome {
    absl::Status status;
    Data output;
    StreamTotals totals;
  };

  StreamPath PathFor(StreamHost& host, EngineRunner& runner) {
    return {.host = host,
            .runner = runner,
            .admission = admission_,
            .clock = clock_,
            .max_bytes_per_stream = max_bytes_};
  }

  Outcome Encrypt(const Data& input, const std::string& key = "aes-256-gcm",
                  uint32_t seed = 1) {
    EngineRunner runner({.overloaded_percent = overloaded_percent_});
    auto driver = std::make_shared<StreamDriver>();
    auto stream =
        MakeEncryptStream(PathFor(*driver, runner), *keys_->Find(key), kChunk);
    EXPECT_TRUE(stream.ok());
    driver->Own(*std::move(stream));
    const absl::Status status = driver->Run(input, seed);
    return {status, driver->output(), driver->stream().totals()};
  }

  Outcome Decrypt(const Data& file, uint32_t seed = 1,
                  const std::string& key = "") {
    EngineRunner runner({.overloaded_percent = overloaded_percent_});
    auto driver = std::make_shared<StreamDriver>();
    driver->Own(MakeDecryptStream(
        PathFor(*driver, runner),
        [&](const FileHeader& header)
            -> absl::StatusOr<std::shared_ptr<const Key>> {
          auto found =
              keys_->Find(key.empty() ? header.key : key, header.key_version);
          if (found == nullptr || found->algorithm() != header.algorithm) {
            return absl::NotFoundError("no key");
          }
          return found;
        }));
    const absl::Status status = driver->Run(file, seed);
    return {status, driver->output(), driver->stream().totals()};
  }

  size_t HeaderBytes(const Data& file) {
    size_t bytes = 0;
    while (FileHeaderBytesNeeded(hw::Bytes(file).first(bytes)) > bytes) {
      bytes = FileHeaderBytesNeeded(hw::Bytes(file).first(bytes));
    }
    return bytes;
  }

  // Refused, and what came out before is a beginning of the plaintext, in
  // whole chunks.
  void ExpectRefused(const Data& file, const Data& plaintext,
                     const std::string& what) {
    const Outcome outcome = Decrypt(file);
    EXPECT_EQ(outcome.status.code(), absl::StatusCode::kInvalidArgument)
        << what << ": " << outcome.status;
    ASSERT_LE(outcome.output.size(), plaintext.size()) << what;
    EXPECT_TRUE(std::equal(outcome.output.begin(), outcome.output.end(),
                           plaintext.begin()))
        << what;
  }

  std::unique_ptr<KeyStore> keys_;
  Admission admission_{{.max_jobs = 1000, .max_bytes = 64 << 20}};
  MonotonicClock clock_;
  uint64_t max_bytes_ = 16 * kChunk;
  uint32_t overloaded_percent_ = 0;
};

TEST_F(FileStreamTest, AnyLengthInAnyPiecesComesBack) {
  const size_t lengths[] = {0,          1,          kChunk - 1, kChunk,
                            kChunk + 1, 2 * kChunk, 200'000,    kChunk * 37};
  uint32_t seed = 0;
  for (const size_t bytes : lengths) {
    for (int round = 0; round < 3; ++round) {
      const Data input = hw::RandomBytes(bytes, ++seed);
      const Outcome sealed = Encrypt(input, "aes-256-gcm", seed);
      ASSERT_TRUE(sealed.status.ok()) << sealed.status;
      const size_t chunks = std::max<size_t>(1, (bytes + kChunk - 1) / kChunk);
      EXPECT_EQ(sealed.output.size(),
                HeaderBytes(sealed.output) + bytes + 16 * chunks);
      EXPECT_EQ(sealed.totals.piece_count, chunks);
      EXPECT_EQ(sealed.totals.input_bytes, bytes);
      EXPECT_EQ(sealed.totals.output_bytes, sealed.output.size());
      const Outcome opened = Decrypt(sealed.output, seed + 100);
      ASSERT_TRUE(opened.status.ok()) << opened.status;
      EXPECT_EQ(opened.output, input);
      EXPECT_EQ(opened.totals.input_bytes, sealed.output.size());
      EXPECT_EQ(opened.totals.key, "aes-256-gcm");
      EXPECT_EQ(opened.totals.key_version, 1u);
    }
  }
  EXPECT_EQ(admission_.jobs(), 0u);
  EXPECT_EQ(admission_.bytes(), 0u);
}

TEST_F(FileStreamTest, EveryAlgorithmComesBack) {
  const Data input = hw::TextBytes(5 * kChunk + 7, 3);
  for (const auto* name :
       {"aes-128-gcm", "aes-256-gcm", "aes-128-ccm", "aes-256-ccm",
        "chacha20-poly1305", "xaes-256-gcm"}) {
    const Outcome sealed = Encrypt(input, name);
    ASSERT_TRUE(sealed.status.ok()) << name << sealed.status;
    EXPECT_EQ(Decrypt(sealed.output).output, input) << name;
  }
}

TEST_F(FileStreamTest, AFullQueueOnlyTakesLonger) {
  overloaded_percent_ = 40;
  const Data input = hw::RandomBytes(20 * kChunk, 5);
  const Outcome sealed = Encrypt(input);
  ASSERT_TRUE(sealed.status.ok()) << sealed.status;
  EXPECT_EQ(Decrypt(sealed.output).output, input);
}

TEST_F(FileStreamTest, EveryChangedBitOfTheHeaderIsRefused) {
  const Data input = hw::TextBytes(100, 1);
  const Data file = Encrypt(input).output;
  const size_t header_bytes = HeaderBytes(file);
  for (size_t i = 0; i < header_bytes; ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      Data changed = file;
      changed[i] ^= static_cast<uint8_t>(1 << bit);
      const Outcome outcome = Decrypt(changed);
      EXPECT_FALSE(outcome.status.ok()) << i << "." << bit;
      EXPECT_TRUE(outcome.output.empty()) << i << "." << bit;
    }
  }
}

TEST_F(FileStreamTest, EveryTruncationIsRefused) {
  const Data input = hw::TextBytes(3 * kChunk, 1);
  const Data file = Encrypt(input).output;
  std::vector<size_t> lengths;
  for (size_t i = 0; i < HeaderBytes(file) + 40; ++i) lengths.push_back(i);
  for (size_t chunk = 1; chunk <= 3; ++chunk) {
    const size_t end = HeaderBytes(file) + chunk * (kChunk + 16);
    for (int near = -17; near <= 17; ++near) lengths.push_back(end + near);
  }
  for (const size_t bytes : lengths) {
    if (bytes >= file.size()) continue;
    ExpectRefused(Data(file.begin(), file.begin() + bytes), input,
                  "cut to " + std::to_string(bytes));
  }
}

TEST_F(FileStreamTest, MovedChunksAreRefused) {
  const Data input = hw::TextBytes(4 * kChunk + 9, 1);
  const Data file = Encrypt(input).output;
  const Data other = Encrypt(input).output;
  ASSERT_NE(file, other);
  const size_t header_bytes = HeaderBytes(file);
  const auto chunk = [&](const Data& from, size_t index) {
    const auto begin = from.begin() + header_bytes + index * (kChunk + 16);
    const auto end =
        index == 4 ? from.end() : begin + static_cast<ptrdiff_t>(kChunk + 16);
    return Data(begin, end);
  };
  // From which file, which chunk.
  struct From {
    const Data* file;
    size_t index;
  };
  const auto make = [&](const std::vector<From>& chunks) {
    Data out(file.begin(), file.begin() + header_bytes);
    for (const From& from : chunks) {
      const Data bytes = chunk(*from.file, from.index);
      out.insert(out.end(), bytes.begin(), bytes.end());
    }
    return out;
  };
  const Data* const a = &file;
  const Data* const b = &other;
  ASSERT_EQ(make({{a, 0}, {a, 1}, {a, 2}, {a, 3}, {a, 4}}), file);
  ExpectRefused(make({{a, 0}, {a, 2}, {a, 1}, {a, 3}, {a, 4}}), input, "swap");
  ExpectRefused(make({{a, 0}, {a, 2}, {a, 3}, {a, 4}}), input, "removed");
  ExpectRefused(make({{a, 1}, {a, 2}, {a, 3}, {a, 4}}), input, "first gone");
  ExpectRefused(make({{a, 0}, {a, 1}, {a, 2}, {a, 3}}), input, "last gone");
  ExpectRefused(make({{a, 0}, {a, 1}, {a, 1}, {a, 2}, {a, 3}, {a, 4}}), input,
                "twice");
  ExpectRefused(make({{a, 0}, {a, 1}, {a, 2}, {a, 3}, {a, 4}, {a, 4}}), input,
                "last twice");
  ExpectRefused(make({{a, 0}, {b, 1}, {a, 2}, {a, 3}, {a, 4}}), input,
                "spliced");
  ExpectRefused(make({{b, 0}, {b, 1}, {b, 2}, {b, 3}, {b, 4}}), input,
                "another header");
  ExpectRefused(make({{a, 4}}), input, "only the last");
  Data longer = file;
  longer.push_back(0);
  ExpectRefused(longer, input, "a byte behind");
  longer.insert(longer.end(), file.begin(), file.end());
  ExpectRefused(longer, input, "a file behind");
}

TEST_F(FileStreamTest, ChangedCiphertextAndTagsAreRefused) {
  const Data input = hw::TextBytes(2 * kChunk + 5, 1);
  const Data file = Encrypt(input).output;
  for (size_t at = HeaderBytes(file); at < file.size(); at += 97) {
    Data changed = file;
    changed[at] ^= 0x10;
    ExpectRefused(changed, input, "changed at " + std::to_string(at));
  }
}

TEST_F(FileStreamTest, AnotherKeyIsRefused) {
  ASSERT_TRUE(
      keys_
          ->CreateKey({.name = "other", .algorithm = hw::Algorithm::kAes256Gcm})
          .ok());
  const Data file = Encrypt(hw::TextBytes(10, 1)).output;
  const Outcome outcome = Decrypt(file, 1, "other");
  EXPECT_EQ(GetErrorDetail(outcome.status).reason, "");
  EXPECT_EQ(outcome.status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(outcome.output.empty());
}

TEST_F(FileStreamTest, OneFileIsOneMessageOfItsKey) {
  const auto key = keys_->Find("aes-256-gcm");
  EXPECT_EQ(key->messages(), 0u);
  Encrypt(hw::TextBytes(10 * kChunk, 1));
  EXPECT_EQ(key->messages(), 1u);
}

// Nobody reads: blocks are taken up to the stream's bound and no further.
TEST_F(FileStreamTest, ASlowReaderStopsTheInputAtABound) {
  EngineRunner runner({});
  auto driver = std::make_shared<StreamDriver>();
  auto stream = MakeEncryptStream(PathFor(*driver, runner),
                                  *keys_->Find("aes-256-gcm"), kChunk);
  driver->Own(*std::move(stream));
  ASSERT_TRUE(driver->stream().Start().ok());
  const Data input(100 * kChunk, 7);
  size_t fed = 0;
  for (int i = 0; i < 50; ++i) {
    driver->stream().Advance();
    fed += driver->Feed(hw::Bytes(input).subspan(fed), 10'000);
  }
  EXPECT_LE(admission_.bytes(), max_bytes_);
  EXPECT_EQ(fed, max_bytes_ / (2 * kChunk) * kChunk);
  driver->stream().Cancel(absl::CancelledError("test"));
  while (driver->stream().working()) driver->Wait();
}

// The stream has one block's room from the start, and that is enough.
TEST_F(FileStreamTest, GoesOnInAFullDaemon) {
  Admission crowded({.max_jobs = 2, .max_bytes = 3 * kChunk});
  EngineRunner runner({});
  const auto make = [&] {
    auto driver = std::make_shared<StreamDriver>();
    const StreamPath path{.host = *driver,
                          .runner = runner,
                          .admission = crowded,
                          .clock = clock_,
                          .max_bytes_per_stream = max_bytes_};
    driver->Own(*MakeEncryptStream(path, *keys_->Find("aes-256-gcm"), kChunk));
    return driver;
  };
  const Data input = hw::RandomBytes(30 * kChunk, 2);
  {
    // Another one finds no room, and is told at once.
    const auto first = make();
    ASSERT_TRUE(first->stream().Start().ok());
    EXPECT_EQ(make()->stream().Start().code(),
              absl::StatusCode::kResourceExhausted);
  }
  const auto driver = make();
  ASSERT_TRUE(driver->Run(input, 9).ok());
  EXPECT_EQ(Decrypt(driver->output()).output, input);
  EXPECT_EQ(runner.most_waiting(), 1u);
}

// At every point of its life; what is with the device comes back to nobody.
TEST_F(FileStreamTest, CancellingAtAnyPointFreesEverything) {
  const Data input = hw::RandomBytes(12 * kChunk, 2);
  for (size_t until = 0; until < 40; ++until) {
    EngineRunner runner({});
    {
      auto driver = std::make_shared<StreamDriver>();
      driver->Own(*MakeEncryptStream(PathFor(*driver, runner),
                                     *keys_->Find("aes-256-gcm"), kChunk));
      ByteStream& stream = driver->stream();
      ASSERT_TRUE(stream.Start().ok());
      if (until % 3 == 0) runner.Pause();
      size_t fed = 0;
      std::optional<StreamOutput> held;
      for (size_t step = 0; step < until; ++step) {
        stream.Advance();
        fed += driver->Feed(
            hw::Bytes(input).subspan(
                fed, std::min<size_t>(kChunk / 2, input.size() - fed)),
            999);
        if (fed == input.size() && step == until - 1) stream.EndInput();
        if (step % 5 == 4 && !held.has_value()) held = stream.TakeOutput();
      }
      stream.Cancel(absl::CancelledError("test"));
      EXPECT_EQ(stream.state(), ByteStream::State::kFailed);
      EXPECT_TRUE(stream.InputRoom().empty());
      EXPECT_FALSE(stream.TakeOutput().has_value());
    }
  }
  EXPECT_EQ(admission_.jobs(), 0u);
  EXPECT_EQ(admission_.bytes(), 0u);
}

TEST_F(FileStreamTest, AFailedDeviceEndsTheStreamWithItsError) {
  EngineRunner runner({.before = [](const hw::Request&) {
    return absl::UnavailableError("x");
  }});
  auto driver = std::make_shared<StreamDriver>();
  driver->Own(*MakeEncryptStream(PathFor(*driver, runner),
                                 *keys_->Find("aes-256-gcm"), kChunk));
  EXPECT_EQ(driver->Run(hw::RandomBytes(9 * kChunk, 1), 1).code(),
            absl::StatusCode::kUnavailable);
  EXPECT_TRUE(driver->output().empty());
}

}  // namespace
}  // namespace uacced
