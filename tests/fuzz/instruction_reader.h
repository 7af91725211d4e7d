// The input of a fuzzer as instructions with operands: bytes taken from the
// front. What is missing reads as zero, or is not there.
#ifndef UACCED_TESTS_FUZZ_INSTRUCTION_READER_H_
#define UACCED_TESTS_FUZZ_INSTRUCTION_READER_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "hw/request.h"

namespace uacced {

class InstructionReader {
 public:
  InstructionReader(const uint8_t* data, size_t size) : rest_(data, size) {}

  bool empty() const { return rest_.empty(); }
  uint8_t Byte() {
    if (rest_.empty()) return 0;
    const uint8_t byte = rest_.front();
    rest_ = rest_.subspan(1);
    return byte;
  }
  uint32_t Word() {
    uint32_t word = 0;
    for (int i = 0; i < 4; ++i) word = word << 8 | Byte();
    return word;
  }
  // At most `count` bytes.
  std::vector<uint8_t> Take(size_t count) {
    count = std::min(count, rest_.size());
    std::vector<uint8_t> bytes(rest_.begin(), rest_.begin() + count);
    rest_ = rest_.subspan(count);
    return bytes;
  }

 private:
  hw::Bytes rest_;
};

}  // namespace uacced

#endif  // UACCED_TESTS_FUZZ_INSTRUCTION_READER_H_
