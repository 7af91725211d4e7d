#include "hw/hisi/engine_codecs.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_split.h"
#include "hw/algorithm.h"
#include "hw/hisi/abi/qm.h"
#include "hw/hisi/sec_algorithms.h"
#include "hw/hisi/sec_codec.h"
#include "hw/hisi/sec_stream.h"
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

// In sysfs SEC has names of classes alone.
absl::string_view SecClass(Family family) {
  switch (family) {
    case Family::kCipher:
      return "cipher";
    case Family::kAead:
      return "aead";
    default:
      return "digest";
  }
}

CapabilitySet SecCapabilitiesOf(QmVersion version,
                                absl::string_view algorithms) {
  const std::vector<absl::string_view> classes =
      absl::StrSplit(algorithms, '\n');
  const CapabilitySet all = SecCapabilities(static_cast<int>(version));
  CapabilitySet listed;
  for (size_t o = 0; o < kOperationCount; ++o) {
    for (size_t a = 0; a < kAlgorithmCount; ++a) {
      const auto operation = static_cast<Operation>(o);
      const auto algorithm = static_cast<Algorithm>(a);
      const Capability* const can = all.Find(operation, algorithm);
      if (can != nullptr &&
          std::find(classes.begin(), classes.end(),
                    SecClass(Info(algorithm).family)) != classes.end()) {
        listed.Add(operation, algorithm, *can);
      }
    }
  }
  return listed;
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
      // UADK and Linux have no descriptors of SEC for V1.
      if (version == QmVersion::kV1) break;
      return {{HISI_QM_QC_TYPE_SEC, SecCapabilitiesOf(version, algorithms)}};
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
      return NewSecCodec(static_cast<int>(version), depth);
  }
  return nullptr;
}

absl::StatusOr<std::unique_ptr<Stream>> NewEngineStream(
    Port::Engine engine, QmVersion version, const CapabilitySet& capabilities,
    const StreamSpec& spec) {
  if (HasStream(capabilities, spec)) {
    switch (engine) {
      case Port::Engine::kZip:
        return NewZipStream(spec);
      case Port::Engine::kSec:
        return NewSecStream(static_cast<int>(version), spec);
    }
  }
  return absl::Status(absl::StatusCode::kUnimplemented, "");
}

}  // namespace uacced::hw::hisi
