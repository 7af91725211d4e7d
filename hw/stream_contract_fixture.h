// What the tests of stream_contract_test.h share: how to bring input through a
// stream as hw/stream.h says.
#ifndef UACCED_HW_STREAM_CONTRACT_FIXTURE_H_
#define UACCED_HW_STREAM_CONTRACT_FIXTURE_H_

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <random>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "hw/queue_contract_fixture.h"
#include "hw/stream.h"
#include "hw/test_data.h"

namespace uacced::hw {

class StreamContractFixture : public QueueContractFixture {
 protected:
  using ByteVector = std::vector<uint8_t>;
  struct Ended {
    absl::StatusCode code;
    ByteVector output;
    bool done;
  };
  // The most that a piece and its destination have.
  struct Sizes {
    size_t piece_bytes, room_bytes;
  };
  static constexpr std::array<Sizes, 5> kSizes = {
      {{1, 1}, {1, 100'000}, {100'000, 1}, {300, 17}, {9'000, 9'000}}};

  // Null when the device has no such stream.
  std::unique_ptr<Stream> Open(Operation operation, Algorithm algorithm) {
    StreamSpec spec;
    spec.operation = operation;
    spec.algorithm = algorithm;
    spec.level = Info(algorithm).default_level;
    spec.key = Bytes(key_).first(Info(algorithm).key_bytes);
    auto stream = device_->OpenStream(spec);
    if (stream.ok()) {
      EXPECT_GT((*stream)->max_memory_bytes(), 0u);
      return *std::move(stream);
    }
    EXPECT_EQ(stream.status().code(), absl::StatusCode::kUnimplemented);
    return nullptr;
  }

  // One piece; its output is appended to `output`.
  absl::StatusCode RunPiece(Stream& stream, const Pair& what, Bytes source,
                            bool last, size_t room, ByteVector& output) {
    ContractWork work(what.first, what.second, {});
    work.SetRoom(room);
    work.request.source = source;
    work.request.stream = &stream;
    work.request.last = last;
    const Completion completion = Run(work);
    if (completion.code != absl::StatusCode::kOk) return completion.code;
    EXPECT_LE(completion.produced_bytes, room);
    EXPECT_LE(stream.progress().consumed_bytes, source.size());
    const ByteVector out = work.Output(completion.produced_bytes);
    output.insert(output.end(), out.begin(), out.end());
    return completion.code;
  }

  // Sends `input` through in pieces of random sizes, as hw/stream.h says.
  Ended Pump(Stream& stream, const Pair& what, Bytes input, Sizes sizes,
             uint32_t seed) {
    std::mt19937 random(seed);
    Ended ended{absl::StatusCode::kOk, {}, false};
    Bytes piece;
    bool last = false;
    for (int in_vain = 0; in_vain < 4;) {
      if (piece.empty() && !last) {
        const size_t bytes =
            std::min<size_t>(input.size(), random() % (sizes.piece_bytes + 1));
        piece = input.first(bytes);
        input = input.subspan(bytes);
        last = input.empty() && random() % 2 == 0;
      }
      const size_t room = what.first == Operation::kDigest
                              ? Info(what.second).digest_bytes
                              : 1 + random() % sizes.room_bytes;
      const size_t before = ended.output.size();
      ended.code = RunPiece(stream, what, piece, last, room, ended.output);
      ended.done = stream.progress().done;
      if (ended.code != absl::StatusCode::kOk) return ended;
      const size_t produced = ended.output.size() - before;
      const size_t consumed = stream.progress().consumed_bytes;
      const bool had_piece = !piece.empty();
      piece = piece.subspan(consumed);
      if (last && piece.empty() && (ended.done || produced < room)) {
        return ended;
      }
      in_vain = had_piece && consumed + produced == 0 ? in_vain + 1 : 0;
    }
    ADD_FAILURE() << "the stream stands still";
    return ended;
  }

  Ended PumpNew(const Pair& what, const ByteVector& input, Sizes sizes,
                uint32_t seed) {
    const auto stream = Open(what.first, what.second);
    if (stream == nullptr) return {absl::StatusCode::kUnimplemented, {}, false};
    return Pump(*stream, what, input, sizes, seed);
  }

  // Of all of `input`, without a stream.
  ByteVector Whole(Operation operation, Algorithm algorithm,
                   const ByteVector& input, size_t room = 0) {
    ContractWork work(operation, algorithm, input);
    work.request.key = Bytes(key_).first(Info(algorithm).key_bytes);
    if (room > 0) work.SetRoom(room);
    return RunOk(work);
  }

  // Formats whose streams the device can decompress, and make without one.
  std::vector<Algorithm> Readable() {
    std::vector<Algorithm> formats;
    for (const auto& [operation, algorithm] : pairs_) {
      if (operation == Operation::kCompress &&
          Open(Operation::kDecompress, algorithm) != nullptr) {
        formats.push_back(algorithm);
      }
    }
    return formats;
  }

  const ByteVector key_ = RandomBytes(kMaxHmacKeyBytes, 98);
};

}  // namespace uacced::hw

#endif  // UACCED_HW_STREAM_CONTRACT_FIXTURE_H_
