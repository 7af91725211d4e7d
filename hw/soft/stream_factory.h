// Makes the stream that does what a StreamSpec says.
//
// Threads: any thread, any number of them at a time.
#ifndef UACCED_HW_SOFT_STREAM_FACTORY_H_
#define UACCED_HW_SOFT_STREAM_FACTORY_H_

#include <memory>

#include "absl/status/statusor.h"
#include "hw/soft/evp_algorithms.h"
#include "hw/soft/soft_stream.h"

namespace uacced::hw {

// `algorithms` must outlive the stream.
// UNIMPLEMENTED: encryption and copying are not done in pieces; or no provider
// has the hash. RESOURCE_EXHAUSTED: out of memory.
absl::StatusOr<std::unique_ptr<SoftStream>> NewSoftStream(
    const EvpAlgorithms& algorithms, const StreamSpec& spec);

}  // namespace uacced::hw

#endif  // UACCED_HW_SOFT_STREAM_FACTORY_H_
