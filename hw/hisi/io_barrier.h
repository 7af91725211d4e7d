// The orderings that a ring shared with a device needs, each by its name.
//
// Two kinds of things are ordered here:
//
//   words     The phase word of a completion and the stop words change while we
//             look. They are loaded with acquire: what their writer wrote
//             before them is seen behind the load. A writer in this process
//             (the device model) stores them with release, and ThreadSanitizer
//             knows of the pair. It does not know of fences, so there is none
//             (docs/decisions/0006).
//   doorbells A store to a device is no atomic of C++, and has to come behind
//             stores to ordinary memory, or behind loads of it. arm64 takes
//             barrier instructions for that; x86 does both by itself, as
//             doorbells are mapped uncached, and only the compiler is to be
//             held. A doorbell that is a hook of this process (port.h) orders
//             what it has to with its own lock or atomics.
//
// A device is another observer than a processor: on arm64 it stands in the
// outer shareable domain, which the acquire load of C++ does not promise to
// order. Hence the instruction behind that load.
//
// Threads: thread-safe.
#ifndef UACCED_HW_HISI_IO_BARRIER_H_
#define UACCED_HW_HISI_IO_BARRIER_H_

#include <atomic>
#include <cstdint>

namespace uacced::hw::hisi {

// Loads of what the device wrote come behind the load before this.
inline void OrderLoadsAfterPhase() {
#if defined(__aarch64__)
  asm volatile("dmb oshld" ::: "memory");
#else
  asm volatile("" ::: "memory");
#endif
}

// The phase word of a completion queue entry: the entry and its descriptor are
// to be read behind this.
inline uint16_t LoadPhaseWord(uint16_t& word) {
  const uint16_t value =
      std::atomic_ref<uint16_t>(word).load(std::memory_order_acquire);
  OrderLoadsAfterPhase();
  return value;
}

// A word by which the kernel stops the queue. Nothing depends on what is read
// behind it.
inline uint32_t LoadStopWord(uint32_t& word) {
  return std::atomic_ref<uint32_t>(word).load(std::memory_order_acquire);
}

// For the SQ: the descriptors are in memory before the doorbell says so. `dsb`
// and not `dmb`: the device reads memory by another way than the doorbell comes
// to it.
inline void OrderStoresBeforeDoorbell() {
#if defined(__aarch64__)
  asm volatile("dsb st" ::: "memory");
#elif defined(__x86_64__)
  asm volatile("" ::: "memory");
#else
#error "how are stores to memory ordered before one to a device here?"
#endif
}

// For the CQ: entries are read before the doorbell gives them back, because the
// device may then write over them.
inline void OrderLoadsBeforeDoorbell() {
#if defined(__aarch64__)
  asm volatile("dmb osh" ::: "memory");
#elif defined(__x86_64__)
  asm volatile("" ::: "memory");
#else
#error "how are loads of memory ordered before a store to a device here?"
#endif
}

// For sleeping: the doorbell that arms the interrupt is on its way before the
// completion queue is looked at for the last time. Should the look come first
// all the same, the device finds the entry itself when the doorbell arrives.
inline void OrderDoorbellBeforeLoads() {
#if defined(__aarch64__)
  asm volatile("dsb sy" ::: "memory");
#elif defined(__x86_64__)
  asm volatile("mfence" ::: "memory");
#else
#error "how is a store to a device ordered before loads of memory here?"
#endif
}

}  // namespace uacced::hw::hisi

#endif  // UACCED_HW_HISI_IO_BARRIER_H_
