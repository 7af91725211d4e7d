#include "client/cli/pseudo_text.h"

#include <iterator>
#include <vector>

namespace uacced::cli {
namespace {

constexpr size_t kWordCount = 4096;

// SplitMix64: the same everywhere, unlike the standard library's distributions.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}
  uint64_t Next() {
    uint64_t z = (state_ += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  uint64_t Below(uint64_t bound) { return Next() % bound; }

 private:
  uint64_t state_;
};

std::vector<std::string> MakeWords() {
  constexpr char kConsonants[] = "bcdfghjklmnprstvwz";
  constexpr char kVowels[] = "aeiou";
  Random random(1);
  std::vector<std::string> words(kWordCount);
  for (std::string& word : words) {
    const uint64_t syllables = 1 + random.Below(4);
    for (uint64_t i = 0; i < syllables; ++i) {
      word += kConsonants[random.Below(std::size(kConsonants) - 1)];
      word += kVowels[random.Below(std::size(kVowels) - 1)];
      if (random.Below(3) == 0) {
        word += kConsonants[random.Below(std::size(kConsonants) - 1)];
      }
    }
  }
  return words;
}

}  // namespace

std::string PseudoText(uint64_t seed, size_t bytes) {
  static const std::vector<std::string>& words =
      *new std::vector<std::string>(MakeWords());
  Random random(seed);
  std::string text;
  text.reserve(bytes + 16);
  while (text.size() < bytes) {
    // Of 2^k numbers half have k bits: word ranks with the frequencies of
    // Zipf's law, within a factor of 2.
    const uint64_t bits = random.Below(13);
    text += words[random.Below(uint64_t{1} << bits)];
    const uint64_t mark = random.Below(80);
    text += mark < 70 ? " " : mark < 75 ? ", " : mark < 79 ? ". " : "\n";
  }
  text.resize(bytes);
  return text;
}

}  // namespace uacced::cli
