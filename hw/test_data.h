// Input for tests of codecs and queues, the same on every run and machine.
#ifndef UACCED_HW_TEST_DATA_H_
#define UACCED_HW_TEST_DATA_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace uacced::hw {

// Does not shrink.
inline std::vector<uint8_t> RandomBytes(size_t bytes, uint32_t seed) {
  std::mt19937_64 random(seed);
  std::vector<uint8_t> data(bytes);
  for (size_t i = 0; i < bytes; i += sizeof(uint64_t)) {
    const uint64_t value = random();
    std::memcpy(&data[i], &value, std::min(bytes - i, sizeof(value)));
  }
  return data;
}

// Words of uneven frequency: shrinks about as text does. After 64 KiB it
// repeats itself, which makes it fast to make.
inline std::vector<uint8_t> TextBytes(size_t bytes, uint32_t seed) {
  static constexpr absl::string_view kWords[] = {
      "the ",     "queue ",      "of ",      "a ",      "device ",  "and ",
      "request ", "completion ", "doorbell", "tag ",    "is ",      "in ",
      "flight\n", "reactor ",    "tenant, ", "budget ", "polled. ", "0x7f ",
  };
  std::mt19937 random(seed);
  std::vector<uint8_t> data;
  data.reserve(bytes + 16);
  const size_t fresh_bytes = std::min(bytes, size_t{64} << 10);
  while (data.size() < fresh_bytes) {
    // The smaller of two draws: early words come more often.
    const size_t a = random() % std::size(kWords);
    const size_t b = random() % std::size(kWords);
    const absl::string_view word = kWords[a < b ? a : b];
    data.insert(data.end(), word.begin(), word.end());
    if (random() % 16 == 0) data.push_back(static_cast<uint8_t>(random()));
  }
  data.resize(fresh_bytes);
  while (data.size() < bytes) {
    const size_t more = std::min(data.size(), bytes - data.size());
    data.resize(data.size() + more);
    std::copy_n(data.begin(), more, data.end() - more);
  }
  return data;
}

// The bytes that a string of hexadecimal digits stands for.
inline std::vector<uint8_t> FromHex(absl::string_view hex) {
  const auto digit = [](char c) {
    return static_cast<uint8_t>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
  };
  std::vector<uint8_t> data;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    data.push_back(
        static_cast<uint8_t>(digit(hex[i]) << 4 | digit(hex[i + 1])));
  }
  return data;
}

}  // namespace uacced::hw

#endif  // UACCED_HW_TEST_DATA_H_
