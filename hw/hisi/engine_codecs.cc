#include "hw/hisi/engine_codecs.h"

#include "absl/status/status.h"
#include "hw/algorithm.h"
#include "hw/hisi/abi/qm.h"
#include "hw/hisi/zip_codec.h"
#include "hw/hisi/zip_stream.h"

namespace uacced::hw::hisi {
namespace {

absl::StatusOr<std::unique_ptr<Stream>> NewZipStream(const StreamSpec& spec) {
  std::unique_ptr<Stream> stream =
      ZipEngineStream::Create(spec.operation, spec.algorithm);
  if (stream == nullptr) {
    return absl::ResourceExhaustedError("no memory for a stream");
  }
  return stream;
}

bool HasStream(const CapabilitySet& capabilities, const StreamSpec& spec) {
  const Capability* const can =
      capabilities.Find(spec.operation, spec.algorithm);
  return can != nullptr && can->streams &&
         (spec.operation != Operation::kCompress ||
          (spec.level >= can->min_level && spec.level <= can->max_level));
}

}  // namespace

std::vector<EngineQueueKind> EngineQueueKinds(Port::Engine engine,
                                              QmVersion version,
                                              absl::string_view algorithms) {
  switch (engine) {
    case Port::Engine::kZip:
      return {{HISI_QM_QC_TYPE_COMPRESS,
               ZipCapabilities(version, algorithms, Operation::kCompress)},
              {HISI_QM_QC_TYPE_DECOMPRESS,
               ZipCapabilities(version, algorithms, Operation::kDecompress)}};
    case Port::Engine::kSec:
      break;
  }
  return {};
}

std::unique_ptr<SqeCodec> NewEngineCodec(Port::Engine engine, QmVersion version,
                                         const EngineQueueKind& kind,
                                         uint32_t depth) {
  switch (engine) {
    case Port::Engine::kZip:
      return NewZipCodec({.version = version,
                          .depth = depth,
                          .capabilities = kind.capabilities});
    case Port::Engine::kSec:
      break;
  }
  return nullptr;
}

absl::StatusOr<std::unique_ptr<Stream>> NewEngineStream(
    Port::Engine engine, QmVersion /*version*/,
    const CapabilitySet& capabilities, const StreamSpec& spec) {
  if (HasStream(capabilities, spec)) {
    switch (engine) {
      case Port::Engine::kZip:
        return NewZipStream(spec);
      case Port::Engine::kSec:
        break;
    }
  }
  return absl::Status(absl::StatusCode::kUnimplemented, "");
}

}  // namespace uacced::hw::hisi
