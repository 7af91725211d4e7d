// Writes a scatter-gather list, or a chain of them (abi/sgl.h), into memory
// that is given to it.
//
// Units:   bytes; addresses are the device's, which are the process's own.
// Threads: thread-compatible.
#ifndef UACCED_HW_HISI_SGL_WRITER_H_
#define UACCED_HW_HISI_SGL_WRITER_H_

#include <cstddef>
#include <cstdint>

#include "hw/hisi/abi/sgl.h"
#include "hw/request.h"

namespace uacced::hw::hisi {

class SglWriter {
 public:
  // Of one list with room for so many entries, a multiple of the alignment of
  // lists.
  static constexpr size_t ListBytes(size_t entries) {
    return (HISI_SGL_HEAD_BYTES + entries * HISI_SGL_ENTRY_BYTES +
            HISI_SGL_ALIGN_BYTES - 1) /
           HISI_SGL_ALIGN_BYTES * HISI_SGL_ALIGN_BYTES;
  }

  // Lists of `entries_per_list` entries, as many as `memory` holds.
  // REQUIRES: `memory` is aligned for lists and holds one; 1 <=
  // entries_per_list <= HISI_SGL_MAX_ENTRIES.
  SglWriter(MutableBytes memory, uint16_t entries_per_list);

  // An entry at the end; nothing when `bytes` is 0. False: they are too many
  // for an entry, or there is no memory for another one; the lists are as they
  // were.
  bool Add(const uint8_t* data, size_t bytes);

  // As many entries as `data` takes. False: too many; some may have been added.
  bool AddAll(const uint8_t* data, size_t bytes);

  // The device's address of the first list, complete after each call above.
  uint64_t address() const { return reinterpret_cast<uintptr_t>(head_); }

 private:
  hisi_sgl* StartList();

  uint8_t* next_;
  size_t left_bytes_;
  const uint16_t entries_per_list_;
  hisi_sgl* head_ = nullptr;
  hisi_sgl* tail_ = nullptr;
};

}  // namespace uacced::hw::hisi

#endif  // UACCED_HW_HISI_SGL_WRITER_H_
