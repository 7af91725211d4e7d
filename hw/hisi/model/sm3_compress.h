// The compression function of SM3 (GB/T 32905-2016), which OpenSSL has and
// does not show.
#ifndef UACCED_HW_HISI_MODEL_SM3_COMPRESS_H_
#define UACCED_HW_HISI_MODEL_SM3_COMPRESS_H_

#include <array>
#include <cstdint>

namespace uacced::hw::hisi {

using Sm3State = std::array<uint32_t, 8>;

// One block of 64 bytes.
void Sm3Compress(Sm3State& state, const uint8_t* block);

}  // namespace uacced::hw::hisi

#endif  // UACCED_HW_HISI_MODEL_SM3_COMPRESS_H_
