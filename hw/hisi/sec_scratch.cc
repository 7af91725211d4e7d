#include "hw/hisi/sec_scratch.h"

#include <string.h>

#include <algorithm>
#include <cstring>

#include "hw/hisi/abi/sec.h"

namespace uacced::hw::hisi {
namespace {

size_t CountParts(std::span<const Bytes> parts) {
  size_t count = 0;
  for (const Bytes& part : parts) count += part.empty() ? 0 : 1;
  return count;
}

// The only part that is not empty; none: an empty span.
Bytes OnlyPart(std::span<const Bytes> parts) {
  for (const Bytes& part : parts) {
    if (!part.empty()) return part;
  }
  return {};
}

}  // namespace

uint64_t SecScratch::FillList(size_t index,
                              std::span<const Bytes> parts) const {
  auto* const list = reinterpret_cast<hisi_sgl*>(memory_ + index * kListBytes);
  std::memset(list, 0, HISI_SGL_HEAD_BYTES);
  uint16_t count = 0;
  for (Bytes part : parts) {
    while (!part.empty() && count < kListEntries) {
      const auto bytes = static_cast<uint32_t>(
          std::min<size_t>(part.size(), HISI_SGL_MAX_ENTRY_BYTES));
      hisi_sgl_entry& entry = list->entries[count++];
      entry = {};
      entry.buf = DeviceAddress(part.data());
      entry.len = bytes;
      part = part.subspan(bytes);
    }
  }
  list->entry_sum_in_chain = list->entry_sum_in_sgl = count;
  list->entry_length_in_sgl = kListEntries;
  return DeviceAddress(list);
}

void SecScratch::Place(std::span<const Bytes> source,
                       std::span<const Bytes> destination,
                       SecCommand& command) const {
  // One of the two as a list makes both lists: no driver mixes them.
  if (CountParts(source) > 1 || CountParts(destination) > 1) {
    command.source_type = command.destination_type = HISI_SEC_ADDR_SGL;
    command.source = FillList(0, source);
    command.destination = FillList(1, destination);
    return;
  }
  const Bytes from = OnlyPart(source), to = OnlyPart(destination);
  command.source = DeviceAddress(from.empty() ? tail().data() : from.data());
  command.destination = DeviceAddress(to.empty() ? tail().data() : to.data());
  command.prefetch = from.size() <= HISI_SEC_PREFETCH_BYTES;
}

void SecScratch::Wipe() const {
  explicit_bzero(mac().data(), kCipherBlockBytes);
  explicit_bzero(tail().data(), kCipherBlockBytes);
  explicit_bzero(key().data(), kMaxSecBlockBytes);
}

}  // namespace uacced::hw::hisi
