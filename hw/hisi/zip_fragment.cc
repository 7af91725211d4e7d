#include "hw/hisi/zip_fragment.h"

#include <algorithm>

namespace uacced::hw::hisi {
namespace {

constexpr absl::StatusCode kTooSmall = absl::StatusCode::kOutOfRange;
constexpr absl::StatusCode kCorrupt = absl::StatusCode::kInvalidArgument;

// An empty final block: two bytes, if it begins with one.
constexpr uint8_t kFinalBlock[] = {0x03, 0x00};

}  // namespace

CodecStep ZipFragment::Begin(const Request& request, uint8_t* context) {
  compresses_ = request.operation == Operation::kCompress;
  at_end_ = false;
  produced_bytes_ = 0;
  checksum_ = compresses_ && request.algorithm != Algorithm::kDeflate
                  ? request.checksum
                  : nullptr;
  session_.Open(
      {.operation = request.operation,
       // There is no header or trailer to read.
       .format = compresses_ ? request.algorithm : Algorithm::kDeflate,
       .only_blocks = true},
      context);
  return After(
      session_.Begin(request.source, request.destination, /*last=*/false));
}

CodecStep ZipFragment::Take(const ZipAnswer& answer, const ZipWords& words) {
  return After(session_.Take(answer, words));
}

CodecStep ZipFragment::After(CodecStep step) {
  if (step.kind() != CodecStep::Kind::kDone ||
      step.code() != absl::StatusCode::kOk) {
    return step;
  }
  return at_end_ ? AfterEnd(step) : AfterBlocks(step);
}

CodecStep ZipFragment::AfterBlocks(CodecStep step) {
  if (!compresses_ && session_.is_done()) {
    // An end of its own. What is empty has none, and no descriptor either.
    return CodecStep::Failed(kCorrupt);
  }
  if (session_.unread_bytes() > 0 || session_.has_stored()) {
    return CodecStep::Failed(kTooSmall);
  }
  produced_bytes_ = step.produced_bytes();
  if (compresses_) {
    if (checksum_ != nullptr) *checksum_ = session_.checksum();
    return step;
  }
  if (!session_.has_begun()) return step;
  // They are whole blocks up to a byte, if and only if a final block behind
  // them is read as just that, and says nothing.
  at_end_ = true;
  const MutableBytes scratch = session_.scratch();
  std::copy(std::begin(kFinalBlock), std::end(kFinalBlock), scratch.begin());
  constexpr size_t kEndBytes = sizeof(kFinalBlock);
  return After(session_.Begin(Bytes(scratch).first(kEndBytes),
                              scratch.subspan(kEndBytes, 1), /*last=*/false));
}

CodecStep ZipFragment::AfterEnd(CodecStep step) {
  if (step.produced_bytes() > 0 || session_.has_stored()) {
    return CodecStep::Failed(kTooSmall);
  }
  if (session_.unread_bytes() > 0 || !session_.is_done()) {
    return CodecStep::Failed(kCorrupt);
  }
  return CodecStep::Produced(produced_bytes_);
}

}  // namespace uacced::hw::hisi
