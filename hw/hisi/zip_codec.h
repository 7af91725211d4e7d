// The codec of ZIP: whole requests by stateless descriptors, pieces of streams
// and fragments by stateful ones.
//
//   gzip, zlib, deflate   both ways, levels 1 to 6: the engine has one effort,
//                         the others are the CPU's
//   lz4                   kV3, compression of up to 4 MiB
//
// A queue of ZIP compresses or decompresses; so does its codec.
#ifndef UACCED_HW_HISI_ZIP_CODEC_H_
#define UACCED_HW_HISI_ZIP_CODEC_H_

#include <cstdint>
#include <memory>

#include "absl/strings/string_view.h"
#include "hw/algorithm.h"
#include "hw/capability.h"
#include "hw/hisi/qm_version.h"
#include "hw/hisi/sqe_codec.h"

namespace uacced::hw::hisi {

// What such a queue takes. `algorithms`: as the system names what the device
// has, one in a line. `operation`: kCompress or kDecompress.
CapabilitySet ZipCapabilities(QmVersion version, absl::string_view algorithms,
                              Operation operation);

struct ZipCodecOptions {
  QmVersion version = QmVersion::kV2;
  uint32_t depth = 0;  // Entries.
  CapabilitySet capabilities;
};

// Memory: a context buffer and lists for each entry are set aside, and touched
// only as far as so many fragments, or large requests, are in flight at once.
// Null: out of memory.
std::unique_ptr<SqeCodec> NewZipCodec(const ZipCodecOptions& options);

}  // namespace uacced::hw::hisi

#endif  // UACCED_HW_HISI_ZIP_CODEC_H_
