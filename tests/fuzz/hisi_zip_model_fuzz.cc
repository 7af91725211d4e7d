// Arbitrary descriptors and arbitrary memory for the ZIP engine of the device
// model. Whatever they are: a known status comes back, no dword is changed that
// hardware does not write, no memory is written that the descriptor does not
// name, and what was compressed can be read.
//
// Input: byte 0 how many descriptors, then each: a byte for the queue and how
// to tame it, 128 bytes; then memory, from address 0 on.
#include <zlib.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <vector>

#include "hw/hisi/abi/zip.h"
#include "hw/hisi/model/engine.h"
#include "hw/hisi/model/zip_engine.h"
#include "hw/request.h"

namespace uacced::hw::hisi {
namespace {

constexpr size_t kMemoryBytes = size_t{64} << 10;
constexpr size_t kMaxDescriptors = 16;
constexpr size_t kMaxStreams = 4;
constexpr uint64_t kMaxSglBytes = 1 << 16;

void Require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "hisi_zip_model_fuzz: %s\n", what);
  std::abort();
}

class FuzzMemory final : public DmaSpace {
 public:
  explicit FuzzMemory(Bytes content) : bytes(kMemoryBytes) {
    std::copy_n(content.begin(), std::min(content.size(), bytes.size()),
                bytes.begin());
  }
  bool Read(uint64_t address, MutableBytes out) override {
    if (!Holds(address, out.size())) return out.empty();
    std::copy_n(bytes.begin() + address, out.size(), out.begin());
    return true;
  }
  bool Write(uint64_t address, Bytes in) override {
    if (!Holds(address, in.size())) return in.empty();
    std::copy_n(in.begin(), in.size(), bytes.begin() + address);
    return true;
  }
  bool Holds(uint64_t address, uint64_t count) const {
    return address <= bytes.size() && count <= bytes.size() - address;
  }

  std::vector<uint8_t> bytes;
};

uint64_t AddressIn(const Descriptor& sqe, int index) {
  return uint64_t{sqe[index + 1]} << 32 | sqe[index];
}

// What few inputs would be by chance: known types, addresses and lengths within
// the memory.
void Tame(uint8_t how, Descriptor& sqe) {
  if ((how & 4) != 0) {
    for (const int address : {18, 20, 22}) {
      sqe[address] %= kMemoryBytes;
      sqe[address + 1] = 0;
    }
    sqe[22] &= ~15u;
  }
  if ((how & 8) != 0) {
    sqe[7] = (sqe[7] & 0x0e000007) | 0x30000000;
    sqe[8] &= 7;
    sqe[9] &= 0x3107;
  }
  if ((how & 16) != 0) {
    sqe[4] &= 0xffff;
    sqe[14] &= 0xffff;
  }
}

bool IsKnown(uint32_t dw3) {
  constexpr uint32_t kPublic[] = {0x00, 0x0d, 0x0e, 0x10, 0x113};
  return std::find(std::begin(kPublic), std::end(kPublic), dw3) !=
             std::end(kPublic) ||
         (dw3 >= 0xc0 && dw3 <= 0xcb);
}

void CheckWords(const Descriptor& given, const Descriptor& done) {
  for (int i = 0; i < 32; ++i) {
    const bool written = i <= 3 || i == 15 || i >= 28;
    Require(written || done[i] == given[i], "a dword of software's changed");
  }
  Require(IsKnown(done[3]), "an unknown status");
  Require(done[0] <= done[4], "consumed too much");
  Require(done[1] <= done[14], "produced too much");
  const bool bypass = given[4] == 0 && given[14] <= 16;
  if (bypass && done[3] == 0) return;
  const uint32_t state = done[15] & 15;
  Require(state <= 2, "a state that software may mistake");
  Require(state == 0 || done[3] == 0, "a state beside an error");
  const bool stateful = (given[7] & HISI_ZIP_STATEFUL) != 0;
  Require(stateful || (state == 0 && done[3] != 0x113), "a state of none");
}

// With flat buffers: nothing outside room and context was written.
void CheckMemory(const Descriptor& done, const std::vector<uint8_t>& before,
                 const std::vector<uint8_t>& after) {
  if ((done[9] >> 8 & 15) != HISI_ZIP_BUF_FLAT) return;
  std::vector<uint8_t> expected = before;
  const auto allow = [&](uint64_t address, uint64_t count) {
    if (address >= expected.size()) return;
    count = std::min<uint64_t>(count, expected.size() - address);
    std::copy_n(after.begin() + address, count, expected.begin() + address);
  };
  allow(AddressIn(done, 20), done[14]);
  if ((done[7] & HISI_ZIP_STATEFUL) != 0) {
    allow(AddressIn(done, 22), HISI_ZIP_CTX_HW_BYTES);
  }
  Require(expected == after, "wrote where it was not told to");
}

// Stateless raw deflate between flat buffers that do not overlap is checked.
void CheckDeflate(const Descriptor& done, const FuzzMemory& memory) {
  if ((done[9] & 0xfff) != HISI_ZIP_REQ_DEFLATE) return;
  if ((done[7] & HISI_ZIP_STATEFUL) != 0) return;
  const uint64_t from = AddressIn(done, 18);
  const uint64_t to = AddressIn(done, 20);
  if (from < to + done[1] && to < from + done[4]) return;
  if (done[4] == 0 && done[1] == 0) return;  // Bypass.
  std::vector<uint8_t> out(size_t{done[4]} + 1);
  z_stream stream = {};
  Require(inflateInit2(&stream, -15) == Z_OK, "zlib does not start");
  stream.next_in = const_cast<uint8_t*>(memory.bytes.data() + to);
  stream.avail_in = done[1];
  stream.next_out = out.data();
  stream.avail_out = static_cast<uInt>(out.size());
  Require(inflate(&stream, Z_FINISH) == Z_STREAM_END, "made no stream");
  Require(stream.avail_in == 0 && stream.total_out == done[4], "another size");
  Require(done[4] == 0 ||
              std::memcmp(out.data(), memory.bytes.data() + from, done[4]) == 0,
          "made something else");
  inflateEnd(&stream);
}

void TestOneInput(Bytes input) {
  if (input.empty()) return;
  size_t count = 1 + input[0] % kMaxDescriptors;
  input = input.subspan(1);
  const size_t descriptors = count * (1 + sizeof(Descriptor));
  if (input.size() < descriptors) return;
  FuzzMemory memory(input.subspan(descriptors));
  const ZipEngine engine(
      {.max_streams = kMaxStreams, .max_sgl_bytes = kMaxSglBytes});
  for (; count > 0; --count) {
    const uint8_t how = input[0];
    Descriptor sqe;
    std::memcpy(sqe.data(), input.data() + 1, sizeof(sqe));
    input = input.subspan(1 + sizeof(sqe));
    Tame(how, sqe);
    const QueueKind kind = {.version = 2 + (how >> 1 & 1u),
                            .qc_type = how & 1u};
    const std::vector<uint8_t> before = memory.bytes;
    Descriptor done = sqe;
    engine.Execute(kind, memory, done);
    CheckWords(sqe, done);
    CheckMemory(done, before, memory.bytes);
    Require(engine.stream_count() <= kMaxStreams, "too many streams");
    const bool good = done[3] == 0 || done[3] == 0x0d || done[3] == 0x113;
    if (!good) continue;
    if (kind.qc_type == 0) CheckDeflate(done, memory);
    if ((how & 32) != 0) engine.Corrupt(memory, done, how * 0x9e3779b97f4a7c15);
  }
}

}  // namespace
}  // namespace uacced::hw::hisi

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  uacced::hw::hisi::TestOneInput({data, size});
  return 0;
}
