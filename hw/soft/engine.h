// Engine does one operation at a time on the host CPU: the codecs of one
// worker, with the contexts they keep.
//
// Threads: thread-compatible.
// Memory:  nothing on construction; a few MiB when every kind of operation has
//          been used (see the codecs). Repeating a kind allocates nothing of
//          ours.
#ifndef UACCED_HW_SOFT_ENGINE_H_
#define UACCED_HW_SOFT_ENGINE_H_

#include "hw/capability.h"
#include "hw/request.h"
#include "hw/soft/cipher_codec.h"
#include "hw/soft/deflate_codec.h"
#include "hw/soft/digest_codec.h"
#include "hw/soft/evp_algorithms.h"
#include "hw/soft/lz4_codec.h"
#include "hw/soft/result.h"
#include "hw/soft/zstd_codec.h"

namespace uacced::hw {

class Engine {
 public:
  // `algorithms` must outlive the engine.
  explicit Engine(const EvpAlgorithms& algorithms)
      : cipher_(algorithms), digest_(algorithms) {}

  // Does `request` now. The result is what hw::Completion would carry; sources
  // past INT_MAX bytes are INVALID_ARGUMENT, and of a destination only the
  // first UINT32_MAX bytes are used. A piece of a stream may have any size: it
  // takes what it can (hw/stream.h).
  // REQUIRES: request.stream is null or a SoftStream.
  Result Execute(const Request& request);

  // Overwrites what is left of keys in the codecs: call it before sleeping.
  void Scrub() { cipher_.Scrub(); }

 private:
  DeflateCodec deflate_;
  ZstdCodec zstd_;
  Lz4Codec lz4_;
  CipherCodec cipher_;
  DigestCodec digest_;
};

// What engines can do with `algorithms`.
CapabilitySet EngineCapabilities(const EvpAlgorithms& algorithms);

}  // namespace uacced::hw

#endif  // UACCED_HW_SOFT_ENGINE_H_
