#include "hw/hisi/zip_codec.h"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "absl/strings/str_split.h"
#include "hw/dma_buffer.h"
#include "hw/hisi/codec_step.h"
#include "hw/hisi/zip_block.h"
#include "hw/hisi/zip_fragment.h"
#include "hw/hisi/zip_session.h"
#include "hw/hisi/zip_sqe.h"
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

// Stateless requests have all that they need in their Entry. What pieces of
// streams and fragments need more stands apart, in a Session.
class ZipCodec final : public SqeCodec {
 public:
  ZipCodec(const ZipCodecOptions& options, DmaBuffer contexts, DmaBuffer lists)
      : version_(options.version),
        capabilities_(options.capabilities),
        entries_(options.depth),
        sessions_(options.depth),
        contexts_(std::move(contexts)),
        lists_(std::move(lists)),
        context_numbers_(options.depth) {}

  const CapabilitySet& capabilities() const override { return capabilities_; }
  absl::StatusCode Encode(const Request& request, uint32_t entry_index,
                          Sqe& sqe) override;
  uint32_t FinishedBytes(uint32_t /*entry_index*/) const override {
    return finished_bytes_;
  }
  void Continue(uint32_t entry_index, Sqe& sqe) override;
  CodecStep Decode(uint32_t entry_index, const volatile Sqe& sqe) override;

 private:
  enum class Kind : uint8_t { kBlock, kFragment, kStream };

  // One cache line.
  struct alignas(64) Entry {
    Kind kind = Kind::kBlock;
    uint8_t request = 0;  // HISI_ZIP_REQ_*, of its descriptor.
    uint16_t turn = 0;    // Makes tags differ from one to the next.
    ZipBlock block;
  };
  static_assert(sizeof(Entry) == 64);

  struct Session {
    ZipEngineStream* stream = nullptr;  // kStream
    uint16_t context_number = 0;        // kFragment
    ZipFragment fragment;
  };

  CodecStep BeginSession(const Request& request, uint32_t entry_index);
  CodecStep TakeSession(uint32_t entry_index, const ZipAnswer& answer,
                        const ZipWords& words);
  const ZipWork& SessionWork(uint32_t entry_index) const;
  void End(uint32_t entry_index);

  [[gnu::always_inline]] void Write(uint32_t entry_index, const ZipWork& work,
                                    Sqe& sqe) {
    Entry& entry = entries_[entry_index];
    entry.request = work.request;
    ++entry.turn;
    WriteZipSqe(version_, work, TagOf(entry_index), sqe);
  }
  uint32_t TagOf(uint32_t entry_index) const {
    return uint32_t{entries_[entry_index].turn} << 16 | entry_index;
  }

  // Constant after construction.
  const QmVersion version_;
  const CapabilitySet capabilities_;

  std::vector<Entry> entries_;
  std::vector<Session> sessions_;
  const DmaBuffer contexts_;
  const DmaBuffer lists_;
  NumberPool context_numbers_;
  uint32_t finished_bytes_ = 0;
};

[[gnu::cold]] CodecStep ZipCodec::BeginSession(const Request& request,
                                               uint32_t entry_index) {
  Session& session = sessions_[entry_index];
  if (request.stream != nullptr) {
    entries_[entry_index].kind = Kind::kStream;
    session.stream = static_cast<ZipEngineStream*>(request.stream);
    return session.stream->Begin(request);
  }
  entries_[entry_index].kind = Kind::kFragment;
  session.context_number = context_numbers_.Take();
  return session.fragment.Begin(
      request, contexts_.data() +
                   size_t{session.context_number} * ZipSession::kContextBytes);
}

[[gnu::cold]] CodecStep ZipCodec::TakeSession(uint32_t entry_index,
                                              const ZipAnswer& answer,
                                              const ZipWords& words) {
  Session& session = sessions_[entry_index];
  return entries_[entry_index].kind == Kind::kStream
             ? session.stream->Take(answer, words)
             : session.fragment.Take(answer, words);
}

const ZipWork& ZipCodec::SessionWork(uint32_t entry_index) const {
  const Session& session = sessions_[entry_index];
  return entries_[entry_index].kind == Kind::kStream ? session.stream->work()
                                                     : session.fragment.work();
}

void ZipCodec::End(uint32_t entry_index) {
  if (entries_[entry_index].kind == Kind::kFragment) {
    context_numbers_.Return(sessions_[entry_index].context_number);
  }
}

absl::StatusCode ZipCodec::Encode(const Request& request, uint32_t entry_index,
                                  Sqe& sqe) {
  CodecStep step;
  if (request.stream == nullptr && !request.fragment) [[likely]] {
    Entry& entry = entries_[entry_index];
    entry.kind = Kind::kBlock;
    step = entry.block.Begin(
        request, lists_.data() + size_t{entry_index} * ZipBlock::kListsBytes);
  } else {
    step = BeginSession(request, entry_index);
  }
  if (step.kind() == CodecStep::Kind::kWork) [[likely]] {
    Continue(entry_index, sqe);
    return absl::StatusCode::kOk;
  }
  End(entry_index);
  finished_bytes_ = step.produced_bytes();
  return step.code() == absl::StatusCode::kOk ? kFinished : step.code();
}

void ZipCodec::Continue(uint32_t entry_index, Sqe& sqe) {
  const Entry& entry = entries_[entry_index];
  if (entry.kind == Kind::kBlock) [[likely]] {
    Write(entry_index, entry.block.work(), sqe);
  } else {
    Write(entry_index, SessionWork(entry_index), sqe);
  }
}

CodecStep ZipCodec::Decode(uint32_t entry_index, const volatile Sqe& sqe) {
  Entry& entry = entries_[entry_index];
  if (ReadZipTag(version_, entry.request, sqe) != TagOf(entry_index)) {
    return CodecStep::Broken();
  }
  const ZipAnswer answer = ReadZipAnswer(sqe);
  const CodecStep step =
      entry.kind == Kind::kBlock
          ? entry.block.Take(answer)
          : TakeSession(entry_index, answer, ReadZipWords(sqe));
  if (step.kind() == CodecStep::Kind::kDone) End(entry_index);
  return step;
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
