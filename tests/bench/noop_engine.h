// The engine of a device model that does nothing and says that it did: what is
// left is the ring protocol alone.
#ifndef UACCED_TESTS_BENCH_NOOP_ENGINE_H_
#define UACCED_TESTS_BENCH_NOOP_ENGINE_H_

#include "hw/hisi/model/engine.h"

namespace uacced::bench {

// For ZIP's descriptors: all of the input consumed, a byte of output (that is
// not written), no error.
class NoopEngine final : public hw::hisi::Engine {
 public:
  void Execute(const hw::hisi::QueueKind& /*kind*/,
               hw::hisi::DmaSpace& /*memory*/,
               hw::hisi::Descriptor& descriptor) const override {
    constexpr int kConsumed = 0, kProduced = 1, kStatus = 3, kInputLength = 4;
    descriptor[kConsumed] = descriptor[kInputLength];
    descriptor[kProduced] = 1;
    descriptor[kStatus] = 0;
  }
  void Fail(uint32_t status, hw::hisi::Descriptor& descriptor) const override {
    constexpr int kStatus = 3;
    descriptor[kStatus] = status;
  }
  bool Corrupt(hw::hisi::DmaSpace& /*memory*/,
               const hw::hisi::Descriptor& /*descriptor*/,
               uint64_t /*random*/) const override {
    return false;
  }
};

}  // namespace uacced::bench

#endif  // UACCED_TESTS_BENCH_NOOP_ENGINE_H_
