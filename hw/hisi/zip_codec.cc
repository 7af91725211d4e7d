#include "hw/hisi/zip_codec.h"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "absl/strings/str_split.h"
#include "hw/dma_buffer.h"
#include "hw/hisi/zip_block.h"
#include "hw/hisi/zip_fragment.h"
#include "hw/hisi/zip_session.h"
#include "hw/hisi/zip_sqe.h"
#include "hw/hisi/zip_step.h"
#include "hw/hisi/zip_stream.h"

namespace uacced::hw::hisi {
namespace {

constexpr int8_t kMinDeflateLevel = 1, kMaxDeflateLevel = 6;
constexpr int8_t kMinLz4Level = 0, kMaxLz4Level = 2;

static_assert(DmaBuffer::kAlignment >= HISI_SGL_ALIGN_BYTES);
static_assert(DmaBuffer::kAlignment >= ZipSession::kContextAlignment);
static_assert(ZipSession::kContextBytes % ZipSession::kContextAlignment == 0);

// Numbers of pieces of memory, each for one entry as long as it needs it. Those
// that came back last go out first, so that no more memory is ever touched than
// was in use at once.
class NumberPool {
 public:
  explicit NumberPool(uint32_t count) {
    numbers_.reserve(count);
    while (count > 0) numbers_.push_back(static_cast<uint16_t>(--count));
  }
  // REQUIRES: fewer than `count` are out.
  uint16_t Take() {
    const uint16_t number = numbers_.back();
    numbers_.pop_back();
    return number;
  }
  void Return(uint16_t number) { numbers_.push_back(number); }

 private:
  std::vector<uint16_t> numbers_;
};

class ZipCodec final : public SqeCodec {
 public:
  ZipCodec(const ZipCodecOptions& options, DmaBuffer contexts, DmaBuffer lists)
      : version_(options.version),
        capabilities_(options.capabilities),
        entries_(options.depth),
        contexts_(std::move(contexts)),
        lists_(std::move(lists)),
        context_numbers_(options.depth) {}

  const CapabilitySet& capabilities() const override { return capabilities_; }
  absl::StatusCode Encode(const Request& request, uint32_t entry_index,
                          Sqe& sqe) override;
  uint32_t FinishedBytes(uint32_t entry_index) const override {
    return entries_[entry_index].produced_bytes;
  }
  void Continue(uint32_t entry_index, Sqe& sqe) override;
  Decoded Decode(uint32_t entry_index, const Sqe& sqe) override;

 private:
  enum class Kind : uint8_t { kBlock, kFragment, kStream };

  struct Entry {
    Kind kind = Kind::kBlock;
    uint16_t context_number = 0;  // Of a fragment.
    uint16_t turn = 0;            // Makes tags differ from one to the next.
    uint32_t tag = 0;
    uint32_t produced_bytes = 0;
    ZipEngineStream* stream = nullptr;
    ZipBlock block;
    ZipFragment fragment;
  };

  ZipStep Begin(const Request& request, uint32_t entry_index);
  ZipStep Take(Entry& entry, const ZipAnswer& answer);
  static const ZipWork& WorkOf(const Entry& entry);
  void End(Entry& entry);

  // Constant after construction.
  const QmVersion version_;
  const CapabilitySet capabilities_;

  std::vector<Entry> entries_;
  const DmaBuffer contexts_;
  const DmaBuffer lists_;
  NumberPool context_numbers_;
};

ZipStep ZipCodec::Begin(const Request& request, uint32_t entry_index) {
  Entry& entry = entries_[entry_index];
  if (request.stream != nullptr) {
    entry.kind = Kind::kStream;
    entry.stream = static_cast<ZipEngineStream*>(request.stream);
    return entry.stream->Begin(request);
  }
  if (request.fragment) {
    entry.kind = Kind::kFragment;
    entry.context_number = context_numbers_.Take();
    return entry.fragment.Begin(
        request, contexts_.data() +
                     size_t{entry.context_number} * ZipSession::kContextBytes);
  }
  entry.kind = Kind::kBlock;
  return entry.block.Begin(
      request, lists_.data() + size_t{entry_index} * ZipBlock::kListsBytes);
}

ZipStep ZipCodec::Take(Entry& entry, const ZipAnswer& answer) {
  switch (entry.kind) {
    case Kind::kStream:
      return entry.stream->Take(answer);
    case Kind::kFragment:
      return entry.fragment.Take(answer);
    case Kind::kBlock:
      break;
  }
  return entry.block.Take(answer);
}

const ZipWork& ZipCodec::WorkOf(const Entry& entry) {
  switch (entry.kind) {
    case Kind::kStream:
      return entry.stream->work();
    case Kind::kFragment:
      return entry.fragment.work();
    case Kind::kBlock:
      break;
  }
  return entry.block.work();
}

void ZipCodec::End(Entry& entry) {
  if (entry.kind == Kind::kFragment) {
    context_numbers_.Return(entry.context_number);
  }
}

absl::StatusCode ZipCodec::Encode(const Request& request, uint32_t entry_index,
                                  Sqe& sqe) {
  Entry& entry = entries_[entry_index];
  const ZipStep step = Begin(request, entry_index);
  if (step.kind == ZipStep::Kind::kWork) {
    Continue(entry_index, sqe);
    return absl::StatusCode::kOk;
  }
  End(entry);
  entry.produced_bytes = step.produced_bytes;
  return step.code == absl::StatusCode::kOk ? kFinished : step.code;
}

void ZipCodec::Continue(uint32_t entry_index, Sqe& sqe) {
  Entry& entry = entries_[entry_index];
  entry.tag = uint32_t{++entry.turn} << 16 | entry_index;
  WriteZipSqe(version_, WorkOf(entry), entry.tag, sqe);
  MarkUnanswered(sqe);
}

SqeCodec::Decoded ZipCodec::Decode(uint32_t entry_index, const Sqe& sqe) {
  Entry& entry = entries_[entry_index];
  if (ReadZipTag(version_, WorkOf(entry).request, sqe) != entry.tag) {
    return {Decoded::Kind::kBroken};
  }
  const ZipStep step = Take(entry, ReadZipSqe(sqe));
  switch (step.kind) {
    case ZipStep::Kind::kWork:
      return {Decoded::Kind::kContinue};
    case ZipStep::Kind::kBroken:
      return {Decoded::Kind::kBroken};
    case ZipStep::Kind::kDone:
      break;
  }
  End(entry);
  return {Decoded::Kind::kDone, step.code, step.produced_bytes};
}

Capability DeflateCapability(Operation operation) {
  Capability capability;
  capability.max_source_bytes = ZipBlock::kMaxBytes;
  capability.max_destination_bytes = ZipBlock::kMaxBytes;
  if (operation == Operation::kCompress) {
    capability.min_level = kMinDeflateLevel;
    capability.max_level = kMaxDeflateLevel;
  }
  return capability;
}

Capability Lz4Capability() {
  Capability capability;
  capability.max_source_bytes = ZipBlock::kMaxLz4Bytes;
  capability.max_destination_bytes = ZipBlock::kMaxBytes;
  capability.min_level = kMinLz4Level;
  capability.max_level = kMaxLz4Level;
  // Their blocks have checksums, which the engine does not make.
  capability.fragments = false;
  capability.streams = false;
  return capability;
}

}  // namespace

CapabilitySet ZipCapabilities(QmVersion version, absl::string_view algorithms,
                              Operation operation) {
  const std::vector<absl::string_view> names =
      absl::StrSplit(algorithms, absl::ByAnyChar(" \n"));
  const auto has = [&names](Algorithm algorithm) {
    return std::find(names.begin(), names.end(), Info(algorithm).name) !=
           names.end();
  };
  CapabilitySet capabilities;
  for (const Algorithm algorithm :
       {Algorithm::kGzip, Algorithm::kZlib, Algorithm::kDeflate}) {
    if (has(algorithm)) {
      capabilities.Add(operation, algorithm, DeflateCapability(operation));
    }
  }
  if (operation == Operation::kCompress && version >= QmVersion::kV3 &&
      has(Algorithm::kLz4)) {
    capabilities.Add(operation, Algorithm::kLz4, Lz4Capability());
  }
  return capabilities;
}

std::unique_ptr<SqeCodec> NewZipCodec(const ZipCodecOptions& options) {
  DmaBuffer contexts =
      DmaBuffer::Allocate(options.depth * ZipSession::kContextBytes);
  DmaBuffer lists = DmaBuffer::Allocate(options.depth * ZipBlock::kListsBytes);
  if (contexts.size() == 0 || lists.size() == 0) return nullptr;
  return std::make_unique<ZipCodec>(options, std::move(contexts),
                                    std::move(lists));
}

}  // namespace uacced::hw::hisi
