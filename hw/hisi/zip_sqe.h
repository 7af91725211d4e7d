// One descriptor of the ZIP engine: what it can be asked, and what it answers.
// Words to bits and back, without an opinion.
//
// Units:   bytes; addresses are the device's, which are the process's own.
// Threads: plain values.
#ifndef UACCED_HW_HISI_ZIP_SQE_H_
#define UACCED_HW_HISI_ZIP_SQE_H_

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "absl/status/status.h"
#include "hw/algorithm.h"
#include "hw/hisi/abi/zip.h"
#include "hw/hisi/qm_version.h"
#include "hw/hisi/sqe_codec.h"

namespace uacced::hw::hisi {

// What a stateful request hands to the next one.
struct ZipWords {
  uint32_t ctx_dw0 = 0;
  uint32_t ctx_dw1 = 0;
  uint32_t ctx_dw2 = 0;
  uint32_t isize = 0;
  uint32_t checksum = 0;
};

struct ZipWork {
  uint8_t request = 0;  // HISI_ZIP_REQ_*
  bool is_sgl = false;  // Addresses are those of lists.
  uint64_t source = 0;
  uint64_t destination = 0;
  uint32_t source_bytes = 0;
  uint32_t room_bytes = 0;
  // Into the lists; with them, `source_bytes` and `room_bytes` are what is
  // left.
  uint32_t source_skip_bytes = 0;
  uint32_t destination_skip_bytes = 0;
  uint32_t window = HISI_ZIP_WINDOW_32K;
  bool is_first = true;  // Of a stream.
  bool finish = true;    // Ends it.
  // 0: stateless, one whole stream. Else HISI_ZIP_CTX_HW_OFFSET into a context
  // buffer.
  uint64_t context = 0;
  ZipWords words;
};

struct ZipAnswer {
  uint32_t consumed_bytes = 0;
  uint32_t produced_bytes = 0;
  uint8_t status = 0;
  bool is_last_block = false;
};

// The code of a compression format's requests. REQUIRES: kDeflate, kZlib, kGzip
// or kLz4.
inline uint8_t ZipRequestType(Algorithm format) {
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

// The type of such a request's descriptor: the tag has another place in each.
// Raw deflate never had the old one.
inline uint32_t ZipSqeType(QmVersion version, uint8_t request) {
  const bool is_old =
      version < QmVersion::kV3 &&
      (request == HISI_ZIP_REQ_ZLIB || request == HISI_ZIP_REQ_GZIP);
  return is_old ? HISI_ZIP_TYPE_V1 : HISI_ZIP_TYPE_V3;
}

// Writes all of `sqe`. The word of the consumed bytes, which every device
// writes when it succeeds, has more than any request: a descriptor which the
// device never came to is not taken for an answer.
//
// Each byte is stored once, by pairs of words: what is cleared first and filled
// later, or put together elsewhere and copied, takes several times as long. So
// does a ZipWork that is written to memory first, hence inline.
[[gnu::always_inline]] inline void WriteZipSqe(QmVersion version,
                                               const ZipWork& work,
                                               uint32_t tag, Sqe& sqe) {
  const uint32_t type = ZipSqeType(version, work.request);
  const bool is_old = type == HISI_ZIP_TYPE_V1;
  const uint32_t dw7 = (work.source_skip_bytes & HISI_ZIP_SOURCE_SKIP_MASK) |
                       (work.finish ? HISI_ZIP_FLUSH_FINISH : 0) |
                       (work.context != 0 ? HISI_ZIP_STATEFUL : 0) |
                       (work.is_first ? HISI_ZIP_STREAM_NEW : 0) |
                       type << HISI_ZIP_TYPE_SHIFT;
  const uint32_t dw8 = work.destination_skip_bytes & HISI_ZIP_DEST_SKIP_MASK;
  const uint32_t dw9 = work.request |
                       (work.is_sgl ? HISI_ZIP_BUF_SGL : HISI_ZIP_BUF_FLAT)
                           << HISI_ZIP_BUF_TYPE_SHIFT |
                       (work.window & HISI_ZIP_WINDOW_MASK)
                           << HISI_ZIP_WINDOW_SHIFT;
  const auto words = [](uint32_t first, uint32_t second) {
    return first | uint64_t{second} << 32;
  };
  const auto put = [&sqe](size_t offset, uint64_t pair) {
    std::memcpy(&sqe.dword[offset / sizeof(uint32_t)], &pair, sizeof(pair));
  };
  put(offsetof(hisi_zip_sqe, consumed), words(UINT32_MAX, 0));
  put(offsetof(hisi_zip_sqe, comp_data_length), 0);
  put(offsetof(hisi_zip_sqe, input_data_length), work.source_bytes);
  put(offsetof(hisi_zip_sqe, lba_h), words(0, dw7));
  put(offsetof(hisi_zip_sqe, dw8), words(dw8, dw9));
  put(offsetof(hisi_zip_sqe, dw10), 0);
  put(offsetof(hisi_zip_sqe, dw12), words(0, is_old ? tag : 0));
  put(offsetof(hisi_zip_sqe, dest_avail_out),
      words(work.room_bytes, work.words.ctx_dw0));
  put(offsetof(hisi_zip_sqe, comp_head_addr_l), 0);
  put(offsetof(hisi_zip_sqe, source_addr_l), work.source);
  put(offsetof(hisi_zip_sqe, dest_addr_l), work.destination);
  put(offsetof(hisi_zip_sqe, stream_ctx_addr_l), work.context);
  put(offsetof(hisi_zip_sqe, literals_addr_l), 0);
  put(offsetof(hisi_zip_sqe, tag_l), is_old ? 0 : tag);
  put(offsetof(hisi_zip_sqe, ctx_dw1),
      words(work.words.ctx_dw1, work.words.ctx_dw2));
  put(offsetof(hisi_zip_sqe, isize),
      words(work.words.isize, work.words.checksum));
}

// A word of a descriptor, by its place in hisi_zip_sqe.
inline uint32_t ReadZipWord(const volatile Sqe& sqe, size_t offset) {
  return sqe.dword[offset / sizeof(uint32_t)];
}

inline ZipAnswer ReadZipAnswer(const volatile Sqe& sqe) {
  const uint32_t dw3 = ReadZipWord(sqe, offsetof(hisi_zip_sqe, dw3));
  return {
      .consumed_bytes = ReadZipWord(sqe, offsetof(hisi_zip_sqe, consumed)),
      .produced_bytes = ReadZipWord(sqe, offsetof(hisi_zip_sqe, produced)),
      .status = static_cast<uint8_t>(dw3 & HISI_ZIP_STATUS_MASK),
      .is_last_block = (dw3 & HISI_ZIP_LAST_BLOCK) != 0,
  };
}

// Of a stateful request's answer.
ZipWords ReadZipWords(const volatile Sqe& sqe);

// `request`: of the work that the descriptor was written for.
inline uint32_t ReadZipTag(QmVersion version, uint8_t request,
                           const volatile Sqe& sqe) {
  return ReadZipWord(sqe, ZipSqeType(version, request) == HISI_ZIP_TYPE_V1
                              ? offsetof(hisi_zip_sqe, tag)
                              : offsetof(hisi_zip_sqe, tag_l));
}

// What a status means, all 256 of them. kOk: the counts of the answer hold.
absl::StatusCode ZipStatusCode(uint8_t status, Operation operation);

}  // namespace uacced::hw::hisi

#endif  // UACCED_HW_HISI_ZIP_SQE_H_
