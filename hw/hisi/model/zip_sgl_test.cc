// Requests by scatter-gather lists, in the shapes that UADK and Linux make.
#include <algorithm>
#include <cstdint>
#include <vector>

#include "gtest/gtest.h"
#include "hw/hisi/model/zip_engine.h"
#include "hw/hisi/model/zip_status.h"
#include "hw/hisi/model/zip_test_fixture.h"

namespace uacced::hw::hisi {
namespace {

constexpr uint32_t Code(ZipStatus status) {
  return static_cast<uint32_t>(status);
}

class ZipSglTest : public ZipFixture {
 protected:
  static Descriptor Lists(const std::vector<Dword>& dwords) {
    Descriptor descriptor = Flat(dwords);
    SetAddress(descriptor, 18, kIn);
    SetAddress(descriptor, 20, kOut);
    return descriptor;
  }

  // `count` nodes of `each` bytes from `address` on, with gaps between them, in
  // lists of 255 as UADK chains them.
  static std::vector<std::vector<Node>> Nodes(uint64_t address, size_t count,
                                              uint32_t each) {
    std::vector<std::vector<Node>> lists(1);
    for (size_t i = 0; i < count; ++i) {
      if (lists.back().size() == 255) lists.emplace_back();
      lists.back().push_back({address + i * (each + 3), each});
    }
    return lists;
  }

  // The bytes that the nodes name, one after the other.
  ByteVector Gather(const std::vector<std::vector<Node>>& lists) {
    ByteVector all;
    for (const auto& list : lists) {
      for (const Node& node : list) {
        const ByteVector part = Load(node.address, node.bytes);
        all.insert(all.end(), part.begin(), part.end());
      }
    }
    return all;
  }

  void Scatter(const std::vector<std::vector<Node>>& lists,
               const ByteVector& all) {
    size_t done = 0;
    for (const auto& list : lists) {
      for (const Node& node : list) {
        const size_t count = std::min<size_t>(node.bytes, all.size() - done);
        EXPECT_TRUE(
            memory_.Write(node.address, Bytes(all).subspan(done, count)));
        done += count;
      }
    }
  }
};

struct SglForm {
  const char* name;
  QueueKind kind;
  uint32_t format;
  uint32_t dw4;
  uint32_t dw7;
  uint32_t dw8;
  uint32_t dw9;
  uint32_t dw14;
};

// Table 1.2, and Linux, which has the header in its lists too.
constexpr SglForm kSglForms[] = {
    {"deflate comp", kCompressV3, kDeflate, 0x1000, 0x3a000000, 0, 0x101,
     0x2000},
    {"deflate decomp", kDecompressV3, kDeflate, 0x1000, 0x3a000000, 0, 0x101,
     0x2000},
    {"zlib comp", kCompressV3, kZlib, 0x1000, 0x3a000000, 2, 0x102, 0x1ffe},
    {"zlib comp V2", kCompressV2, kZlib, 0x1000, 0x0a000000, 2, 0x102, 0x1ffe},
    {"zlib decomp", kDecompressV3, kZlib, 0x0ffe, 0x3a000002, 0, 0x102, 0x2000},
    {"gzip comp", kCompressV3, kGzip, 0x1000, 0x3a000000, 10, 0x103, 0x1ff6},
    {"gzip decomp", kDecompressV3, kGzip, 0x0ff6, 0x3a00000a, 0, 0x103, 0x2000},
    {"gzip decomp V2", kDecompressV2, kGzip, 0x0ff6, 0x0a00000a, 0, 0x103,
     0x2000},
    {"kernel gzip comp", kCompressV2, kGzip, 0x1000, 0, 10, 0x103, 0x1ff6},
    {"kernel zlib decomp", kDecompressV2, kZlib, 0x0ffe, 2, 0, 0x102, 0x2000},
    {"kernel deflate comp", kCompressV3, kDeflate, 0x1000, 0x30000000, 0,
     0x2101, 0x2000},
};

TEST_F(ZipSglTest, TakesEveryForm) {
  for (const SglForm& form : kSglForms) {
    SCOPED_TRACE(form.name);
    const ByteVector header = HeaderOf(form.format);
    const bool compress = form.kind.qc_type == 0;
    const std::vector<std::vector<Node>> in = {
        {{kSrc, 1000}, {kSrc + 5000, 3096}}};
    const std::vector<std::vector<Node>> out = {
        {{kDst, 4200}, {kDst + 5000, 3992}}};
    memory_.Add(kSrc, 10000);
    memory_.Add(kDst, 10000);
    AddChain(kIn, in);
    AddChain(kOut, out);
    const ByteVector data = compress ? TextBytes(4096, 1) : TextBytes(5000, 2);
    const ByteVector stream = ZlibEncode(form.format, data);
    Scatter(in, compress ? data : stream);
    if (compress) Scatter(out, header);
    const Descriptor done = Run(form.kind, Lists({{4, form.dw4},
                                                  {7, form.dw7},
                                                  {8, form.dw8},
                                                  {9, form.dw9},
                                                  {14, form.dw14},
                                                  {13, 0x1234},
                                                  {26, kTag},
                                                  {27, 0xffff0000}}));
    EXPECT_EQ(done[3], 0u);
    ByteVector result = Gather(out);
    result.resize(form.dw8 + done[1]);
    if (compress) {
      EXPECT_EQ(done[0], 0x1000u);
      EXPECT_EQ(ZlibDecode(form.format, result), data);
    } else {
      EXPECT_EQ(done[0], stream.size() - header.size());
      EXPECT_EQ(result, data);
    }
    EXPECT_EQ(memory_.faults(), 0);
  }
}

TEST_F(ZipSglTest, TakesChainsOfEveryLength) {
  for (const size_t count : {1u, 254u, 255u, 256u, 510u, 511u}) {
    for (const bool empty_tail : {false, true}) {
      auto in = Nodes(kSrc, count, 16);
      auto out = Nodes(kDst, count, 32);
      if (empty_tail) {
        in.emplace_back();
        out.emplace_back();
      }
      const auto bytes = static_cast<uint32_t>(count * 16);
      memory_.Add(kSrc, 16384);
      memory_.Add(kDst, 32768);
      AddChain(kIn, in);
      AddChain(kOut, out);
      const ByteVector data = TextBytes(bytes, count);
      Scatter(in, data);
      const Descriptor done = Run(
          kCompressV3,
          Lists({{4, bytes}, {7, 0x3a000000}, {9, 0x101}, {14, bytes * 2}}));
      ASSERT_TRUE(done[3] == 0 || done[3] == 0x0d);
      EXPECT_EQ(done[0], bytes);
      ByteVector result = Gather(out);
      result.resize(done[1]);
      EXPECT_EQ(ZlibDecode(kDeflate, result), data);
    }
  }
}

// UADK copies the header to where the first node begins, however short it is;
// the device skips in the list.
TEST_F(ZipSglTest, SkipsAcrossNodes) {
  memory_.Add(kSrc, 2000);
  memory_.Add(kDst, 3000);
  const std::vector<std::vector<Node>> in = {
      {{kSrc + 100, 1}, {kSrc, 1}, {kSrc + 200, 1000}}};
  const std::vector<std::vector<Node>> out = {
      {{kDst + 100, 1}}, {{kDst, 3}, {kDst + 200, 7}}, {{kDst + 300, 2000}}};
  AddChain(kIn, in);
  AddChain(kOut, out);
  const ByteVector data = TextBytes(900, 1);
  const ByteVector before = Load(kDst, 300);
  Scatter(in, data);
  const Descriptor done =
      Run(kCompressV3,
          Lists({{4, 900}, {7, 0x3a000000}, {8, 10}, {9, 0x103}, {14, 1990}}));
  EXPECT_EQ(done[3], 0u);
  ByteVector result = Gather(out);
  const ByteVector header = HeaderOf(kGzip);
  std::copy(header.begin(), header.end(), result.begin());
  result.resize(10 + done[1]);
  EXPECT_EQ(ZlibDecode(kGzip, result), data);
  // What was skipped is untouched: 1 + 3 + 6 bytes.
  ByteVector after = Load(kDst, 300);
  after[206] = before[206];
  EXPECT_EQ(after, before);
}

TEST_F(ZipSglTest, TheShorterOfListAndDescriptorCounts) {
  const ByteVector data = TextBytes(400, 1);
  memory_.Add(kSrc, data);
  memory_.Add(kDst, 8192);
  AddChain(kOut, {{{kDst, 8192}}});
  AddChain(kIn, {{{kSrc, 100}, {kSrc + 100, 300}}});
  for (const uint32_t dw4 : {300u, 400u, 500u, 0xffffffu}) {
    const Descriptor done =
        Run(kCompressV3,
            Lists({{4, dw4}, {7, 0x3a000000}, {9, 0x101}, {14, 0xffffffff}}));
    ASSERT_EQ(done[3], 0u);
    EXPECT_EQ(done[0], std::min(dw4, 400u));
    const ByteVector expected(data.begin(), data.begin() + done[0]);
    EXPECT_EQ(ZlibDecode(kDeflate, Output({}, done)), expected);
  }
  // Too little room by the descriptor, then by the list.
  EXPECT_EQ(Run(kCompressV3,
                Lists({{4, 400}, {7, 0x3a000000}, {9, 0x101}, {14, 20}}))[3],
            0x0eu);
  AddChain(kOut, {{{kDst, 20}}});
  EXPECT_EQ(Run(kCompressV3,
                Lists({{4, 400}, {7, 0x3a000000}, {9, 0x101}, {14, 8192}}))[3],
            0x0eu);
}

TEST_F(ZipSglTest, AnEmptyListIsNoInput) {
  memory_.Add(kDst, 100);
  AddChain(kIn, {{}});
  AddChain(kOut, {{{kDst, 100}}});
  // UADK says 8 bytes for a single empty node.
  Descriptor sqe = Lists({{4, 8}, {7, 0x3a000000}, {9, 0x101}, {14, 100}});
  const Descriptor done = Run(kCompressV3, sqe);
  EXPECT_EQ(done[0], 0u);
  EXPECT_TRUE(ZlibDecode(kDeflate, Output({}, done)).empty());
  EXPECT_EQ(Run(kDecompressV3, sqe)[3], Code(ZipStatus::kTruncated));
}

TEST_F(ZipSglTest, HasNoLimitButItsOwn) {
  const ByteVector data(size_t{10} << 20, 'x');
  memory_.Add(kSrc, data);
  memory_.Add(kDst, 1 << 20);
  AddChain(kIn, {{{kSrc, 0x800000}, {kSrc + 0x800000, 0x200000}}});
  AddChain(kOut, {{{kDst, 1 << 20}}});
  const Descriptor done = Run(
      kCompressV3,
      Lists({{4, 0x00a00000}, {7, 0x3a000000}, {9, 0x101}, {14, 0x00c00000}}));
  EXPECT_EQ(done[3], 0u);
  EXPECT_EQ(done[0], 0x00a00000u);
  EXPECT_EQ(ZlibDecode(kDeflate, Output({}, done)), data);

  const ZipEngine small({.max_sgl_bytes = 1000});
  Descriptor sqe = Lists({{4, 1001}, {7, 0x3a000000}, {9, 0x101}, {14, 5000}});
  small.Execute(kCompressV3, memory_, sqe);
  EXPECT_EQ(sqe[3], Code(ZipStatus::kBadLength));
  sqe[4] = 1000;
  small.Execute(kCompressV3, memory_, sqe);
  EXPECT_EQ(sqe[3], 0u);
}

TEST_F(ZipSglTest, ListsThatAreNoneAreErrors) {
  memory_.Add(kSrc, 100);
  memory_.Add(kDst, 100);
  AddChain(kIn, {{{kSrc, 100}}});
  AddChain(kOut, {{{kDst, 100}}});
  const Descriptor good =
      Lists({{4, 100}, {7, 0x3a000000}, {9, 0x101}, {14, 100}});
  EXPECT_EQ(Run(kCompressV3, good)[3], 0u);
  for (const int address : {18, 20}) {
    Descriptor bad = good;
    bad[address] += 32;
    EXPECT_EQ(Run(kCompressV3, bad)[3], Code(ZipStatus::kBadSgl));
    bad = good;
    bad[address + 1] = 0xdead;
    EXPECT_EQ(Run(kCompressV3, bad)[3], Code(ZipStatus::kBadSgl));
  }
  AddChain(kIn, {{{0xdead0000, 100}}});
  EXPECT_EQ(Run(kCompressV3, good)[3], Code(ZipStatus::kMemoryFault));
  AddChain(kIn, {{{kSrc, 100}}});
  AddChain(kOut, {{{0xdead0000, 100}}});
  EXPECT_EQ(Run(kCompressV3, good)[3], Code(ZipStatus::kMemoryFault));
}

TEST_F(ZipSglTest, CorruptionIsOneBitOfTheOutput) {
  memory_.Add(kSrc, TextBytes(400, 1));
  memory_.Add(kDst, 400);
  AddChain(kIn, {{{kSrc, 400}}});
  const std::vector<std::vector<Node>> out = {{{kDst + 300, 5}, {kDst, 250}}};
  AddChain(kOut, out);
  const Descriptor done =
      Run(kCompressV3,
          Lists({{4, 400}, {7, 0x3a000000}, {8, 2}, {9, 0x102}, {14, 253}}));
  ASSERT_EQ(done[3], 0u);
  const ByteVector all = Load(kDst, 400);
  const ByteVector clean = Gather(out);
  const uint64_t bits = uint64_t{8} * done[1];
  for (uint64_t random = 0; random < 3 * bits; ++random) {
    ASSERT_TRUE(engine_.Corrupt(memory_, done, random));
    ByteVector expected = clean;
    const uint64_t bit = random % bits;
    expected[2 + bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
    ASSERT_EQ(Gather(out), expected);
    ASSERT_TRUE(engine_.Corrupt(memory_, done, random));
    ASSERT_EQ(Load(kDst, 400), all);
  }
  Descriptor nothing = done;
  nothing[1] = 0;
  EXPECT_FALSE(engine_.Corrupt(memory_, nothing, 1));
  Descriptor too_much = done;
  too_much[1] = 254;
  EXPECT_FALSE(engine_.Corrupt(memory_, too_much, 1));
}

}  // namespace
}  // namespace uacced::hw::hisi
