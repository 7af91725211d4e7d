// What a device can do: for each operation with each algorithm, the requests it
// takes. A request beyond that is not tried: it goes to another device.
//
// Units:   bytes, both bounds included.
// Threads: plain values.
#ifndef UACCED_HW_CAPABILITY_H_
#define UACCED_HW_CAPABILITY_H_

#include <array>
#include <cstddef>
#include <cstdint>

#include "hw/algorithm.h"
#include "hw/request.h"

namespace uacced::hw {

struct Capability {
  uint64_t min_source_bytes = 0;
  uint64_t max_source_bytes = UINT64_MAX;
  uint64_t max_destination_bytes = UINT64_MAX;
  uint32_t max_associated_data_bytes = UINT32_MAX;
  uint16_t min_nonce_bytes = 0;
  uint16_t max_nonce_bytes = UINT16_MAX;
  uint16_t max_key_bytes = UINT16_MAX;
  int8_t min_level = INT8_MIN;  // kCompress
  int8_t max_level = INT8_MAX;
  bool fragments = true;  // Request::fragment
  bool streams = true;    // Request::stream; Device::OpenStream()
};

class CapabilitySet {
 public:
  void Add(Operation operation, Algorithm algorithm,
           const Capability& capability = Capability()) {
    Entry& entry = At(operation, algorithm);
    entry.present = true;
    entry.capability = capability;
  }

  bool Has(Operation operation, Algorithm algorithm) const {
    return At(operation, algorithm).present;
  }

  // Null when the operation cannot be done with `algorithm` at all.
  const Capability* Find(Operation operation, Algorithm algorithm) const {
    const Entry& entry = At(operation, algorithm);
    return entry.present ? &entry.capability : nullptr;
  }

  // Whether a queue takes `request`, but for what only its content can tell.
  bool Covers(const Request& request) const {
    const Entry& entry = At(request.operation, request.algorithm);
    if (!entry.present) return false;
    const Capability& can = entry.capability;
    if (request.stream != nullptr) return can.streams;
    return request.source.size() >= can.min_source_bytes &&
           request.source.size() <= can.max_source_bytes &&
           request.destination.size() <= can.max_destination_bytes &&
           request.associated_data.size() <= can.max_associated_data_bytes &&
           request.nonce.size() >= can.min_nonce_bytes &&
           request.nonce.size() <= can.max_nonce_bytes &&
           request.key.size() <= can.max_key_bytes &&
           (request.operation != Operation::kCompress ||
            (request.level >= can.min_level &&
             request.level <= can.max_level)) &&
           (!request.fragment || can.fragments);
  }

 private:
  struct Entry {
    bool present = false;
    Capability capability;
  };

  Entry& At(Operation operation, Algorithm algorithm) {
    return entries_[static_cast<size_t>(operation)]
                   [static_cast<size_t>(algorithm)];
  }
  const Entry& At(Operation operation, Algorithm algorithm) const {
    return entries_[static_cast<size_t>(operation)]
                   [static_cast<size_t>(algorithm)];
  }

  std::array<std::array<Entry, kAlgorithmCount>, kOperationCount> entries_{};
};

}  // namespace uacced::hw

#endif  // UACCED_HW_CAPABILITY_H_
