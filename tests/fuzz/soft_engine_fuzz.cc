// Arbitrary bytes as one operation on the CPU engine. Whatever they are, the
// engine stays within its destination and its tag, and what it produced turns
// back into what it was made of.
//
// Input: byte 0 algorithm, 1 operation and options, 2 level or lengths, 3..4
// room in the destination, then for ciphers the nonce and the tag, then source.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "hw/algorithm.h"
#include "hw/request.h"
#include "hw/soft/engine.h"
#include "hw/soft/evp_algorithms.h"

namespace uacced::hw {
namespace {

constexpr uint8_t kCanary = 0xa5;
constexpr size_t kCanaryBytes = 64;
constexpr size_t kMaxRoomBytes = 0xffff;
// Beyond what any codec adds to a source of this test's size.
constexpr size_t kMaxOverheadBytes = 8192;

[[noreturn]] void Fail(const char* what) {
  std::fprintf(stderr, "soft_engine_fuzz: %s\n", what);
  std::abort();
}

// Takes from the front; what is missing reads as zero.
class Reader {
 public:
  Reader(const uint8_t* data, size_t size) : rest_(data, size) {}

  uint8_t Byte() {
    if (rest_.empty()) return 0;
    const uint8_t byte = rest_.front();
    rest_ = rest_.subspan(1);
    return byte;
  }
  std::vector<uint8_t> Take(size_t count) {
    std::vector<uint8_t> bytes(count);
    for (uint8_t& byte : bytes) byte = Byte();
    return bytes;
  }
  Bytes Rest() const { return rest_; }

 private:
  Bytes rest_;
};

// Memory with canaries on both sides.
class Guarded {
 public:
  explicit Guarded(size_t size)
      : memory_(size + 2 * kCanaryBytes, kCanary), size_(size) {}

  MutableBytes span() {
    return MutableBytes(memory_).subspan(kCanaryBytes, size_);
  }
  void Check() const {
    const auto intact = [](uint8_t byte) { return byte == kCanary; };
    if (!std::all_of(memory_.begin(), memory_.begin() + kCanaryBytes, intact)) {
      Fail("wrote before the destination");
    }
    if (!std::all_of(memory_.end() - kCanaryBytes, memory_.end(), intact)) {
      Fail("wrote past the destination");
    }
  }

 private:
  std::vector<uint8_t> memory_;
  const size_t size_;
};

Engine& TheEngine() {
  static const auto* const algorithms = new EvpAlgorithms();
  static auto* const engine = new Engine(*algorithms);
  return *engine;
}

Result Run(const Request& request) {
  const Result result = TheEngine().Execute(request);
  TheEngine().Scrub();
  if (result.ok() && result.produced_bytes > request.destination.size()) {
    Fail("produced more than there is room for");
  }
  return result;
}

Operation OperationFor(Algorithm algorithm, bool forward) {
  switch (Info(algorithm).family) {
    case Family::kNone:
      return Operation::kCopy;
    case Family::kCompression:
      return forward ? Operation::kCompress : Operation::kDecompress;
    case Family::kAead:
    case Family::kCipher:
      return forward ? Operation::kEncrypt : Operation::kDecrypt;
    case Family::kHash:
    case Family::kHmac:
      break;
  }
  return Operation::kDigest;
}

// What daemon/rpc/convert lets through of a nonce of `wish` bytes.
size_t NonceBytes(const AlgorithmInfo& info, uint8_t wish) {
  return std::clamp<size_t>(wish, info.min_nonce_bytes, info.max_nonce_bytes);
}

size_t MacBytes(Algorithm algorithm, uint8_t wish) {
  const size_t bytes = 8 + wish % 9;
  return IsMacLengthAllowed(algorithm, bytes) ? bytes : kMaxMacBytes;
}

// Undoes what `done` did, and compares.
void CheckRoundTrip(const Request& done, Bytes output) {
  std::vector<uint8_t> restored(done.source.size() + kCipherBlockBytes);
  Request undo = done;
  undo.operation = done.operation == Operation::kCompress
                       ? Operation::kDecompress
                       : Operation::kDecrypt;
  undo.source = output;
  undo.destination = restored;
  undo.expected_mac = done.mac;
  const Result result = Run(undo);
  if (!result.ok()) Fail("cannot read its own output");
  if (result.produced_bytes != done.source.size() ||
      !std::equal(done.source.begin(), done.source.end(), restored.begin())) {
    Fail("its own output turned into something else");
  }
}

void TestOneInput(const uint8_t* data, size_t size) {
  Reader in(data, size);
  const auto algorithm = static_cast<Algorithm>(in.Byte() % kAlgorithmCount);
  const uint8_t options = in.Byte();
  const uint8_t lengths = in.Byte();
  const size_t room = in.Byte() | size_t{in.Byte()} << 8;
  const AlgorithmInfo& info = Info(algorithm);

  Request request;
  request.algorithm = algorithm;
  request.operation = OperationFor(algorithm, (options & 1) != 0);
  const int levels = info.max_level - info.min_level + 1;
  request.level = static_cast<int8_t>(info.min_level + lengths % levels);
  // All bytes differ, so that XTS has two different keys.
  std::array<uint8_t, kMaxCipherKeyBytes> key;
  for (size_t i = 0; i < key.size(); ++i) key[i] = static_cast<uint8_t>(i);
  request.key = Bytes(key).first(info.key_bytes);
  const std::vector<uint8_t> nonce = in.Take(NonceBytes(info, lengths));
  request.nonce = nonce;
  std::vector<uint8_t> mac;
  if (info.family == Family::kAead) mac = in.Take(MacBytes(algorithm, lengths));
  const std::vector<uint8_t> expected_mac = mac;
  request.mac = mac;
  request.expected_mac = expected_mac;
  request.pkcs7_padding = (options & 2) != 0;
  request.source = in.Rest();
  if ((options & 4) != 0 && info.family == Family::kAead) {
    request.associated_data = request.source.first(request.source.size() / 2);
  }
  // Half of the time enough, so that successes are common.
  const bool roomy = (options & 8) != 0;
  Guarded destination(roomy
                          ? std::max(kMaxRoomBytes, request.source.size() * 2 +
                                                        kMaxOverheadBytes)
                          : room);
  request.destination = destination.span();

  const Result result = Run(request);
  destination.Check();
  if (!result.ok()) return;
  if (request.operation == Operation::kCompress ||
      request.operation == Operation::kEncrypt) {
    CheckRoundTrip(request, destination.span().first(result.produced_bytes));
  }
}

}  // namespace
}  // namespace uacced::hw

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  uacced::hw::TestOneInput(data, size);
  return 0;
}
