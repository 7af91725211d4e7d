// Arbitrary bytes as the input of streams and as fragments, in both directions.
// Whatever they are, the engine stays within its destination and never stands
// still; what it made is read back as what it was made of; and what it reads in
// pieces, or as a fragment, it reads in one go as well.
//
// Input: byte 0 what to do, 1 the format, 2 the level, 3 how to cut, then
// source.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <random>
#include <utility>
#include <vector>

#include "hw/algorithm.h"
#include "hw/output_room.h"
#include "hw/request.h"
#include "hw/soft/engine.h"
#include "hw/soft/evp_algorithms.h"
#include "hw/soft/stream_factory.h"

namespace uacced::hw {
namespace {

using ByteVector = std::vector<uint8_t>;

constexpr uint8_t kCanary = 0xa5;
constexpr size_t kCanaryBytes = 64;
constexpr size_t kMaxOutputBytes = size_t{1} << 18;
constexpr size_t kHeaderBytes = 4;
constexpr Algorithm kFormats[] = {Algorithm::kGzip, Algorithm::kZlib,
                                  Algorithm::kDeflate, Algorithm::kZstd,
                                  Algorithm::kLz4};

[[noreturn]] void Fail(const char* what) {
  std::fprintf(stderr, "soft_stream_fuzz: %s\n", what);
  std::abort();
}

const EvpAlgorithms& Algorithms() {
  static const auto* const algorithms = new EvpAlgorithms();
  return *algorithms;
}

// Of at most `room` bytes; nothing when it fails.
std::optional<ByteVector> Run(Request request, size_t room) {
  static auto* const engine = new Engine(Algorithms());
  ByteVector memory(room + kCanaryBytes, kCanary);
  request.destination = MutableBytes(memory).first(room);
  const Result result = engine->Execute(request);
  for (size_t i = room; i < memory.size(); ++i) {
    if (memory[i] != kCanary) Fail("wrote past the destination");
  }
  if (!result.ok()) {
    if (result.code != absl::StatusCode::kInvalidArgument &&
        result.code != absl::StatusCode::kOutOfRange) {
      Fail("an error that hostile input cannot be");
    }
    return std::nullopt;
  }
  if (result.produced_bytes > room) {
    Fail("produced more than there is room for");
  }
  memory.resize(result.produced_bytes);
  return memory;
}

// Without a stream.
std::optional<ByteVector> Whole(Operation operation, Algorithm format,
                                int level, bool fragment, Bytes source) {
  Request request;
  request.operation = operation;
  request.algorithm = format;
  request.level = static_cast<int8_t>(level);
  request.fragment = fragment;
  request.source = source;
  return Run(request, operation == Operation::kDecompress
                          ? kMaxOutputBytes
                          : FirstOutputRoom(request, UINT64_MAX));
}

// In pieces. Nothing when it fails, or gives more than kMaxOutputBytes.
std::optional<ByteVector> Pieces(const StreamSpec& spec, Bytes source,
                                 uint8_t cut) {
  auto stream = NewSoftStream(Algorithms(), spec);
  if (!stream.ok()) Fail("no stream");
  std::mt19937 random(cut);
  const size_t most = size_t{1} << cut % 12;
  ByteVector output;
  ByteVector piece;  // A copy of just that size, so that ASan sees its end.
  for (int in_vain = 0; in_vain < 3;) {
    if (piece.empty()) {
      const size_t bytes =
          std::min<size_t>(source.size(), random() % (most + 1));
      piece.assign(source.begin(), source.begin() + bytes);
      source = source.subspan(bytes);
    }
    Request request;
    request.operation = spec.operation;
    request.algorithm = spec.algorithm;
    request.stream = stream->get();
    request.source = piece;
    request.last = source.empty();
    const size_t room = 1 + random() % most;
    const auto made = Run(request, room);
    if (!made.has_value()) return std::nullopt;
    output.insert(output.end(), made->begin(), made->end());
    if (output.size() > kMaxOutputBytes) return std::nullopt;
    const Stream::Progress& progress = (*stream)->progress();
    if (progress.consumed_bytes > piece.size()) Fail("consumed too much");
    const bool in_vain_now = progress.consumed_bytes + made->size() == 0;
    in_vain = in_vain_now && !piece.empty() ? in_vain + 1 : 0;
    piece.erase(piece.begin(), piece.begin() + progress.consumed_bytes);
    if (!request.last || !piece.empty()) continue;
    if (progress.done) return output;
    if (made->size() < room) Fail("neither done nor an error");
  }
  Fail("the stream stands still");
}

// Fragments joined, or rather one of them.
ByteVector AsWhole(Algorithm format, const ByteVector& fragment) {
  static constexpr uint8_t kLz4Header[] = {0x04, 0x22, 0x4d, 0x18,
                                           0x70, 0x70, 0x72};
  ByteVector whole;
  if (format == Algorithm::kLz4) {
    whole.assign(std::begin(kLz4Header), std::end(kLz4Header));
  }
  whole.insert(whole.end(), fragment.begin(), fragment.end());
  if (format == Algorithm::kLz4) {
    whole.insert(whole.end(), 4, 0);
  } else if (format != Algorithm::kZstd) {
    whole.insert(whole.end(), {0x03, 0x00});
  }
  return whole;
}

// The family's raw form: fragments of gzip and zlib are deflate's.
Algorithm Raw(Algorithm format) {
  return format == Algorithm::kZstd || format == Algorithm::kLz4
             ? format
             : Algorithm::kDeflate;
}

void TestOneInput(Bytes data) {
  if (data.size() < kHeaderBytes) return;
  const Algorithm format = kFormats[data[1] % std::size(kFormats)];
  const AlgorithmInfo& info = Info(format);
  const int level =
      info.min_level + data[2] % (info.max_level - info.min_level + 1);
  const uint8_t cut = data[3];
  const bool compress = (data[0] & 1) != 0, fragment = (data[0] & 2) != 0;
  const Bytes source = data.subspan(kHeaderBytes);

  StreamSpec spec;
  spec.operation = compress ? Operation::kCompress : Operation::kDecompress;
  spec.algorithm = format;
  spec.level = static_cast<int8_t>(level);
  const auto made = fragment
                        ? Whole(spec.operation, format, level, true, source)
                        : Pieces(spec, source, cut);
  if (!made.has_value()) {
    if (compress && source.size() < kMaxOutputBytes / 2) {
      Fail("cannot compress");
    }
    return;
  }
  // The way back, or the same way in one go.
  const Algorithm raw = fragment ? Raw(format) : format;
  const ByteVector input =
      compress ? *made : ByteVector(source.begin(), source.end());
  const ByteVector whole = fragment ? AsWhole(raw, input) : input;
  const ByteVector expected =
      compress ? ByteVector(source.begin(), source.end()) : *made;
  if (fragment && raw == Algorithm::kZstd && input.empty()) return;
  const auto read = Whole(Operation::kDecompress, raw, 0, false, whole);
  // libzstd lets pass a block of no compressed bytes, but only in pieces.
  const bool lenient = format == Algorithm::kZstd && !compress && !fragment;
  if (read != expected && !(lenient && !read.has_value())) {
    Fail("in one go it is something else");
  }
  if (fragment && compress &&
      Whole(Operation::kDecompress, format, 0, true, *made) != expected) {
    Fail("a fragment that cannot be read");
  }
}

}  // namespace
}  // namespace uacced::hw

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  uacced::hw::TestOneInput({data, size});
  return 0;
}
