// What goes through streams in any pieces, over any number of threads, comes
// back: compression in blocks and in one history, decompression, digests.
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "daemon/admission/admission.h"
#include "daemon/core/error.h"
#include "daemon/stream/block_stream.h"
#include "daemon/stream/compress_blocks.h"
#include "daemon/stream/serial_stream.h"
#include "gtest/gtest.h"
#include "hw/soft/engine.h"
#include "hw/soft/soft_device.h"
#include "hw/test_data.h"
#include "tests/support/engine_runner.h"
#include "tests/support/stream_driver.h"

namespace uacced {
namespace {

using Data = std::vector<uint8_t>;
using hw::Algorithm;

constexpr Algorithm kFormats[] = {Algorithm::kGzip, Algorithm::kZlib,
                                  Algorithm::kDeflate, Algorithm::kZstd,
                                  Algorithm::kLz4};

class StreamPropertyTest : public testing::Test {
 protected:
  StreamPropertyTest() {
    device_ = *hw::SoftDevice::Create({.name = "cpu", .workers = 0});
  }

  struct Outcome {
    absl::Status status;
    Data output;
    StreamTotals totals;
  };

  template <typename Make>
  Outcome Run(const Data& input, uint32_t seed, size_t max_piece_bytes,
              Make make) {
    EngineRunner runner({.overloaded_percent = overloaded_percent_,
                         .seed = seed,
                         .device = device_.get(),
                         .before = before_});
    auto driver = std::make_shared<StreamDriver>();
    const StreamPath path{.host = *driver,
                          .runner = runner,
                          .admission = admission_,
                          .clock = clock_,
                          .max_bytes_per_stream = 1 << 20};
    driver->Own(make(path));
    const absl::Status status = driver->Run(input, seed, max_piece_bytes);
    Outcome outcome{status, driver->output(), driver->stream().totals()};
    // Before the runner, whose threads may still be about to say something.
    while (driver->stream().working()) driver->Wait();
    return outcome;
  }

  Outcome Blocks(const Data& input, Algorithm format, uint32_t seed) {
    return Run(input, seed, 100'000, [&](const StreamPath& path) {
      return std::make_unique<BlockStream>(
          path, std::make_unique<CompressBlocks>(CompressBlocks::Options{
                    .format = format,
                    .level = hw::Info(format).default_level,
                    .block_bytes = kMinBlockBytes}));
    });
  }

  Outcome Serial(const Data& input, const SerialStream::Options& options,
                 uint32_t seed, size_t max_piece_bytes = 100'000) {
    return Run(input, seed, max_piece_bytes, [&](const StreamPath& path) {
      return std::make_unique<SerialStream>(path, options);
    });
  }

  static SerialStream::Options Spec(hw::Operation operation,
                                    Algorithm algorithm) {
    SerialStream::Options options;
    options.spec.operation = operation;
    options.spec.algorithm = algorithm;
    if (operation == hw::Operation::kCompress) {
      options.spec.level = hw::Info(algorithm).default_level;
    }
    options.input_piece_bytes = SerialStream::kMaxProbeBytes;
    options.output_piece_bytes = 10'000;
    return options;
  }

  static SerialStream::Options Decompress(Algorithm format) {
    return Spec(hw::Operation::kDecompress, format);
  }

  // All at once, by the codecs alone.
  Data Whole(hw::Operation operation, Algorithm algorithm, const Data& input,
             size_t room_bytes) {
    hw::Engine engine(algorithms_);
    Data out(room_bytes);
    hw::Request request;
    request.operation = operation;
    request.algorithm = algorithm;
    request.source = input;
    request.destination = out;
    const hw::Result result = engine.Execute(request);
    EXPECT_TRUE(result.ok());
    out.resize(result.produced_bytes);
    return out;
  }

  hw::EvpAlgorithms algorithms_;
  std::unique_ptr<hw::SoftDevice> device_;
  Admission admission_{{.max_jobs = 100, .max_bytes = 256 << 20}};
  MonotonicClock clock_;
  uint32_t overloaded_percent_ = 0;
  std::function<absl::Status(const hw::Request&)> before_;
};

TEST_F(StreamPropertyTest, BlocksBecomeOneValidStream) {
  uint32_t seed = 0;
  for (const Algorithm format : kFormats) {
    for (const size_t bytes : {size_t{0}, size_t{1}, size_t{kMinBlockBytes},
                               size_t{kMinBlockBytes} + 1, size_t{700'000}}) {
      const Data input = hw::TextBytes(bytes, ++seed);
      const Outcome packed = Blocks(input, format, seed);
      ASSERT_TRUE(packed.status.ok()) << packed.status;
      EXPECT_EQ(packed.totals.input_bytes, bytes);
      EXPECT_EQ(packed.totals.output_bytes, packed.output.size());
      EXPECT_EQ(
          Whole(hw::Operation::kDecompress, format, packed.output, bytes + 1),
          input)
          << hw::Info(format).name << " " << bytes;
    }
  }
  EXPECT_EQ(admission_.jobs(), 0u);
  EXPECT_EQ(admission_.bytes(), 0u);
}

TEST_F(StreamPropertyTest, EveryCutOfTheInputIsTheSameInput) {
  const Data input = hw::TextBytes(300'000, 1);
  for (const Algorithm format : kFormats) {
    const Outcome blocks = Blocks(input, format, 3);
    const Outcome serial =
        Serial(input, Spec(hw::Operation::kCompress, format), 4, 70'000);
    ASSERT_TRUE(blocks.status.ok() && serial.status.ok());
    for (const size_t max_piece_bytes : {size_t{50}, size_t{5000}}) {
      for (const Outcome* packed : {&blocks, &serial}) {
        const Outcome back =
            Serial(packed->output, Decompress(format),
                   static_cast<uint32_t>(max_piece_bytes), max_piece_bytes);
        ASSERT_TRUE(back.status.ok()) << back.status;
        EXPECT_EQ(back.output, input) << hw::Info(format).name;
      }
    }
  }
}

// Byte by byte, with a frame to skip in front.
TEST_F(StreamPropertyTest, FormatsAreFoundInTinyPieces) {
  const Data input = hw::TextBytes(3000, 1);
  for (const Algorithm format : {Algorithm::kGzip, Algorithm::kZlib,
                                 Algorithm::kZstd, Algorithm::kLz4}) {
    Data packed = Blocks(input, format, 1).output;
    if (format == Algorithm::kZstd || format == Algorithm::kLz4) {
      const Data skipped = hw::FromHex("502a4d1803000000aabbcc");
      packed.insert(packed.begin(), skipped.begin(), skipped.end());
    }
    const Outcome back = Serial(packed, Decompress(Algorithm::kNone), 1, 1);
    ASSERT_TRUE(back.status.ok()) << back.status;
    EXPECT_EQ(back.output, input);
    EXPECT_EQ(back.totals.algorithm, format);
  }
}

TEST_F(StreamPropertyTest, MembersOneAfterTheOtherAreOneOutput) {
  const Data input = hw::TextBytes(90'000, 1);
  for (const Algorithm format :
       {Algorithm::kGzip, Algorithm::kZstd, Algorithm::kLz4}) {
    const Data packed = Blocks(input, format, 1).output;
    Data three = packed;
    three.insert(three.end(), packed.begin(), packed.end());
    three.insert(three.end(), packed.begin(), packed.end());
    Data expected = input;
    expected.insert(expected.end(), input.begin(), input.end());
    expected.insert(expected.end(), input.begin(), input.end());
    EXPECT_EQ(Serial(three, Decompress(format), 2, 900).output, expected);
  }
}

TEST_F(StreamPropertyTest, DigestsAreThoseOfTheWhole) {
  const Data input = hw::RandomBytes(300'000, 1);
  const Outcome digest =
      Serial(input, Spec(hw::Operation::kDigest, Algorithm::kSha256), 5);
  ASSERT_TRUE(digest.status.ok()) << digest.status;
  EXPECT_EQ(digest.output,
            Whole(hw::Operation::kDigest, Algorithm::kSha256, input, 32));
  EXPECT_EQ(
      Serial({}, Spec(hw::Operation::kDigest, Algorithm::kSha1), 5).output,
      hw::FromHex("da39a3ee5e6b4b0d3255bfef95601890afd80709"));
}

TEST_F(StreamPropertyTest, AFullQueueOnlyTakesLonger) {
  overloaded_percent_ = 40;
  const Data input = hw::TextBytes(600'000, 1);
  const Outcome packed = Blocks(input, Algorithm::kGzip, 1);
  ASSERT_TRUE(packed.status.ok()) << packed.status;
  const Outcome back = Serial(packed.output, Decompress(Algorithm::kNone), 2);
  ASSERT_TRUE(back.status.ok()) << back.status;
  EXPECT_EQ(back.output, input);
}

TEST_F(StreamPropertyTest, CorruptInputEndsWithTheDevicesWord) {
  const Data input = hw::TextBytes(200'000, 1);
  Data packed = Blocks(input, Algorithm::kGzip, 1).output;
  packed.pop_back();
  EXPECT_EQ(Serial(packed, Decompress(Algorithm::kNone), 1).status.code(),
            absl::StatusCode::kInvalidArgument);
  packed.resize(packed.size() / 2);
  EXPECT_EQ(Serial(packed, Decompress(Algorithm::kGzip), 1).status.code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(
      GetErrorDetail(Serial({}, Decompress(Algorithm::kNone), 1).status).reason,
      "CORRUPT_INPUT");
  EXPECT_EQ(
      GetErrorDetail(Serial({'a', 'b'}, Decompress(Algorithm::kNone), 1).status)
          .reason,
      "FORMAT_NOT_DETECTED");
}

TEST_F(StreamPropertyTest, OutputStopsAtItsLimit) {
  const Data input(500'000, 'x');
  const Data packed = Blocks(input, Algorithm::kGzip, 1).output;
  SerialStream::Options options = Decompress(Algorithm::kGzip);
  options.max_output_bytes = input.size();
  EXPECT_EQ(Serial(packed, options, 1).output, input);
  options.max_output_bytes = input.size() - 1;
  const Outcome refused = Serial(packed, options, 1);
  EXPECT_EQ(refused.status.code(), absl::StatusCode::kOutOfRange);
  EXPECT_LT(refused.output.size(), input.size());
}

TEST_F(StreamPropertyTest, AFailedPieceFailsTheStream) {
  before_ = [](const hw::Request& request) {
    return request.last ? absl::UnavailableError("gone") : absl::OkStatus();
  };
  EXPECT_EQ(Serial(hw::TextBytes(100'000, 1),
                   Spec(hw::Operation::kCompress, Algorithm::kZstd), 1)
                .status.code(),
            absl::StatusCode::kUnavailable);
}

TEST_F(StreamPropertyTest, CancellingASerialStreamFreesEverything) {
  for (int until = 0; until < 20; ++until) {
    EngineRunner runner({.device = device_.get()});
    auto driver = std::make_shared<StreamDriver>();
    const StreamPath path{.host = *driver,
                          .runner = runner,
                          .admission = admission_,
                          .clock = clock_,
                          .max_bytes_per_stream = 1 << 20};
    driver->Own(std::make_unique<SerialStream>(
        path, Spec(hw::Operation::kCompress, Algorithm::kGzip)));
    ByteStream& stream = driver->stream();
    ASSERT_TRUE(stream.Start().ok());
    if (until % 2 == 0) runner.Pause();
    const Data input = hw::TextBytes(30'000, 1);
    for (int step = 0; step < until; ++step) {
      driver->Feed(input, 10'000);
      stream.Advance();
      if (step % 3 == 0) driver->Drain();
    }
    stream.Cancel(absl::CancelledError("test"));
    EXPECT_EQ(stream.state(), ByteStream::State::kFailed);
    EXPECT_TRUE(stream.InputRoom().empty());
    EXPECT_FALSE(stream.TakeOutput().has_value());
  }
  EXPECT_EQ(admission_.jobs(), 0u);
  EXPECT_EQ(admission_.bytes(), 0u);
}

}  // namespace
}  // namespace uacced
