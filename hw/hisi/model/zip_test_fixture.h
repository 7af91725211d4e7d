// For tests of the ZIP engine: descriptors as software writes them, memory that
// they point to, and zlib as the judge of what comes out.
#ifndef UACCED_HW_HISI_MODEL_ZIP_TEST_FIXTURE_H_
#define UACCED_HW_HISI_MODEL_ZIP_TEST_FIXTURE_H_

#include <zlib.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "hw/hisi/abi/sgl.h"
#include "hw/hisi/model/engine.h"
#include "hw/hisi/model/test_memory.h"
#include "hw/hisi/model/zip_engine.h"
#include "hw/test_data.h"

namespace uacced::hw::hisi {

using ByteVector = std::vector<uint8_t>;

inline constexpr QueueKind kCompressV2 = {.version = 2, .qc_type = 0};
inline constexpr QueueKind kDecompressV2 = {.version = 2, .qc_type = 1};
inline constexpr QueueKind kCompressV3 = {.version = 3, .qc_type = 0};
inline constexpr QueueKind kDecompressV3 = {.version = 3, .qc_type = 1};

// dw9[7:0].
enum : uint32_t { kDeflate = 1, kZlib = 2, kGzip = 3, kLz4 = 4 };

// What software writes before, and skips.
inline ByteVector HeaderOf(uint32_t format) {
  if (format == kZlib) return FromHex("789c");
  if (format == kGzip) return FromHex("1f8b0800000000000003");
  return {};
}

inline int WindowBitsOf(uint32_t format) {
  return format == kZlib ? 15 : format == kGzip ? 31 : -15;
}

// `data` as a whole stream, its header included, made by zlib alone.
inline ByteVector ZlibEncode(uint32_t format, const ByteVector& data,
                             int level = 6, int strategy = Z_DEFAULT_STRATEGY) {
  z_stream stream = {};
  EXPECT_EQ(deflateInit2(&stream, level, Z_DEFLATED, WindowBitsOf(format), 8,
                         strategy),
            Z_OK);
  ByteVector out(deflateBound(&stream, data.size()) + 64);
  stream.next_in = const_cast<uint8_t*>(data.data());
  stream.avail_in = static_cast<uInt>(data.size());
  stream.next_out = out.data();
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

// What zlib reads from a whole stream that must end where `in` does.
inline ByteVector ZlibDecode(uint32_t format, const ByteVector& in,
                             size_t max_bytes = size_t{32} << 20) {
  z_stream stream = {};
  EXPECT_EQ(inflateInit2(&stream, WindowBitsOf(format)), Z_OK);
  ByteVector out(std::min(max_bytes, in.size() * 1100 + 64));
  stream.next_in = const_cast<uint8_t*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = out.data();
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  EXPECT_EQ(stream.avail_in, 0u);
  out.resize(stream.total_out);
  inflateEnd(&stream);
  return out;
}

inline uint32_t ReverseBits(uint32_t value) {
  uint32_t reversed = 0;
  for (int i = 0; i < 32; ++i) reversed |= (value >> i & 1) << (31 - i);
  return reversed;
}

// dw31 for `data`, from zlib and the rule of the manual.
inline uint32_t DeviceChecksum(uint32_t format, const ByteVector& data) {
  const auto count = static_cast<uInt>(data.size());
  if (format == kZlib) {
    return static_cast<uint32_t>(adler32(1, data.data(), count));
  }
  if (format == kGzip) {
    return ReverseBits(~static_cast<uint32_t>(crc32(0, data.data(), count)));
  }
  return 0;
}

class ZipFixture : public testing::Test {
 protected:
  static constexpr uint64_t kSrc = 0x0000'1111'2222'0001;
  static constexpr uint64_t kDst = 0x0000'3333'4444'0003;
  static constexpr uint64_t kCtx = 0x0000'5555'6666'0000;
  static constexpr uint64_t kIn = 0x0000'7777'0000'0000;   // Of lists.
  static constexpr uint64_t kOut = 0x0000'7777'1000'0000;  // Of lists.
  static constexpr uint32_t kTag = 0x29bc094a;

  struct Dword {
    int index;
    uint32_t value;
  };

  static void SetAddress(Descriptor& descriptor, int index, uint64_t address) {
    descriptor[index] = static_cast<uint32_t>(address);
    descriptor[index + 1] = static_cast<uint32_t>(address >> 32);
  }

  // From kSrc to kDst, all else as given.
  static Descriptor Flat(const std::vector<Dword>& dwords) {
    Descriptor descriptor = {};
    SetAddress(descriptor, 18, kSrc);
    SetAddress(descriptor, 20, kDst);
    for (const Dword& dword : dwords) descriptor[dword.index] = dword.value;
    return descriptor;
  }

  static Descriptor Stateful(const std::vector<Dword>& dwords) {
    Descriptor descriptor = Flat(dwords);
    SetAddress(descriptor, 22, kCtx + 0x40);
    return descriptor;
  }

  // Executes, and sees that nothing but what hardware writes has changed.
  Descriptor Run(const QueueKind& kind, const Descriptor& given) {
    Descriptor descriptor = given;
    engine_.Execute(kind, memory_, descriptor);
    for (int i = 0; i < 32; ++i) {
      const bool written = i <= 3 || i == 15 || i >= 28;
      if (!written) {
        EXPECT_EQ(descriptor[i], given[i]) << "dword " << i;
      }
    }
    return descriptor;
  }

  struct Node {
    uint64_t address;
    uint32_t bytes;
  };
  static constexpr uint64_t kListStride = 0x2040;

  // A chain with nodes[i] in its i-th list, as UADK fills it in; entries behind
  // the valid ones are stale. Its capacity is 255 for each.
  void AddChain(uint64_t address, const std::vector<std::vector<Node>>& lists) {
    for (size_t i = 0; i < lists.size(); ++i, address += kListStride) {
      ByteVector list(
          HISI_SGL_HEAD_BYTES + HISI_SGL_MAX_ENTRIES * HISI_SGL_ENTRY_BYTES,
          0xEE);
      hisi_sgl head = {};
      head.next_dma = i + 1 < lists.size() ? address + kListStride : 0;
      head.entry_sum_in_chain =
          static_cast<uint16_t>(255 * (i == 0 ? lists.size() : 1));
      head.entry_sum_in_sgl = static_cast<uint16_t>(lists[i].size());
      head.entry_length_in_sgl = 255;
      std::memcpy(list.data(), &head, sizeof(head));
      for (size_t j = 0; j < lists[i].size(); ++j) {
        hisi_sgl_entry entry = {};
        entry.buf = lists[i][j].address;
        entry.len = lists[i][j].bytes;
        entry.software = lists[i][j].address;
        std::memcpy(
            list.data() + HISI_SGL_HEAD_BYTES + j * HISI_SGL_ENTRY_BYTES,
            &entry, sizeof(entry));
      }
      memory_.Add(address, std::move(list));
    }
  }

  // `bytes` of memory from `address` on.
  ByteVector Load(uint64_t address, size_t bytes) {
    ByteVector out(bytes);
    EXPECT_TRUE(memory_.Read(address, out));
    return out;
  }

  // `header` and what the device produced at kDst + its size, put together.
  ByteVector Output(const ByteVector& header, const Descriptor& done) {
    ByteVector all = header;
    const ByteVector body = Load(kDst + header.size(), done[1]);
    all.insert(all.end(), body.begin(), body.end());
    return all;
  }

  TestMemory memory_;
  ZipEngine engine_;
};

}  // namespace uacced::hw::hisi

#endif  // UACCED_HW_HISI_MODEL_ZIP_TEST_FIXTURE_H_
