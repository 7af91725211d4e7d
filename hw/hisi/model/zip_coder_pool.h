// Coders between two uses: to make one costs more than to compress 4 KiB.
//
// Memory:  at most kMaxIdleZipCoders.
// Threads: thread-safe.
#ifndef UACCED_HW_HISI_MODEL_ZIP_CODER_POOL_H_
#define UACCED_HW_HISI_MODEL_ZIP_CODER_POOL_H_

#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

#include "hw/hisi/model/zip_coder.h"
#include "hw/hisi/model/zip_request.h"

namespace uacced::hw::hisi {

inline constexpr size_t kMaxIdleZipCoders = 16;

class ZipCoderPool {
 public:
  struct Kind {
    bool compress = false;
    ZipFormat format = ZipFormat::kDeflate;  // Not kLz4.
    int window_bits = 15;                    // Of compression.
    bool operator==(const Kind&) const = default;
  };

  // At the beginning of a stream. Null: out of memory.
  std::unique_ptr<ZipCoder> Take(const Kind& kind);

  // Whatever `coder` is in the middle of. REQUIRES: it is of this kind.
  void Give(const Kind& kind, std::unique_ptr<ZipCoder> coder);

 private:
  struct Idle {
    Kind kind;
    std::unique_ptr<ZipCoder> coder;
  };

  std::mutex mutex_;
  std::vector<Idle> idle_;  // Guarded by mutex_. The first was given first.
};

}  // namespace uacced::hw::hisi

#endif  // UACCED_HW_HISI_MODEL_ZIP_CODER_POOL_H_
