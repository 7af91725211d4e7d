// Arbitrary descriptors with arbitrary memory for SEC. Whatever they are, they
// are answered; nothing but the status comes back changed, no more is written
// than the descriptor's lengths allow, and the answer is the same every time.
//
// Input: the version, a descriptor, and memory, which is repeated.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "hw/hisi/abi/sec.h"
#include "hw/hisi/model/dma_space.h"
#include "hw/hisi/model/engine.h"
#include "hw/hisi/model/sec_engine.h"
#include "hw/request.h"

namespace uacced::hw::hisi {
namespace {

// Addresses from here on are not there.
constexpr uint64_t kEndOfMemory = uint64_t{1} << 40;
// Longer accesses fail, so that the fuzzer does not only copy.
constexpr size_t kMaxAccessBytes = size_t{1} << 15;

constexpr size_t kMaxMacBytes = 64;

void Require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "hisi_sec_model_fuzz: %s\n", what);
  std::abort();
}

// All of it is there, again and again, so that most addresses lead somewhere.
class FuzzMemory final : public DmaSpace {
 public:
  explicit FuzzMemory(Bytes content) : bytes_(content.begin(), content.end()) {}

  bool Read(uint64_t address, MutableBytes out) override {
    if (!IsThere(address, out.size())) return out.empty();
    for (size_t i = 0; i < out.size(); ++i) {
      out[i] = bytes_[(address + i) % bytes_.size()];
    }
    return true;
  }
  bool Write(uint64_t address, Bytes in) override {
    if (!IsThere(address, in.size())) return in.empty();
    for (size_t i = 0; i < in.size(); ++i) {
      bytes_[(address + i) % bytes_.size()] = in[i];
    }
    written_bytes_ += in.size();
    return true;
  }

  size_t written_bytes() const { return written_bytes_; }

 private:
  bool IsThere(uint64_t address, size_t bytes) const {
    return address < kEndOfMemory && bytes <= kMaxAccessBytes &&
           !bytes_.empty();
  }

  std::vector<uint8_t> bytes_;
  size_t written_bytes_ = 0;
};

void TestOneInput(Bytes input) {
  static const auto* const engine = new SecEngine;
  Descriptor sent;
  if (input.size() < 1 + sizeof(sent)) return;
  const QueueKind kind = {.version = 2u + (input[0] & 1)};
  std::memcpy(sent.data(), &input[1], sizeof(sent));
  const Bytes content = input.subspan(1 + sizeof(sent));

  Descriptor done = sent;
  FuzzMemory memory(content);
  engine->Execute(kind, memory, done);
  const uint32_t status = done[HISI_SEC_STATUS_DWORD];
  Descriptor echoed = done;
  echoed[HISI_SEC_STATUS_DWORD] = sent[HISI_SEC_STATUS_DWORD];
  Require(echoed == sent, "more than the status is changed");
  Require((status & 1) != 0, "a descriptor that is not done");
  const uint32_t c_len = (sent[0] & HISI_SEC_TYPE_MASK) == HISI_SEC_TYPE2
                             ? sent[5] & 0xffffff
                             : sent[18] & 0xffffff;
  Require(memory.written_bytes() <= c_len + kMaxMacBytes,
          "more output than was asked for");

  Descriptor again = sent;
  FuzzMemory fresh(content);
  engine->Execute(kind, fresh, again);
  Require(again == done, "another answer the second time");

  const size_t written = memory.written_bytes();
  const bool spoilt = engine->Corrupt(memory, done, status ^ sent[0] ^ c_len);
  Require(memory.written_bytes() == written + (spoilt ? 1 : 0),
          "a corruption of more than a byte");
  if ((status >> 16 & 0xff) != 0) Require(!spoilt, "a failure was spoilt");
  engine->Fail(sent[31], done);
  Require((done[HISI_SEC_STATUS_DWORD] >> 16 & 0xff) != 0, "no failure");
}

}  // namespace
}  // namespace uacced::hw::hisi

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  uacced::hw::hisi::TestOneInput({data, size});
  return 0;
}
