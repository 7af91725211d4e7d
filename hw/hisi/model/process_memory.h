// The memory of this process as a device with shared virtual addressing sees
// it. An address that is not mapped, or not so that it may be read or written,
// gives false, as an IOMMU would: the kernel does the copying and looks.
//
// Threads: thread-safe.
#ifndef UACCED_HW_HISI_MODEL_PROCESS_MEMORY_H_
#define UACCED_HW_HISI_MODEL_PROCESS_MEMORY_H_

#include <cstdint>

#include "hw/hisi/model/dma_space.h"

namespace uacced::hw::hisi {

class ProcessMemory final : public DmaSpace {
 public:
  // False where process_vm_readv() is forbidden, which a filter of system calls
  // may do: every access would fail.
  static bool Allowed();

  bool Read(uint64_t address, MutableBytes out) override;
  bool Write(uint64_t address, Bytes in) override;
};

}  // namespace uacced::hw::hisi

#endif  // UACCED_HW_HISI_MODEL_PROCESS_MEMORY_H_
