#include "hw/hisi/zip_sqe.h"

#include <bit>
#include <cstddef>

namespace uacced::hw::hisi {
namespace {

static_assert(sizeof(hisi_zip_sqe) == sizeof(Sqe));

constexpr uint32_t kUnanswered = UINT32_MAX;

uint32_t Low(uint64_t address) { return static_cast<uint32_t>(address); }
uint32_t High(uint64_t address) { return static_cast<uint32_t>(address >> 32); }

// The tag has another place in each type. Raw deflate never had the old one.
uint32_t TypeOf(QmVersion version, uint8_t request) {
  const bool is_old =
      version < QmVersion::kV3 &&
      (request == HISI_ZIP_REQ_ZLIB || request == HISI_ZIP_REQ_GZIP);
  return is_old ? HISI_ZIP_TYPE_V1 : HISI_ZIP_TYPE_V3;
}

}  // namespace

uint8_t ZipRequestType(Algorithm format) {
  switch (format) {
    case Algorithm::kZlib:
      return HISI_ZIP_REQ_ZLIB;
    case Algorithm::kGzip:
      return HISI_ZIP_REQ_GZIP;
    case Algorithm::kLz4:
      return HISI_ZIP_REQ_LZ4;
    default:
      return HISI_ZIP_REQ_DEFLATE;
  }
}

void WriteZipSqe(QmVersion version, const ZipWork& work, uint32_t tag,
                 Sqe& sqe) {
  const uint32_t type = TypeOf(version, work.request);
  // Straight into place: what is written in words and copied at once as more
  // than words makes the processor wait.
  sqe = {};
  const auto put = [&sqe](size_t offset, uint32_t value) {
    sqe.dword[offset / sizeof(uint32_t)] = value;
  };
  put(offsetof(hisi_zip_sqe, input_data_length), work.source_bytes);
  put(offsetof(hisi_zip_sqe, dw7),
      (work.source_skip_bytes & HISI_ZIP_SOURCE_SKIP_MASK) |
          (work.finish ? HISI_ZIP_FLUSH_FINISH : 0) |
          (work.context != 0 ? HISI_ZIP_STATEFUL : 0) |
          (work.is_first ? HISI_ZIP_STREAM_NEW : 0) |
          type << HISI_ZIP_TYPE_SHIFT);
  put(offsetof(hisi_zip_sqe, dw8),
      work.destination_skip_bytes & HISI_ZIP_DEST_SKIP_MASK);
  put(offsetof(hisi_zip_sqe, dw9),
      work.request |
          (work.is_sgl ? HISI_ZIP_BUF_SGL : HISI_ZIP_BUF_FLAT)
              << HISI_ZIP_BUF_TYPE_SHIFT |
          (work.window & HISI_ZIP_WINDOW_MASK) << HISI_ZIP_WINDOW_SHIFT);
  put(type == HISI_ZIP_TYPE_V1 ? offsetof(hisi_zip_sqe, tag)
                               : offsetof(hisi_zip_sqe, tag_l),
      tag);
  put(offsetof(hisi_zip_sqe, dest_avail_out), work.room_bytes);
  put(offsetof(hisi_zip_sqe, source_addr_l), Low(work.source));
  put(offsetof(hisi_zip_sqe, source_addr_h), High(work.source));
  put(offsetof(hisi_zip_sqe, dest_addr_l), Low(work.destination));
  put(offsetof(hisi_zip_sqe, dest_addr_h), High(work.destination));
  put(offsetof(hisi_zip_sqe, stream_ctx_addr_l), Low(work.context));
  put(offsetof(hisi_zip_sqe, stream_ctx_addr_h), High(work.context));
  put(offsetof(hisi_zip_sqe, ctx_dw0), work.words.ctx_dw0);
  put(offsetof(hisi_zip_sqe, ctx_dw1), work.words.ctx_dw1);
  put(offsetof(hisi_zip_sqe, ctx_dw2), work.words.ctx_dw2);
  put(offsetof(hisi_zip_sqe, isize), work.words.isize);
  put(offsetof(hisi_zip_sqe, checksum), work.words.checksum);
}

void MarkUnanswered(Sqe& sqe) {
  sqe.dword[offsetof(hisi_zip_sqe, consumed) / sizeof(uint32_t)] = kUnanswered;
}

ZipAnswer ReadZipSqe(const Sqe& sqe) {
  const auto zip = std::bit_cast<hisi_zip_sqe>(sqe);
  return {
      .consumed_bytes = zip.consumed,
      .produced_bytes = zip.produced,
      .status = static_cast<uint8_t>(zip.dw3 & HISI_ZIP_STATUS_MASK),
      .is_last_block = (zip.dw3 & HISI_ZIP_LAST_BLOCK) != 0,
      .words = {.ctx_dw0 = zip.ctx_dw0,
                .ctx_dw1 = zip.ctx_dw1,
                .ctx_dw2 = zip.ctx_dw2,
                .isize = zip.isize,
                .checksum = zip.checksum},
  };
}

uint32_t ReadZipTag(QmVersion version, uint8_t request, const Sqe& sqe) {
  const auto zip = std::bit_cast<hisi_zip_sqe>(sqe);
  return TypeOf(version, request) == HISI_ZIP_TYPE_V1 ? zip.tag : zip.tag_l;
}

absl::StatusCode ZipStatusCode(uint8_t status, Operation operation) {
  const bool reads = operation == Operation::kDecompress;
  switch (status) {
    case HISI_ZIP_OK:
    case HISI_ZIP_NEGATIVE_COMPRESSION:
      return absl::StatusCode::kOk;
    case HISI_ZIP_DECOMPRESS_END:
      if (reads) return absl::StatusCode::kOk;
      break;
    case HISI_ZIP_DEST_TOO_SMALL:
      return absl::StatusCode::kOutOfRange;
    case HISI_ZIP_SOURCE_DIF_ERROR:
    case HISI_ZIP_DEST_DIF_ERROR:
      return absl::StatusCode::kInternal;  // We ask for no such thing.
    default:
      break;
  }
  // The other numbers are not public. Any input can be compressed, so there it
  // is the device's fault; what is to be decompressed may be anything.
  return reads ? absl::StatusCode::kInvalidArgument
               : absl::StatusCode::kUnavailable;
}

}  // namespace uacced::hw::hisi
