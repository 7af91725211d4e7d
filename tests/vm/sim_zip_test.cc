#include "tests/vm/sim_zip.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>

#include "hw/hisi/abi/sgl.h"
#include "hw/hisi/abi/zip.h"
#include "tests/vm/sim_tests.h"

namespace uacced::vm {
namespace {

constexpr ZipFormat kFormats[] = {ZipFormat::kDeflate, ZipFormat::kZlib,
                                  ZipFormat::kGzip};
constexpr const char* kNames[] = {"", "deflate", "zlib", "gzip"};
constexpr size_t kContextBytes = HISI_ZIP_CTX_BYTES;

std::string Name(const char* what, ZipFormat format) {
  return std::string(what) + " " + kNames[static_cast<uint32_t>(format)];
}

void SetBytes(ByteVector& room, size_t bytes) { room.resize(bytes); }

// What comes back of a descriptor besides what the device writes.
bool EchoesInput(const Sqe& sent, const Sqe& got) {
  for (const unsigned i : {4, 7, 8, 9, 13, 14, 16, 18, 20, 22, 26, 27}) {
    if (sent[i] != got[i]) return false;
  }
  return true;
}

}  // namespace

void TestZipBlocks(Checks& checks) {
  SimQueue compress("hisi_zip", 0);
  SimQueue decompress("hisi_zip", 1);
  checks.Equal("zip queues", compress.result() | decompress.result(), 0);
  Random random(7);
  for (const ZipFormat format : kFormats) {
    bool packed_right = true;
    bool expanded_right = true;
    bool echoed = true;
    for (const size_t bytes : {1, 100, 4096, 33000, 200000}) {
      for (const bool noise : {false, true}) {
        ByteVector plain =
            noise ? random.Bytes(bytes) : random.Compressible(bytes);
        ByteVector room(bytes + bytes / 8 + 64);
        const Sqe sqe =
            ZipBlock(format, plain.data(), bytes, room.data(), room.size());
        std::optional<Sqe> answer = compress.Run(sqe);
        ByteVector result;
        packed_right = packed_right && answer && (*answer)[0] == bytes &&
                       (ZipStatus(*answer) == HISI_ZIP_OK ||
                        ZipStatus(*answer) == HISI_ZIP_NEGATIVE_COMPRESSION);
        if (!packed_right) break;
        echoed = echoed && EchoesInput(sqe, *answer);
        SetBytes(room, (*answer)[1]);
        packed_right = ZipExpand(format, room, result) && result == plain;

        // Exactly as much room as it needs.
        const ByteVector packed = ZipPack(format, plain);
        result.assign(bytes + 1, 0xee);
        answer = decompress.Run(ZipBlock(format, packed.data(), packed.size(),
                                         result.data(), bytes));
        expanded_right =
            expanded_right && answer && ZipStatus(*answer) == HISI_ZIP_OK &&
            (*answer)[0] == packed.size() && (*answer)[1] == bytes &&
            (*answer)[15] == 0 && result[bytes] == 0xee &&
            std::equal(plain.begin(), plain.end(), result.begin());
      }
    }
    checks.That(Name("compress blocks of", format), packed_right);
    checks.That(Name("decompress blocks of", format), expanded_right);
    checks.That(Name("descriptors come back, of", format), echoed);
  }
  // Type 0 with the tag in word 13, as of version 2.
  ByteVector plain = random.Compressible(4096);
  ByteVector room(8192);
  Sqe sqe = ZipBlock(ZipFormat::kZlib, plain.data(), plain.size(), room.data(),
                     room.size());
  sqe[7] = 0x0a000000;
  sqe[13] = kZipTag;
  sqe[26] = 0;
  sqe[22] = 0x40;  // v1 of UADK leaves that there.
  const std::optional<Sqe> answer = compress.Run(sqe);
  checks.That("type 0", answer && ZipStatus(*answer) == HISI_ZIP_OK &&
                            (*answer)[13] == kZipTag);
}

namespace {

// A list of pieces of `memory`, each of `step` bytes but the last, chained so
// that no list has more than `fill` entries; with an empty list at the end.
class Sgl {
 public:
  Sgl(uint8_t* memory, size_t bytes, size_t step, unsigned fill) {
    size_t done = 0;
    hisi_sgl* previous = nullptr;
    do {
      hisi_sgl* list = Add(previous);
      unsigned count = 0;
      for (; count < fill && done < bytes; ++count) {
        const size_t piece = std::min(step, bytes - done);
        list->entries[count].buf = AddressOf(memory + done);
        list->entries[count].len = static_cast<uint32_t>(piece);
        done += piece;
      }
      list->entry_sum_in_sgl = static_cast<uint16_t>(count);
      previous = list;
    } while (done < bytes);
    Add(previous);
  }
  uint64_t address() const { return AddressOf(lists_.front()); }
  hisi_sgl* head() const { return lists_.front(); }

 private:
  hisi_sgl* Add(hisi_sgl* previous) {
    const size_t bytes =
        HISI_SGL_HEAD_BYTES + HISI_SGL_MAX_ENTRIES * HISI_SGL_ENTRY_BYTES + 64;
    memory_.push_back(std::make_unique<uint8_t[]>(bytes));
    void* place = memory_.back().get();
    size_t space = bytes;
    std::align(HISI_SGL_ALIGN_BYTES, bytes - HISI_SGL_ALIGN_BYTES, place,
               space);
    auto* list = static_cast<hisi_sgl*>(place);
    list->entry_sum_in_chain = 0xffff;
    list->entry_length_in_sgl = HISI_SGL_MAX_ENTRIES;
    if (previous != nullptr) previous->next_dma = AddressOf(list);
    lists_.push_back(list);
    return list;
  }

  std::vector<std::unique_ptr<uint8_t[]>> memory_;
  std::vector<hisi_sgl*> lists_;
};

}  // namespace

void TestZipLists(Checks& checks) {
  SimQueue compress("hisi_zip", 0);
  SimQueue decompress("hisi_zip", 1);
  Random random(11);
  ByteVector plain = random.Compressible(100'000);
  ByteVector room(120'000);
  Sgl in(plain.data(), plain.size(), 777, 50);
  Sgl out(room.data(), room.size(), 1001, 255);
  Sqe sqe = ZipBlock(ZipFormat::kGzip, nullptr, plain.size(), nullptr,
                     room.size() - 10);
  sqe[9] |= 0x100;
  sqe[8] = 10;
  SetAddress(sqe, 18, in.address());
  SetAddress(sqe, 20, out.address());
  std::optional<Sqe> answer = compress.Run(sqe);
  ByteVector packed;
  ByteVector result;
  const bool done = answer && ZipStatus(*answer) == HISI_ZIP_OK;
  if (done) packed.assign(&room[10], &room[10] + (*answer)[1]);
  checks.That(
      "compress lists",
      done && ZipExpand(ZipFormat::kGzip, packed, result) && result == plain);

  // Back, with bytes to skip at the front of the source.
  ByteVector again(plain.size());
  Sgl source(room.data(), packed.size() + 10, 333, 10);
  Sgl target(again.data(), again.size(), 4096, 7);
  sqe =
      ZipBlock(ZipFormat::kGzip, nullptr, packed.size(), nullptr, again.size());
  sqe[9] |= 0x100;
  sqe[7] |= 10;
  SetAddress(sqe, 18, source.address());
  SetAddress(sqe, 20, target.address());
  answer = decompress.Run(sqe);
  checks.That("decompress lists",
              answer && ZipStatus(*answer) == HISI_ZIP_OK && again == plain);

  // A list that comes back to itself has an end.
  hisi_sgl* list = source.head();
  list->next_dma = source.address();
  list->entry_sum_in_sgl = 0;
  answer = decompress.Run(sqe);
  checks.Equal("a circle of lists", answer ? ZipStatus(*answer) : -1,
               HISI_ZIP_SIM_BAD_SGL);
  list->entry_sum_in_sgl = 256;
  answer = decompress.Run(sqe);
  checks.Equal("a list of too many", answer ? ZipStatus(*answer) : -1,
               HISI_ZIP_SIM_BAD_SGL);
  sqe[18] += 8;
  answer = decompress.Run(sqe);
  checks.Equal("a list askew", answer ? ZipStatus(*answer) : -1,
               HISI_ZIP_SIM_BAD_SGL);
}

namespace {

// Software's part of a stream: what it carries from packet to packet.
struct StreamWords {
  uint32_t words[5] = {};

  void Into(Sqe& sqe) const {
    sqe[15] = words[0];
    std::copy_n(words + 1, 4, &sqe[28]);
  }
  void From(const Sqe& sqe) {
    words[0] = sqe[15];
    std::copy_n(&sqe[28], 4, words + 1);
  }
};

bool CompressStream(SimQueue& queue, ZipFormat format, ByteVector& context,
                    const ByteVector& plain, ByteVector& packed,
                    StreamWords& state) {
  constexpr size_t kPacket = 7000;
  for (size_t at = 0; at < plain.size(); at += kPacket) {
    const size_t bytes = std::min(kPacket, plain.size() - at);
    ByteVector room(bytes * 2 + 100);
    Sqe sqe =
        ZipPacket(format, at == 0, at + bytes == plain.size(), context.data(),
                  &plain[at], bytes, room.data(), room.size());
    state.Into(sqe);
    const std::optional<Sqe> answer = queue.Run(sqe);
    if (!answer || (*answer)[0] != bytes ||
        (ZipStatus(*answer) != HISI_ZIP_OK &&
         ZipStatus(*answer) != HISI_ZIP_NEGATIVE_COMPRESSION)) {
      return false;
    }
    state.From(*answer);
    packed.insert(packed.end(), room.begin(), room.begin() + (*answer)[1]);
  }
  return true;
}

// As software that is given little room does it, until the stream ends.
bool ExpandStream(SimQueue& queue, ZipFormat format, ByteVector& context,
                  const ByteVector& packed, size_t room_bytes,
                  ByteVector& plain) {
  StreamWords state;
  size_t at = 0;
  bool first = true;
  for (unsigned packets = 0; packets < 10'000; ++packets) {
    const size_t bytes = std::min<size_t>(333, packed.size() - at);
    ByteVector room(room_bytes);
    Sqe sqe = ZipPacket(format, first, false, context.data(), &packed[at],
                        bytes, room.data(), room.size());
    state.Into(sqe);
    const std::optional<Sqe> answer = queue.Run(sqe);
    if (!answer) return false;
    state.From(*answer);
    first = false;
    at += (*answer)[0];
    plain.insert(plain.end(), room.begin(), room.begin() + (*answer)[1]);
    const uint32_t end = HISI_ZIP_DECOMPRESS_END | HISI_ZIP_LAST_BLOCK;
    if (ZipStatus(*answer) == end) return at == packed.size();
    if (ZipStatus(*answer) != HISI_ZIP_OK) return false;
  }
  return false;
}

}  // namespace

void TestZipStreams(Checks& checks) {
  SimQueue compress("hisi_zip", 0);
  SimQueue decompress("hisi_zip", 1);
  Random random(13);
  const ByteVector plain = random.Compressible(60'000);
  for (const ZipFormat format : kFormats) {
    ByteVector context = random.Bytes(kContextBytes);
    StreamWords state;
    state.words[0] = 1;  // Of an earlier stream; means nothing.
    ByteVector packed;
    ByteVector result;
    checks.That(
        Name("a stream to compress, of", format),
        CompressStream(compress, format, context, plain, packed, state) &&
            ZipExpand(format, packed, result) && result == plain);
    checks.Equal(Name("its length, of", format), state.words[3],
                 static_cast<long>(plain.size()));
    for (const size_t room : {5000, 500, 236}) {
      result.clear();
      checks.That(
          Name("a stream to decompress, of", format),
          ExpandStream(decompress, format, context, packed, room, result) &&
              result == plain);
    }
  }
}

void TestZipStreamsInTurns(Checks& checks) {
  SimQueue compress("hisi_zip", 0);
  SimQueue other("hisi_zip", 0);
  Random random(19);
  const ByteVector plain = random.Compressible(60'000);
  // On two queues.
  constexpr size_t kStreams = 8;
  std::vector<ByteVector> contexts(kStreams, ByteVector(kContextBytes));
  std::vector<ByteVector> packed(kStreams);
  bool right = true;
  for (size_t packet = 0; packet < 4; ++packet) {
    for (size_t i = 0; i < kStreams; ++i) {
      ByteVector room(40'000);
      const std::optional<Sqe> answer =
          ((packet + i) % 2 == 0 ? compress : other)
              .Run(ZipPacket(ZipFormat::kDeflate, packet == 0, packet == 3,
                             contexts[i].data(), &plain[packet * 15'000],
                             15'000, room.data(), room.size()));
      right = right && answer && ZipStatus(*answer) == HISI_ZIP_OK;
      if (!right) break;
      packed[i].insert(packed[i].end(), room.begin(),
                       room.begin() + (*answer)[1]);
    }
  }
  for (const ByteVector& stream : packed) {
    ByteVector result;
    right = right && ZipExpand(ZipFormat::kDeflate, stream, result) &&
            result == plain;
  }
  checks.That("many streams in turns", right);
}

void TestZipStreamErrors(Checks& checks) {
  SimQueue compress("hisi_zip", 0);
  SimQueue decompress("hisi_zip", 1);
  const ByteVector plain(100, 'a');
  // A packet of a stream that is none.
  ByteVector context(kContextBytes);
  ByteVector room(1000);
  std::optional<Sqe> answer =
      compress.Run(ZipPacket(ZipFormat::kDeflate, false, false, context.data(),
                             plain.data(), 100, room.data(), room.size()));
  checks.Equal("no such stream", answer ? ZipStatus(*answer) : -1,
               HISI_ZIP_SIM_BAD_CONTEXT);
  // No progress is an error, lest software tries for ever.
  answer =
      decompress.Run(ZipPacket(ZipFormat::kDeflate, true, false, context.data(),
                               plain.data(), 0, room.data(), room.size()));
  checks.Equal("no progress", answer ? ZipStatus(*answer) : -1,
               HISI_ZIP_SIM_NO_PROGRESS);
  // What v1 of UADK sends to do nothing.
  answer =
      compress.Run(ZipPacket(ZipFormat::kDeflate, true, false, context.data(),
                             plain.data(), 0, room.data(), 16));
  checks.Equal("bypass", answer ? ZipStatus(*answer) : -1, HISI_ZIP_OK);
}

void TestZipErrors(Checks& checks) {
  SimQueue compress("hisi_zip", 0);
  SimQueue decompress("hisi_zip", 1);
  Random random(17);
  ByteVector plain = random.Compressible(5000);
  ByteVector room(10'000);
  const auto status = [](SimQueue& queue, const Sqe& sqe) -> long {
    const std::optional<Sqe> answer = queue.Run(sqe);
    return answer ? ZipStatus(*answer) : -1;
  };
  const Sqe good = ZipBlock(ZipFormat::kZlib, plain.data(), plain.size(),
                            room.data(), room.size());
  Sqe sqe = good;
  sqe[7] = 0x1a000000;
  checks.Equal("bad type", status(compress, sqe), HISI_ZIP_SIM_BAD_TYPE);
  sqe = good;
  sqe[9] = 0x4077;
  checks.Equal("bad request", status(compress, sqe), HISI_ZIP_SIM_BAD_REQUEST);
  sqe[9] = 0x43;
  checks.Equal("lz77", status(compress, sqe), HISI_ZIP_SIM_NOT_IMPLEMENTED);
  sqe = good;
  sqe[9] |= 0x200;
  checks.Equal("bad buffers", status(compress, sqe),
               HISI_ZIP_SIM_BAD_BUFFER_TYPE);
  sqe = good;
  sqe[9] = 0x7002;
  checks.Equal("bad window", status(compress, sqe), HISI_ZIP_SIM_BAD_WINDOW);
  sqe = good;
  sqe[4] = 0x800001;
  checks.Equal("too long", status(compress, sqe), HISI_ZIP_SIM_BAD_LENGTH);
  sqe = good;
  sqe[14] = 50;
  checks.Equal("too little room", status(compress, sqe),
               HISI_ZIP_DEST_TOO_SMALL);

  ByteVector packed = ZipPack(ZipFormat::kZlib, plain);
  const Sqe back = ZipBlock(ZipFormat::kZlib, packed.data(), packed.size(),
                            room.data(), room.size());
  sqe = back;
  sqe[9] |= 0xff000;  // Of decompression those bits mean nothing.
  checks.Equal("any window", status(decompress, sqe), HISI_ZIP_OK);
  sqe = back;
  sqe[14] = static_cast<uint32_t>(plain.size() - 1);
  checks.Equal("a byte too little", status(decompress, sqe),
               HISI_ZIP_DEST_TOO_SMALL);
  sqe = back;
  sqe[4] -= 1;
  checks.Equal("truncated", status(decompress, sqe), HISI_ZIP_SIM_TRUNCATED);
  packed.back() ^= 1;
  checks.Equal("bad checksum", status(decompress, back),
               HISI_ZIP_CHECKSUM_MISMATCH);
  packed[0] = 0xff;
  checks.Equal("bad data", status(decompress, back), HISI_ZIP_SIM_BAD_DATA);
}

}  // namespace uacced::vm
