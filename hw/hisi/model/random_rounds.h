// How many random operations a test does, and which: what it says itself, or
// what the environment says.
#ifndef UACCED_HW_HISI_MODEL_RANDOM_ROUNDS_H_
#define UACCED_HW_HISI_MODEL_RANDOM_ROUNDS_H_

#include <cstdint>
#include <cstdlib>

namespace uacced::hw::hisi {

inline uint64_t FromEnvironment(const char* name, uint64_t otherwise) {
  const char* value = std::getenv(name);
  return value == nullptr ? otherwise : std::strtoull(value, nullptr, 0);
}

}  // namespace uacced::hw::hisi

#endif  // UACCED_HW_HISI_MODEL_RANDOM_ROUNDS_H_
