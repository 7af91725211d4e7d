// An Engine does what a descriptor asks for and writes the answer into it: ZIP
// and SEC are engines. Rings, doorbells, time and faults are the model's.
//
// Threads: thread-safe; several descriptors are executed at the same time.
#ifndef UACCED_HW_HISI_MODEL_ENGINE_H_
#define UACCED_HW_HISI_MODEL_ENGINE_H_

#include <array>
#include <bit>
#include <cstdint>

#include "hw/hisi/model/dma_space.h"

namespace uacced::hw::hisi {

static_assert(std::endian::native == std::endian::little,
              "descriptors are little-endian and used as they are");

// The 128 bytes of a slot, copied out of the ring before anything is checked.
using Descriptor = std::array<uint32_t, 32>;

// What the queue was set up as.
struct QueueKind {
  uint32_t version = 2;  // Of the queue manager: 2 or 3.
  uint32_t qc_type = 0;
};

class Engine {
 public:
  Engine() = default;
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;
  virtual ~Engine() = default;

  // Whatever the 128 bytes are, they come back with the dwords that the
  // hardware writes changed, and a documented status in them.
  virtual void Execute(const QueueKind& kind, DmaSpace& memory,
                       Descriptor& descriptor) const = 0;

  // For faults on demand. Instead of Execute(): the answer is an error.
  // `status` is the engine's own code (ZIP: dw3[7:0]; SEC: error_type).
  virtual void Fail(uint32_t status, Descriptor& descriptor) const = 0;

  // After a successful Execute(): spoils one bit of the output that it wrote,
  // chosen by `random`, and says nothing. False: there was no output.
  virtual bool Corrupt(DmaSpace& memory, const Descriptor& descriptor,
                       uint64_t random) const = 0;
};

}  // namespace uacced::hw::hisi

#endif  // UACCED_HW_HISI_MODEL_ENGINE_H_
