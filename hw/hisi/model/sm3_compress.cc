#include "hw/hisi/model/sm3_compress.h"

#include <bit>
#include <cstddef>

namespace uacced::hw::hisi {
namespace {

constexpr int kRounds = 64;
constexpr int kFirstRounds = 16;  // Those with the simple functions.

uint32_t LoadBigEndian(const uint8_t* bytes) {
  return uint32_t{bytes[0]} << 24 | uint32_t{bytes[1]} << 16 |
         uint32_t{bytes[2]} << 8 | bytes[3];
}

uint32_t P0(uint32_t x) { return x ^ std::rotl(x, 9) ^ std::rotl(x, 17); }
uint32_t P1(uint32_t x) { return x ^ std::rotl(x, 15) ^ std::rotl(x, 23); }

}  // namespace

void Sm3Compress(Sm3State& state, const uint8_t* block) {
  uint32_t w[kRounds + 4];
  for (size_t i = 0; i < 16; ++i) w[i] = LoadBigEndian(block + 4 * i);
  for (int i = 16; i < kRounds + 4; ++i) {
    w[i] = P1(w[i - 16] ^ w[i - 9] ^ std::rotl(w[i - 3], 15)) ^
           std::rotl(w[i - 13], 7) ^ w[i - 6];
  }
  auto [a, b, c, d, e, f, g, h] = state;
  for (int i = 0; i < kRounds; ++i) {
    const bool first = i < kFirstRounds;
    const uint32_t constant = first ? 0x79cc4519 : 0x7a879d8a;
    const uint32_t ss1 =
        std::rotl(std::rotl(a, 12) + e + std::rotl(constant, i % 32), 7);
    const uint32_t ss2 = ss1 ^ std::rotl(a, 12);
    const uint32_t ff = first ? a ^ b ^ c : (a & b) | (a & c) | (b & c);
    const uint32_t gg = first ? e ^ f ^ g : (e & f) | (~e & g);
    const uint32_t tt1 = ff + d + ss2 + (w[i] ^ w[i + 4]);
    const uint32_t tt2 = gg + h + ss1 + w[i];
    d = c;
    c = std::rotl(b, 9);
    b = a;
    a = tt1;
    h = g;
    g = std::rotl(f, 19);
    f = e;
    e = P0(tt2);
  }
  const uint32_t mixed[] = {a, b, c, d, e, f, g, h};
  for (size_t i = 0; i < state.size(); ++i) state[i] ^= mixed[i];
}

}  // namespace uacced::hw::hisi
