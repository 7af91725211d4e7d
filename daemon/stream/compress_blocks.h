// Compression of blocks independently of each other, joined into one valid
// stream (for zstd: one frame for each block). Matches do not reach across
// blocks, which costs some compression.
#ifndef UACCED_DAEMON_STREAM_COMPRESS_BLOCKS_H_
#define UACCED_DAEMON_STREAM_COMPRESS_BLOCKS_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "daemon/stream/block_rules.h"
#include "daemon/stream/framing.h"
#include "hw/algorithm.h"
#include "hw/request.h"

namespace uacced {

inline constexpr uint32_t kMinBlockBytes = 65'536;
inline constexpr uint32_t kMaxBlockBytes = 16'777'216;

// Enough that starting anew in each costs little; zstd and lz4 look further
// back, and are faster.
uint32_t DefaultBlockBytes(hw::Algorithm format);

class CompressBlocks final : public BlockRules {
 public:
  struct Options {
    hw::Algorithm format = hw::Algorithm::kNone;
    int8_t level = 0;
    uint32_t block_bytes = 0;
    bool verify = false;
  };

  // REQUIRES: options that have been validated.
  explicit CompressBlocks(const Options& options);

  const Shape& shape() const override { return shape_; }
  absl::Status Prepare(Block& block) override;
  absl::Status Finish(Block& block, StreamOutput& output) override;
  hw::Bytes header() const override { return framing_.header(); }
  void AddTrailer(std::vector<uint8_t>& out) override;
  void Describe(StreamTotals& totals) const override;

 private:
  hw::Request MakeRequest() const;

  const Options options_;
  Framing framing_;
  const Shape shape_;
};

}  // namespace uacced

#endif  // UACCED_DAEMON_STREAM_COMPRESS_BLOCKS_H_
