// What a BlockStream does with its blocks: how large they are, which request
// each becomes, and what stands around the results.
//
// Threads: thread-compatible; the BlockStream makes every call.
#ifndef UACCED_DAEMON_STREAM_BLOCK_RULES_H_
#define UACCED_DAEMON_STREAM_BLOCK_RULES_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "daemon/stream/byte_stream.h"
#include "daemon/stream/piece.h"
#include "hw/algorithm.h"
#include "hw/dma_buffer.h"
#include "hw/request.h"

namespace uacced {

// A part of the input while it is worked on.
struct Block {
  // Set by the BlockStream.
  uint64_t index = 0;
  hw::DmaBuffer input;
  size_t input_bytes = 0;
  bool last = false;  // Of the input, as far as is known.
  Piece piece;

  // For the rules: what the request points to.
  std::array<uint8_t, 12> nonce{};
  std::array<uint8_t, hw::kMaxMacBytes> mac{};
  uint32_t checksum = 0;
};

class BlockRules {
 public:
  struct Shape {
    size_t input_bytes = 0;  // Of every block but the last one.
    // Of input, output and what verifying takes, together at most.
    uint64_t memory_bytes = 0;
    // A block is not begun before it is known whether it is the last.
    bool must_know_last = false;
    // An empty input is an empty block, or no block at all.
    bool empty_input_is_a_block = false;
  };

  BlockRules() = default;
  BlockRules(const BlockRules&) = delete;
  BlockRules& operator=(const BlockRules&) = delete;
  virtual ~BlockRules() = default;

  virtual const Shape& shape() const = 0;

  // Completes block.piece, whose source is there already.
  virtual absl::Status Prepare(Block& block) = 0;

  // In order of the blocks: a result has come. Adds to it what stands around.
  virtual absl::Status Finish(Block& block, StreamOutput& output) = 0;

  // Stand before the first and behind the last result.
  virtual hw::Bytes header() const { return {}; }
  virtual void AddTrailer(std::vector<uint8_t>& /*out*/) {}

  // Names what is in the stream.
  virtual void Describe(StreamTotals& /*totals*/) const {}
};

}  // namespace uacced

#endif  // UACCED_DAEMON_STREAM_BLOCK_RULES_H_
