// What an engine has: kinds of queues, the codec for each, and streams.
//
// Threads: thread-safe.
#ifndef UACCED_HW_HISI_ENGINE_CODECS_H_
#define UACCED_HW_HISI_ENGINE_CODECS_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "hw/capability.h"
#include "hw/hisi/port.h"
#include "hw/hisi/qm_version.h"
#include "hw/hisi/sqe_codec.h"
#include "hw/stream.h"

namespace uacced::hw::hisi {

struct EngineQueueKind {
  uint32_t qc_type = 0;
  CapabilitySet capabilities;
};

// As hw::DeviceInfo numbers them: of ZIP 0 compresses, 1 decompresses; SEC has
// one. Empty: this driver has no codec for the engine.
std::vector<EngineQueueKind> EngineQueueKinds(Port::Engine engine,
                                              QmVersion version,
                                              absl::string_view algorithms);

// Null: out of memory.
std::unique_ptr<SqeCodec> NewEngineCodec(Port::Engine engine, QmVersion version,
                                         const EngineQueueKind& kind,
                                         uint32_t depth);

// As Device::OpenStream().
absl::StatusOr<std::unique_ptr<Stream>> NewEngineStream(
    Port::Engine engine, QmVersion version, const CapabilitySet& capabilities,
    const StreamSpec& spec);

}  // namespace uacced::hw::hisi

#endif  // UACCED_HW_HISI_ENGINE_CODECS_H_
