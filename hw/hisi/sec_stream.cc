#include "hw/hisi/sec_stream.h"

#include <string.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

#include "hw/hisi/abi/sec.h"
#include "hw/hisi/sec_algorithms.h"
#include "hw/hisi/sec_digest_command.h"
#include "hw/hisi/sec_empty_digest.h"
#include "hw/hisi/sec_scratch.h"

namespace uacced::hw::hisi {
namespace {

constexpr size_t kMaxChunkBytes = HISI_SEC_MAX_DATA_BYTES;
static_assert(kMaxChunkBytes % kMaxSecBlockBytes == 0);

constexpr uint8_t kInnerPad = 0x36, kOuterPad = 0x5c;

bool IsHmac(Algorithm algorithm) {
  return Info(algorithm).family == Family::kHmac;
}

}  // namespace

SecStream::SecStream(SecType type, Algorithm algorithm, Bytes key,
                     DmaBuffer memory)
    : type_(type),
      algorithm_(algorithm),
      block_bytes_(SecAlgorithmOf(algorithm).block_bytes),
      key_bytes_(static_cast<uint8_t>(key.size())),
      memory_(std::move(memory)) {
  std::memset(memory_.data(), 0, kMemoryBytes);
  if (!key.empty()) std::memcpy(this->key(), key.data(), key.size());
}

SecStream::~SecStream() { explicit_bzero(memory_.data(), kMemoryBytes); }

size_t SecStream::max_memory_bytes() const {
  return sizeof(SecStream) + kMemoryBytes;
}

absl::StatusCode SecStream::Begin(const Request& piece) {
  produced_bytes_ = 0;
  progress_.consumed_bytes = 0;
  if (failed_ || progress_.done) return absl::StatusCode::kInvalidArgument;
  if (piece.last && piece.destination.size() < Info(algorithm_).digest_bytes) {
    failed_ = true;
    return absl::StatusCode::kOutOfRange;
  }
  progress_.consumed_bytes = piece.source.size();  // Nothing is ever left.
  rest_ = piece.source;
  destination_ = piece.destination;
  last_ = piece.last;
  step_ = Step::kKeep;
  return absl::StatusCode::kOk;
}

// Moves what does not make a block, or is missing to make one, to the buffer.
void SecStream::TopUp() {
  if (buffered_bytes_ == 0 && (rest_.size() >= block_bytes_ || last_)) return;
  const size_t bytes =
      std::min<size_t>(block_bytes_ - buffered_bytes_, rest_.size());
  if (bytes == 0) return;
  std::memcpy(buffer() + buffered_bytes_, rest_.data(), bytes);
  buffered_bytes_ += static_cast<uint32_t>(bytes);
  rest_ = rest_.subspan(bytes);
}

// Sets `step_`; returns the data of its descriptor.
Bytes SecStream::TakeStep() {
  TopUp();
  Bytes data;
  if (buffered_bytes_ > 0) {
    // Either the buffer is full, or nothing is left beside it.
    const bool more_comes = !rest_.empty() || !last_;
    const bool full = buffered_bytes_ == block_bytes_;
    if (more_comes && !full) {
      step_ = Step::kKeep;
      return {};
    }
    step_ = more_comes ? Step::kChunk : Step::kFinal;
    data = {buffer(), buffered_bytes_};
    buffered_bytes_ = 0;  // Nothing is added before the device has read it.
    return data;
  }
  if (last_ && rest_.size() <= kMaxChunkBytes) {
    step_ = Step::kFinal;
    return std::exchange(rest_, {});
  }
  data = rest_.first(
      std::min(rest_.size() - rest_.size() % block_bytes_, kMaxChunkBytes));
  rest_ = rest_.subspan(data.size());
  step_ = data.empty() ? Step::kKeep : Step::kChunk;
  return data;
}

void SecStream::Next(SecCommand& command) {
  if (step_ == Step::kInner) {
    step_ = Step::kOuter;
    command = HalfOfEmptyHmac();
    return;
  }
  const Bytes data = TakeStep();
  step_bytes_ = static_cast<uint32_t>(data.size());
  if (step_ == Step::kFinal && data.empty() && !started_ &&
      type_ == SecType::k2) {
    step_ = IsHmac(algorithm_) ? Step::kInner : Step::kConstant;
  }
  switch (step_) {
    case Step::kChunk:
    case Step::kFinal:
      command = PieceCommand(data);
      break;
    case Step::kInner:
      command = HalfOfEmptyHmac();
      break;
    case Step::kKeep:
    case Step::kConstant:
    case Step::kOuter:
      command = NothingCommand();
      break;
  }
}

SecCommand SecStream::PieceCommand(Bytes data) const {
  SecCommand command = DigestCommand(type_, algorithm_, data, state());
  if (IsHmac(algorithm_)) {
    command.a_key = DeviceAddress(key());
    command.a_key_words = static_cast<uint8_t>((key_bytes_ + 3) / 4);
  }
  if (started_) {
    command.ai_gen = HISI_SEC_AI_FROM_ADDR;
    command.a_iv = command.mac;
  }
  if (step_ == Step::kChunk) {
    command.a_pad = HISI_SEC_NO_PAD;
    // 0 means all of the state; not so for SM3 and HMAC (UADK).
    if (!IsHmac(algorithm_) && algorithm_ != Algorithm::kSm3) {
      command.mac_words = 0;
    }
  } else if (started_) {
    command.long_a_data_len = (hashed_bytes_ + data.size()) * 8;
  }
  return command;
}

// H(key ^ opad, H(key ^ ipad)), of which the inner one is in the state when the
// outer one is asked for.
SecCommand SecStream::HalfOfEmptyHmac() {
  const bool outer = step_ == Step::kOuter;
  for (uint32_t i = 0; i < block_bytes_; ++i) {
    buffer()[i] = key()[i] ^ (outer ? kOuterPad : kInnerPad);
  }
  size_t bytes = block_bytes_;
  if (outer) {
    const size_t digest_bytes = Info(algorithm_).digest_bytes;
    std::memcpy(buffer() + bytes, state(), digest_bytes);
    bytes += digest_bytes;
  }
  return DigestCommand(type_, HashOfHmac(algorithm_), {buffer(), bytes},
                       state());
}

bool SecStream::Finish() {
  switch (step_) {
    case Step::kInner:
      return true;
    case Step::kChunk:
      started_ = true;
      hashed_bytes_ += step_bytes_;
      if (last_ || rest_.size() >= block_bytes_) return true;
      TopUp();
      break;
    case Step::kKeep:
      break;
    case Step::kFinal:
    case Step::kOuter:
      GiveDigest(state());
      break;
    case Step::kConstant:
      GiveDigest(EmptyDigest(algorithm_).data());
      break;
  }
  return false;
}

void SecStream::GiveDigest(const uint8_t* digest) {
  produced_bytes_ = Info(algorithm_).digest_bytes;
  std::memcpy(destination_.data(), digest, produced_bytes_);
  progress_.done = true;
  explicit_bzero(memory_.data(), kMemoryBytes);
}

absl::StatusOr<std::unique_ptr<Stream>> NewSecStream(int qm_version,
                                                     const StreamSpec& spec) {
  if (spec.operation != Operation::kDigest ||
      !SecHas(qm_version, spec.operation, spec.algorithm) ||
      spec.key.size() > SecAlgorithmOf(spec.algorithm).block_bytes) {
    return absl::Status(absl::StatusCode::kUnimplemented, "");
  }
  DmaBuffer memory = DmaBuffer::Allocate(SecStream::kMemoryBytes);
  if (memory.data() != nullptr) {
    std::unique_ptr<Stream> stream(new (std::nothrow) SecStream(
        SecTypeOf(qm_version), spec.algorithm, spec.key, std::move(memory)));
    if (stream != nullptr) return stream;
  }
  return absl::Status(absl::StatusCode::kResourceExhausted, "");
}

}  // namespace uacced::hw::hisi
