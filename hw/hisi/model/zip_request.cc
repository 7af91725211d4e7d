#include "hw/hisi/model/zip_request.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "hw/hisi/abi/qm.h"

namespace uacced::hw::hisi {
namespace {

constexpr uint32_t kFirstVersionOfLz4 = 3;
constexpr uint32_t kContextAlignBytes = 16;

uint64_t Address(uint32_t low, uint32_t high) {
  return uint64_t{high} << 32 | low;
}

uint32_t TypeOf(const hisi_zip_sqe& sqe) {
  return sqe.dw7 >> HISI_ZIP_TYPE_SHIFT & HISI_ZIP_TYPE_MASK;
}

uint32_t BufferTypeOf(const hisi_zip_sqe& sqe) {
  return sqe.dw9 >> HISI_ZIP_BUF_TYPE_SHIFT & HISI_ZIP_BUF_TYPE_MASK;
}

bool IsLz77(uint32_t request_type) {
  return request_type >= HISI_ZIP_REQ_LZ77_ONLY &&
         request_type <= HISI_ZIP_REQ_LZ77_ZSTD;
}

// Which type a queue of one version gets is a matter of the software above, so
// every version takes both. Only raw deflate never had the old one.
ZipStatus ParseType(const QueueKind& kind, const hisi_zip_sqe& sqe,
                    ZipRequest& request) {
  const uint32_t type = TypeOf(sqe);
  if (type != HISI_ZIP_TYPE_V1 && type != HISI_ZIP_TYPE_V3) {
    return ZipStatus::kBadType;
  }
  request.compress = kind.qc_type == HISI_QM_QC_TYPE_COMPRESS;
  if (!request.compress && kind.qc_type != HISI_QM_QC_TYPE_DECOMPRESS) {
    return ZipStatus::kBadRequest;
  }
  const uint32_t request_type = sqe.dw9 & HISI_ZIP_REQ_TYPE_MASK;
  switch (request_type) {
    case HISI_ZIP_REQ_ZLIB:
      request.format = ZipFormat::kZlib;
      return ZipStatus::kOk;
    case HISI_ZIP_REQ_GZIP:
      request.format = ZipFormat::kGzip;
      return ZipStatus::kOk;
    case HISI_ZIP_REQ_DEFLATE:
      request.format = ZipFormat::kDeflate;
      break;
    case HISI_ZIP_REQ_LZ4:
      if (kind.version < kFirstVersionOfLz4 || !request.compress) {
        return ZipStatus::kBadRequest;
      }
      request.format = ZipFormat::kLz4;
      break;
    default:
      return IsLz77(request_type) ? ZipStatus::kNotImplemented
                                  : ZipStatus::kBadRequest;
  }
  return type == HISI_ZIP_TYPE_V3 ? ZipStatus::kOk : ZipStatus::kBadType;
}

ZipStatus ParseMode(const hisi_zip_sqe& sqe, ZipRequest& request) {
  request.stateful = (sqe.dw7 & HISI_ZIP_STATEFUL) != 0;
  request.stream_new =
      !request.stateful || (sqe.dw7 & HISI_ZIP_STREAM_NEW) != 0;
  request.finish = !request.stateful || (sqe.dw7 & HISI_ZIP_FLUSH_FINISH) != 0;
  request.bypass =
      sqe.input_data_length == 0 && sqe.dest_avail_out <= HISI_ZIP_BYPASS_ROOM;
  if (!request.stateful) return ZipStatus::kOk;
  if (request.format == ZipFormat::kLz4) return ZipStatus::kBadRequest;
  // Only now: stateless requests may have anything there.
  request.context_address =
      Address(sqe.stream_ctx_addr_l, sqe.stream_ctx_addr_h);
  if (request.context_address % kContextAlignBytes != 0 ||
      request.context_address > UINT64_MAX - HISI_ZIP_CTX_HW_BYTES) {
    return ZipStatus::kBadContext;
  }
  return ZipStatus::kOk;
}

// Of decompression those bits may be anything.
ZipStatus ParseWindow(const hisi_zip_sqe& sqe, ZipRequest& request) {
  if (!request.compress) return ZipStatus::kOk;
  switch (sqe.dw9 >> HISI_ZIP_WINDOW_SHIFT & HISI_ZIP_WINDOW_MASK) {
    case HISI_ZIP_WINDOW_4K:
      request.window_bits = 12;
      return ZipStatus::kOk;
    case HISI_ZIP_WINDOW_8K:
      request.window_bits = 13;
      return ZipStatus::kOk;
    case HISI_ZIP_WINDOW_16K:
    case HISI_ZIP_WINDOW_24K:  // zlib has powers of two; less is allowed.
      request.window_bits = 14;
      return ZipStatus::kOk;
    case HISI_ZIP_WINDOW_32K:
      request.window_bits = 15;
      return ZipStatus::kOk;
    default:
      return ZipStatus::kBadWindow;
  }
}

ZipStatus ParseBuffers(DmaSpace& memory, const hisi_zip_sqe& sqe,
                       uint64_t max_sgl_bytes, ZipRequest& request) {
  const uint64_t source_bytes = sqe.input_data_length;
  const uint64_t source = Address(sqe.source_addr_l, sqe.source_addr_h);
  const bool lz4 = request.format == ZipFormat::kLz4;
  if (lz4 && (source_bytes == 0 || source_bytes > HISI_ZIP_MAX_FLAT_BYTES)) {
    return ZipStatus::kBadLength;
  }
  switch (BufferTypeOf(sqe)) {
    case HISI_ZIP_BUF_FLAT:
      if (source_bytes > HISI_ZIP_MAX_FLAT_BYTES ||
          sqe.dest_avail_out > HISI_ZIP_MAX_FLAT_BYTES) {
        return ZipStatus::kBadLength;
      }
      request.source = DmaRange::Flat(source, source_bytes);
      break;
    case HISI_ZIP_BUF_SGL: {
      if (source_bytes > max_sgl_bytes) return ZipStatus::kBadLength;
      std::optional<DmaRange> list = ReadSgl(
          memory, source, sqe.dw7 & HISI_ZIP_SOURCE_SKIP_MASK, source_bytes);
      if (!list.has_value()) return ZipStatus::kBadSgl;
      request.source = *std::move(list);
      break;
    }
    default:
      return ZipStatus::kBadBufferType;
  }
  const uint64_t room_bytes =
      std::min<uint64_t>(sqe.dest_avail_out, max_sgl_bytes);
  return FindZipOutput(memory, sqe, room_bytes, request.room)
             ? ZipStatus::kOk
             : ZipStatus::kBadSgl;
}

}  // namespace

bool FindZipOutput(DmaSpace& memory, const hisi_zip_sqe& sqe, uint64_t bytes,
                   DmaRange& output) {
  const uint64_t address = Address(sqe.dest_addr_l, sqe.dest_addr_h);
  if (BufferTypeOf(sqe) == HISI_ZIP_BUF_FLAT) {
    output = DmaRange::Flat(address, bytes);
    return true;
  }
  std::optional<DmaRange> list =
      ReadSgl(memory, address, sqe.dw8 & HISI_ZIP_DEST_SKIP_MASK, bytes);
  if (!list.has_value()) return false;
  output = *std::move(list);
  return true;
}

ZipStatus ParseZipRequest(const QueueKind& kind, DmaSpace& memory,
                          const hisi_zip_sqe& sqe, uint64_t max_sgl_bytes,
                          ZipRequest& request) {
  ZipStatus status = ParseType(kind, sqe, request);
  if (status == ZipStatus::kOk) status = ParseMode(sqe, request);
  if (status == ZipStatus::kOk) status = ParseWindow(sqe, request);
  if (status != ZipStatus::kOk || request.bypass) return status;
  return ParseBuffers(memory, sqe, max_sgl_bytes, request);
}

}  // namespace uacced::hw::hisi
