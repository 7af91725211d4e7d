#include "hw/hisi/model/zip_engine.h"

#include <algorithm>
#include <bit>
#include <memory>
#include <optional>
#include <utility>

#include "hw/hisi/abi/zip.h"
#include "hw/hisi/model/sgl_reader.h"
#include "hw/hisi/model/zip_checksum.h"
#include "hw/hisi/model/zip_coder.h"
#include "hw/hisi/model/zip_coder_pool.h"
#include "hw/hisi/model/zip_lz4.h"
#include "hw/hisi/model/zip_pump.h"
#include "hw/hisi/model/zip_status.h"
#include "hw/request.h"

namespace uacced::hw::hisi {

// What is written into a descriptor.
struct ZipEngine::Answer {
  ZipStatus status = ZipStatus::kOk;
  bool last_block = false;
  uint64_t consumed = 0;
  uint64_t produced = 0;
  uint32_t context_state = 0;  // dw15.
  uint64_t data_bytes = 0;
  uint32_t checksum = 0;
};

namespace {

constexpr uint64_t kMaxWindowBytes = 32768;

using Step = ZipCoder::Step;
using Token = ZipStreams::Token;

ZipStatus Compressed(const ZipProgress& progress) {
  const bool smaller =
      progress.produced < progress.consumed || progress.produced == 0;
  return smaller ? ZipStatus::kOk : ZipStatus::kNegativeCompression;
}

// Of steps that are an error in every mode.
ZipStatus ErrorOf(Step step) {
  switch (step) {
    case Step::kBadChecksum:
      return ZipStatus::kChecksumMismatch;
    case Step::kMisuse:
      return ZipStatus::kBadContext;
    case Step::kNoMemory:
      return ZipStatus::kNoResources;
    default:
      return ZipStatus::kBadData;
  }
}

ZipStatus StatelessStatus(const ZipRequest& request,
                          const ZipProgress& progress) {
  if (progress.memory_fault) return ZipStatus::kMemoryFault;
  switch (progress.step) {
    case Step::kEnd:
      return request.compress ? Compressed(progress) : ZipStatus::kOk;
    case Step::kNeedsInput:
      return ZipStatus::kTruncated;
    case Step::kNeedsRoom:
      return ZipStatus::kDestinationTooSmall;
    default:
      return ErrorOf(progress.step);
  }
}

// Software that resubmits until a stream ends must not do so for ever: a packet
// that moved nothing is an error.
ZipStatus StatefulStatus(const ZipRequest& request,
                         const ZipProgress& progress) {
  if (progress.memory_fault) return ZipStatus::kMemoryFault;
  const bool moved = progress.consumed != 0 || progress.produced != 0;
  switch (progress.step) {
    case Step::kEnd:
      return request.compress ? Compressed(progress)
                              : ZipStatus::kDecompressEnd;
    case Step::kNeedsInput:
      if (request.compress) return Compressed(progress);
      return moved ? ZipStatus::kOk : ZipStatus::kNoProgress;
    case Step::kNeedsRoom:
      return !request.compress && moved ? ZipStatus::kOk
                                        : ZipStatus::kDestinationTooSmall;
    default:
      return ErrorOf(progress.step);
  }
}

uint32_t ContextState(const ZipRequest& request, const ZipProgress& progress,
                      const ZipCoder& coder) {
  if (request.compress || progress.step != Step::kNeedsRoom) return 0;
  return coder.in_last_block()
             ? HISI_ZIP_CTX_STATE_LAST_NEEDS_ROOM | HISI_ZIP_CTX_BFINAL
             : HISI_ZIP_CTX_STATE_NEEDS_ROOM;
}

ZipCoderPool::Kind CoderKind(const ZipRequest& request) {
  return {.compress = request.compress,
          .format = request.format,
          .window_bits = request.window_bits};
}

Bytes AsBytes(const Token& token) {
  return {reinterpret_cast<const uint8_t*>(token.data()), sizeof(token)};
}

MutableBytes AsBytes(Token& token) {
  return {reinterpret_cast<uint8_t*>(token.data()), sizeof(token)};
}

// The token stands at both ends of a context, so that software which gives less
// memory than hardware needs, or uses it for something else, is found out.
uint64_t SecondTokenAddress(uint64_t context) {
  return context + HISI_ZIP_CTX_HW_BYTES - sizeof(Token);
}

bool ReadContext(DmaSpace& memory, uint64_t context, Token& first,
                 Token& second) {
  return memory.Read(context, AsBytes(first)) &&
         memory.Read(SecondTokenAddress(context), AsBytes(second));
}

bool WriteContext(DmaSpace& memory, uint64_t context, const Token& token) {
  return memory.Write(context, AsBytes(token)) &&
         memory.Write(SecondTokenAddress(context), AsBytes(token));
}

}  // namespace

ZipEngine::ZipEngine(const ZipEngineOptions& options)
    : options_(options), streams_(options.max_streams) {}

ZipEngine::Answer ZipEngine::RunStateless(DmaSpace& memory,
                                          const ZipRequest& request) const {
  Answer answer;
  ZipProgress progress;
  if (request.format == ZipFormat::kLz4) {
    progress = CompressZipLz4(memory, request.source, request.room);
    answer.data_bytes = progress.consumed;
  } else {
    std::unique_ptr<ZipCoder> coder = coders_.Take(CoderKind(request));
    if (coder == nullptr) {
      answer.status = ZipStatus::kNoResources;
      return answer;
    }
    progress = PumpZip(*coder, memory, request.source, request.room,
                       /*finish=*/true);
    answer.data_bytes = coder->checksum().data_bytes();
    answer.checksum = coder->checksum().device_word();
    coders_.Give(CoderKind(request), std::move(coder));
  }
  answer.status = StatelessStatus(request, progress);
  answer.consumed = progress.consumed;
  answer.produced = progress.produced;
  return answer;
}

ZipEngine::Answer ZipEngine::RunStateful(DmaSpace& memory,
                                         const ZipRequest& request) const {
  Answer answer;
  Token first;
  Token second;
  if (!ReadContext(memory, request.context_address, first, second)) {
    answer.status = ZipStatus::kMemoryFault;
    return answer;
  }
  // Of a first packet that is whatever was there; if it names a stream, then
  // one that was abandoned.
  std::optional<ZipStream> stream = streams_.Take(first);
  if (request.stream_new) {
    stream = ZipStream{request.format, request.compress,
                       coders_.Take(CoderKind(request))};
  }
  if (!stream.has_value() || stream->format != request.format ||
      stream->compress != request.compress ||
      (!request.stream_new && first != second)) {
    answer.status = ZipStatus::kBadContext;
    return answer;
  }
  if (stream->coder == nullptr) {
    answer.status = ZipStatus::kNoResources;
    return answer;
  }

  ZipCoder& coder = *stream->coder;
  const ZipProgress progress =
      PumpZip(coder, memory, request.source, request.room, request.finish);
  answer.status = StatefulStatus(request, progress);
  answer.last_block = answer.status == ZipStatus::kDecompressEnd;
  answer.consumed = progress.consumed;
  answer.produced = progress.produced;
  answer.data_bytes = coder.checksum().data_bytes();
  answer.checksum = coder.checksum().device_word();
  if (answer.status == ZipStatus::kOk) {
    answer.context_state = ContextState(request, progress, coder);
  }
  const bool goes_on =
      !progress.memory_fault &&
      (progress.step == Step::kNeedsInput || progress.step == Step::kNeedsRoom);
  if (goes_on && !WriteContext(memory, request.context_address,
                               streams_.Put(*std::move(stream)))) {
    answer = Answer{.status = ZipStatus::kMemoryFault};
  }
  return answer;
}

void ZipEngine::Execute(const QueueKind& kind, DmaSpace& memory,
                        Descriptor& descriptor) const {
  auto sqe = std::bit_cast<hisi_zip_sqe>(descriptor);
  ZipRequest request;
  Answer answer;
  answer.status =
      ParseZipRequest(kind, memory, sqe, options_.max_sgl_bytes, request);
  if (answer.status == ZipStatus::kOk && !request.bypass) {
    answer = request.stateful ? RunStateful(memory, request)
                              : RunStateless(memory, request);
  }
  sqe.consumed = static_cast<uint32_t>(answer.consumed);
  sqe.produced = static_cast<uint32_t>(answer.produced);
  sqe.comp_data_length = 0;
  sqe.dw3 = static_cast<uint32_t>(answer.status) |
            (answer.last_block ? HISI_ZIP_LAST_BLOCK : 0);
  if (answer.status != ZipStatus::kOk || !request.bypass) {
    sqe.ctx_dw0 = answer.context_state;
    sqe.ctx_dw1 = 0;
    sqe.ctx_dw2 =
        static_cast<uint32_t>(std::min(answer.data_bytes, kMaxWindowBytes));
    sqe.isize = static_cast<uint32_t>(answer.data_bytes);
    sqe.checksum = answer.checksum;
  }
  descriptor = std::bit_cast<Descriptor>(sqe);
}

void ZipEngine::Fail(uint32_t status, Descriptor& descriptor) const {
  auto sqe = std::bit_cast<hisi_zip_sqe>(descriptor);
  sqe.consumed = 0;
  sqe.produced = 0;
  sqe.comp_data_length = 0;
  sqe.dw3 = status & HISI_ZIP_STATUS_MASK;
  sqe.ctx_dw0 = 0;  // A state would hide the error from software.
  descriptor = std::bit_cast<Descriptor>(sqe);
}

bool ZipEngine::Corrupt(DmaSpace& memory, const Descriptor& descriptor,
                        uint64_t random) const {
  const auto sqe = std::bit_cast<hisi_zip_sqe>(descriptor);
  if (sqe.produced == 0) return false;
  DmaRange output;
  if (!FindZipOutput(memory, sqe, sqe.produced, output)) return false;
  if (output.bytes() < sqe.produced) return false;
  const uint64_t bit = random % (uint64_t{sqe.produced} * 8);
  uint8_t byte;
  if (!output.Read(memory, bit / 8, MutableBytes(&byte, 1))) return false;
  byte = static_cast<uint8_t>(byte ^ 1u << bit % 8);
  return output.Write(memory, bit / 8, Bytes(&byte, 1));
}

}  // namespace uacced::hw::hisi
