// Memory for tests of engines: ranges at addresses of the test's choosing, and
// nothing in between. Counts accesses outside.
#ifndef UACCED_HW_HISI_MODEL_TEST_MEMORY_H_
#define UACCED_HW_HISI_MODEL_TEST_MEMORY_H_

#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "hw/hisi/model/dma_space.h"

namespace uacced::hw::hisi {

class TestMemory final : public DmaSpace {
 public:
  // The range [address, address + content.size()). Ranges do not touch.
  void Add(uint64_t address, std::vector<uint8_t> content) {
    ranges_[address] = std::move(content);
  }
  void Add(uint64_t address, size_t bytes, uint8_t fill = 0xA5) {
    Add(address, std::vector<uint8_t>(bytes, fill));
  }
  // REQUIRES: Add(address, ...) came before.
  std::vector<uint8_t>& at(uint64_t address) { return ranges_.at(address); }

  bool Read(uint64_t address, MutableBytes out) override {
    const uint8_t* from = Find(address, out.size());
    if (from != nullptr) std::copy_n(from, out.size(), out.data());
    return from != nullptr || out.empty();
  }
  bool Write(uint64_t address, Bytes in) override {
    uint8_t* to = Find(address, in.size());
    if (to != nullptr) std::copy_n(in.data(), in.size(), to);
    return to != nullptr || in.empty();
  }

  int faults() const { return faults_; }

 private:
  // Null, and counted, when the range is not all within one of ours.
  uint8_t* Find(uint64_t address, size_t bytes) {
    if (bytes == 0) return nullptr;
    auto next = ranges_.upper_bound(address);
    if (next != ranges_.begin()) {
      auto& [base, content] = *std::prev(next);
      const uint64_t offset = address - base;
      if (offset <= content.size() && bytes <= content.size() - offset) {
        return content.data() + offset;
      }
    }
    ++faults_;
    return nullptr;
  }

  std::map<uint64_t, std::vector<uint8_t>> ranges_;
  int faults_ = 0;
};

}  // namespace uacced::hw::hisi

#endif  // UACCED_HW_HISI_MODEL_TEST_MEMORY_H_
