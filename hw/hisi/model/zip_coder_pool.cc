#include "hw/hisi/model/zip_coder_pool.h"

#include <algorithm>
#include <utility>

namespace uacced::hw::hisi {

std::unique_ptr<ZipCoder> ZipCoderPool::Take(const Kind& kind) {
  std::unique_ptr<ZipCoder> coder;
  {
    const std::lock_guard lock(mutex_);
    const auto found =
        std::find_if(idle_.begin(), idle_.end(),
                     [&](const Idle& idle) { return idle.kind == kind; });
    if (found != idle_.end()) {
      coder = std::move(found->coder);
      idle_.erase(found);
    }
  }
  if (coder != nullptr) {
    coder->Reset();
    return coder;
  }
  return kind.compress ? MakeZipCompressor(kind.format, kind.window_bits)
                       : MakeZipDecompressor(kind.format);
}

void ZipCoderPool::Give(const Kind& kind, std::unique_ptr<ZipCoder> coder) {
  Idle dropped;  // Freed without the lock.
  const std::lock_guard lock(mutex_);
  if (idle_.size() == kMaxIdleZipCoders) {
    dropped = std::move(idle_.front());
    idle_.erase(idle_.begin());
  }
  idle_.push_back({kind, std::move(coder)});
}

}  // namespace uacced::hw::hisi
