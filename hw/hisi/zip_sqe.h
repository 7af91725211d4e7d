// One descriptor of the ZIP engine: what it can be asked, and what it answers.
// Words to bits and back, without an opinion.
//
// Units:   bytes; addresses are the device's, which are the process's own.
// Threads: plain values.
#ifndef UACCED_HW_HISI_ZIP_SQE_H_
#define UACCED_HW_HISI_ZIP_SQE_H_

#include <cstdint>

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
  ZipWords words;
};

// The code of a compression format's requests. REQUIRES: kDeflate, kZlib, kGzip
// or kLz4.
uint8_t ZipRequestType(Algorithm format);

// All of `sqe`.
void WriteZipSqe(QmVersion version, const ZipWork& work, uint32_t tag,
                 Sqe& sqe);

// Spoils a word that every device writes when it succeeds, so that a descriptor
// which it never came to is not taken for an answer: it has consumed more than
// any request has.
void MarkUnanswered(Sqe& sqe);

ZipAnswer ReadZipSqe(const Sqe& sqe);

// `request`: of the work that the descriptor was written for.
uint32_t ReadZipTag(QmVersion version, uint8_t request, const Sqe& sqe);

// What a status means, all 256 of them. kOk: the counts of the answer hold.
absl::StatusCode ZipStatusCode(uint8_t status, Operation operation);

}  // namespace uacced::hw::hisi

#endif  // UACCED_HW_HISI_ZIP_SQE_H_
