#include "hw/hisi/sgl_writer.h"

#include <algorithm>

namespace uacced::hw::hisi {

static_assert(sizeof(hisi_sgl) == HISI_SGL_HEAD_BYTES);
static_assert(sizeof(hisi_sgl_entry) == HISI_SGL_ENTRY_BYTES);

SglWriter::SglWriter(MutableBytes memory, uint16_t entries_per_list)
    : next_(memory.data()),
      left_bytes_(memory.size()),
      entries_per_list_(entries_per_list) {
  head_ = tail_ = StartList();
}

// Null when there is no memory for one.
hisi_sgl* SglWriter::StartList() {
  const size_t bytes = ListBytes(entries_per_list_);
  if (left_bytes_ < bytes) return nullptr;
  auto* list = reinterpret_cast<hisi_sgl*>(next_);
  next_ += bytes;
  left_bytes_ -= bytes;
  *list = {};
  list->entry_sum_in_chain = entries_per_list_;
  list->entry_length_in_sgl = entries_per_list_;
  return list;
}

bool SglWriter::Add(const uint8_t* data, size_t bytes) {
  if (bytes == 0) return true;
  if (bytes > HISI_SGL_MAX_ENTRY_BYTES || tail_ == nullptr) return false;
  if (tail_->entry_sum_in_sgl == entries_per_list_) {
    if (head_->entry_sum_in_chain + entries_per_list_ > UINT16_MAX) {
      return false;
    }
    hisi_sgl* const list = StartList();
    if (list == nullptr) return false;
    tail_->next_dma = reinterpret_cast<uintptr_t>(list);
    tail_->software_next = tail_->next_dma;
    // The capacity of the whole chain stands in its head alone.
    head_->entry_sum_in_chain =
        static_cast<uint16_t>(head_->entry_sum_in_chain + entries_per_list_);
    tail_ = list;
  }
  const auto address = reinterpret_cast<uintptr_t>(data);
  tail_->entries[tail_->entry_sum_in_sgl++] = {
      .buf = address,
      .page_ctrl = 0,
      .len = static_cast<uint32_t>(bytes),
      .pad = 0,
      .software = address,
  };
  tail_->software_bytes += bytes;
  return true;
}

bool SglWriter::AddAll(const uint8_t* data, size_t bytes) {
  while (bytes > 0) {
    const size_t part = std::min<size_t>(bytes, HISI_SGL_MAX_ENTRY_BYTES);
    if (!Add(data, part)) return false;
    data += part;
    bytes -= part;
  }
  return true;
}

}  // namespace uacced::hw::hisi
