#include "hw/hisi/zip_stream.h"

#include <algorithm>
#include <cstdint>
#include <new>
#include <utility>

#include "absl/status/status.h"

namespace uacced::hw::hisi {
namespace {

// So that what a piece produces can be told in 32 bits.
constexpr size_t kMaxRoomBytes = size_t{1} << 31;

}  // namespace

static_assert(DmaBuffer::kAlignment >= ZipSession::kContextAlignment);

std::unique_ptr<ZipEngineStream> ZipEngineStream::Create(Operation operation,
                                                         Algorithm format) {
  DmaBuffer context = DmaBuffer::Allocate(ZipSession::kContextBytes);
  if (context.size() == 0) return nullptr;
  uint8_t* const data = context.data();
  std::unique_ptr<ZipEngineStream> stream(
      new (std::nothrow) ZipEngineStream(std::move(context)));
  if (stream != nullptr) {
    stream->session_.Open({.operation = operation, .format = format}, data);
  }
  return stream;
}

size_t ZipEngineStream::max_memory_bytes() const {
  return sizeof(*this) + context_.size();
}

CodecStep ZipEngineStream::Begin(const Request& piece) {
  progress_ = {};
  if (failed_) return CodecStep::Failed(absl::StatusCode::kInvalidArgument);
  piece_bytes_ = piece.source.size();
  return After(session_.Begin(piece.source,
                              piece.destination.first(std::min(
                                  piece.destination.size(), kMaxRoomBytes)),
                              piece.last));
}

CodecStep ZipEngineStream::Take(const ZipAnswer& answer,
                                const ZipWords& words) {
  return After(session_.Take(answer, words));
}

CodecStep ZipEngineStream::After(CodecStep step) {
  if (step.kind() == CodecStep::Kind::kWork) return step;
  if (step.kind() == CodecStep::Kind::kBroken ||
      step.code() != absl::StatusCode::kOk) {
    failed_ = true;
    return step;
  }
  progress_.consumed_bytes = piece_bytes_ - session_.unread_bytes();
  progress_.done = session_.is_done();
  return step;
}

}  // namespace uacced::hw::hisi
