// Random requests of every kind against zlib and liblz4. ZIP_RANDOM_SEED and
// ZIP_RANDOM_COUNT in the environment choose others than the usual ones.
#include <lz4.h>
#include <zlib.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "hw/hisi/model/random_rounds.h"
#include "hw/hisi/model/zip_engine.h"
#include "hw/hisi/model/zip_test_fixture.h"

namespace uacced::hw::hisi {
namespace {

class ZipRandomTest : public ZipFixture {
 protected:
  ZipRandomTest() { memory_.Add(kCtx, 0x10000); }

  uint32_t Draw() { return static_cast<uint32_t>(random_()); }
  uint32_t Draw(uint32_t below) { return Draw() % below; }

  // Zero, or less than `below`.
  size_t DrawExtra(uint32_t below) { return Draw(2) == 0 ? 0 : Draw(below); }

  // Mostly short.
  size_t DrawBytes() { return Draw(16u << Draw(11)); }

  ByteVector DrawData() {
    const size_t bytes = DrawBytes();
    switch (Draw(4)) {
      case 0:
        return RandomBytes(bytes, Draw());
      case 1:
        return ByteVector(bytes, static_cast<uint8_t>(Draw()));
      default:
        return TextBytes(bytes, Draw());
    }
  }

  // `bytes` of memory with `content` at `skip`, flat or in pieces: sets what
  // the descriptor says of it, and where its bytes are.
  struct Place {
    uint64_t base;
    uint64_t list;
    int address_dword;
    int skip_dword;
  };
  using Pieces = std::vector<Node>;
  Pieces MakeBuffer(const Place& place, const ByteVector& content, bool sgl,
                    Descriptor& sqe) {
    if (!sgl) {
      memory_.Add(place.base, content);
      SetAddress(sqe, place.address_dword, place.base);
      return {{place.base, static_cast<uint32_t>(content.size())}};
    }
    const uint32_t skip = Draw(3) == 0 ? Draw(40) : 0;
    ByteVector memory;
    std::vector<std::vector<Node>> lists(1);
    Pieces pieces;
    size_t left = skip + content.size();
    while (left > 0) {
      const auto count = static_cast<uint32_t>(
          std::min<size_t>(left, Draw(static_cast<uint32_t>(left) / 2 + 16)));
      const size_t begin = memory.size() + Draw(5);
      if (lists.back().size() == 255 || Draw(20) == 0) lists.emplace_back();
      lists.back().push_back({place.base + begin, count});
      pieces.push_back(lists.back().back());
      memory.resize(begin + count, 0xA5);
      left -= count;
    }
    if (Draw(3) == 0) lists.emplace_back();
    memory_.Add(place.base, std::move(memory));
    AddChain(place.list, lists);
    SetAddress(sqe, place.address_dword, place.list);
    sqe[place.skip_dword] |= skip;
    sqe[9] |= 0x100;
    pieces = Skip(pieces, skip);
    Scatter(pieces, content);
    return pieces;
  }

  static Pieces Skip(const Pieces& pieces, uint32_t skip) {
    Pieces rest;
    for (Node node : pieces) {
      const uint32_t count = std::min(node.bytes, skip);
      skip -= count;
      node.address += count;
      node.bytes -= count;
      if (node.bytes > 0) rest.push_back(node);
    }
    return rest;
  }

  void Scatter(const Pieces& pieces, const ByteVector& content) {
    size_t done = 0;
    for (const Node& piece : pieces) {
      ASSERT_TRUE(memory_.Write(piece.address,
                                Bytes(content).subspan(done, piece.bytes)));
      done += piece.bytes;
    }
  }

  ByteVector Gather(const Pieces& pieces, size_t bytes) {
    ByteVector all;
    for (const Node& piece : pieces) {
      const ByteVector part = Load(piece.address, piece.bytes);
      all.insert(all.end(), part.begin(), part.end());
    }
    EXPECT_LE(bytes, all.size());
    all.resize(std::min(bytes, all.size()));
    return all;
  }

  // One descriptor; appends its output.
  Descriptor Step(const QueueKind& kind, uint32_t format, uint32_t flags,
                  const ByteVector& in, size_t room, ByteVector& out) {
    Descriptor sqe = {};
    for (uint32_t& dword : sqe) dword = Draw(2) * Draw();
    sqe[7] = flags << 24 | 0x30000000;
    if (format != kDeflate && format != kLz4 && Draw(2) == 0) {
      sqe[7] = flags << 24;
    }
    sqe[8] = 0;
    sqe[9] = format | Draw(5) << 12;
    if (kind.qc_type == 1) sqe[9] |= Draw() & 0xfffff000;
    sqe[4] = static_cast<uint32_t>(in.size());
    sqe[14] = static_cast<uint32_t>(room);
    if ((flags & 4) != 0) SetAddress(sqe, 22, kCtx + 0x40);
    const bool sgl = Draw(2) == 0;
    MakeBuffer({kSrc, kIn, 18, 7}, in, sgl, sqe);
    const Pieces to =
        MakeBuffer({kDst, kOut, 20, 8}, ByteVector(room, 0x5A), sgl, sqe);
    const Descriptor done = Run(kind, sqe);
    const ByteVector part = Gather(to, done[1]);
    out.insert(out.end(), part.begin(), part.end());
    return done;
  }

  static ByteVector Slice(const ByteVector& data, size_t begin, size_t bytes) {
    return {data.begin() + begin,
            data.begin() + begin + std::min(bytes, data.size() - begin)};
  }

  void RoundLz4(const ByteVector& data) {
    ByteVector block;
    const Descriptor done =
        Step(kCompressV3, kLz4, 0, data,
             LZ4_compressBound(data.size()) + Draw(3), block);
    EXPECT_EQ(done[3], block.size() < data.size() ? 0u : 0x0du);
    ByteVector decoded(data.size());
    EXPECT_EQ(LZ4_decompress_safe(reinterpret_cast<const char*>(block.data()),
                                  reinterpret_cast<char*>(decoded.data()),
                                  static_cast<int>(block.size()),
                                  static_cast<int>(decoded.size())),
              static_cast<int>(data.size()));
    EXPECT_EQ(decoded, data);
  }

  void RoundCompress(uint32_t format, const ByteVector& data, bool stream) {
    ByteVector out = HeaderOf(format);
    size_t at = 0;
    uint32_t flags = stream ? 0xc : Draw(2) * 0xa;
    do {
      size_t bytes = data.size() - at;
      if (stream) bytes = std::min(bytes, DrawBytes());
      if (stream && at + bytes == data.size()) flags |= 2;
      const Descriptor done =
          Step(kCompressV3, format, flags, Slice(data, at, bytes),
               std::max<size_t>(236, bytes * 9 / 8 + 1), out);
      EXPECT_EQ(done[3], done[1] < done[0] || done[1] == 0 ? 0u : 0x0du);
      EXPECT_EQ(done[0], bytes);
      at += bytes;
      EXPECT_EQ(done[30], at);
      EXPECT_EQ(done[31], DeviceChecksum(format, Slice(data, 0, at)));
      if (stream) flags = 4 | (flags & 2);
    } while (at < data.size());
    EXPECT_EQ(ZlibDecode(format, out), data);
  }

  void RoundDecompress(uint32_t format, const ByteVector& data, bool stream) {
    constexpr int kStrategies[] = {Z_DEFAULT_STRATEGY, Z_FIXED, Z_HUFFMAN_ONLY,
                                   Z_RLE};
    ByteVector in = ZlibEncode(format, data, static_cast<int>(Draw(10)),
                               kStrategies[Draw(4)]);
    in.erase(in.begin(), in.begin() + HeaderOf(format).size());
    ByteVector out;
    if (!stream) {
      const size_t stream_bytes = in.size();
      in.resize(in.size() + DrawExtra(20), 0x77);
      const Descriptor done = Step(kDecompressV3, format, Draw(2) * 0xa, in,
                                   data.size() + DrawExtra(50), out);
      EXPECT_EQ(done[3], 0u);
      EXPECT_EQ(done[0], stream_bytes);
      EXPECT_EQ(out, data);
      return;
    }
    size_t at = 0;
    uint32_t flags = 0xc;
    uint32_t status = 0;
    while (status == 0) {
      const ByteVector packet = Slice(in, at, DrawBytes() + 1);
      const Descriptor done = Step(kDecompressV3, format, flags | Draw(2) * 2,
                                   packet, 17 + DrawBytes(), out);
      at += done[0];
      status = done[3];
      ASSERT_NE(done[0] + done[1], 0u);
      EXPECT_EQ(done[30], out.size());
      EXPECT_EQ(done[31], DeviceChecksum(format, out));
      flags = 4;
    }
    EXPECT_EQ(status, 0x113u);
    EXPECT_EQ(at, in.size());
    EXPECT_EQ(out, data);
  }

  std::mt19937_64 random_;
};

TEST_F(ZipRandomTest, AgreesWithTheLibraries) {
  const uint64_t seed = FromEnvironment("ZIP_RANDOM_SEED", 1);
  const uint64_t count = FromEnvironment("ZIP_RANDOM_COUNT", 10000);
  for (uint64_t i = 0; i < count && !HasFailure(); ++i) {
    SCOPED_TRACE("seed " + std::to_string(seed) + ", request " +
                 std::to_string(i));
    random_.seed(seed << 32 | i);
    const ByteVector data = DrawData();
    const uint32_t format = data.empty() ? 1 + Draw(3) : 1 + Draw(4);
    if (format == kLz4) {
      RoundLz4(data);
    } else if (Draw(2) == 0) {
      RoundCompress(format, data, Draw(3) == 0);
    } else {
      RoundDecompress(format, data, Draw(3) == 0);
    }
  }
  EXPECT_EQ(memory_.faults(), 0);
  EXPECT_EQ(engine_.stream_count(), 0u);
}

}  // namespace
}  // namespace uacced::hw::hisi
