// What a ZIP descriptor asks for, once everything in it has been checked.
//
// Units:   bytes.
// Threads: ZipRequest is a value; ParseZipRequest() is thread-safe.
#ifndef UACCED_HW_HISI_MODEL_ZIP_REQUEST_H_
#define UACCED_HW_HISI_MODEL_ZIP_REQUEST_H_

#include <cstdint>

#include "hw/hisi/abi/zip.h"
#include "hw/hisi/model/dma_space.h"
#include "hw/hisi/model/engine.h"
#include "hw/hisi/model/sgl_reader.h"
#include "hw/hisi/model/zip_status.h"

namespace uacced::hw::hisi {

enum class ZipFormat : uint8_t { kDeflate, kZlib, kGzip, kLz4 };

struct ZipRequest {
  ZipFormat format = ZipFormat::kDeflate;
  bool compress = false;
  bool stateful = false;
  bool stream_new = false;  // Always when not stateful.
  bool finish = false;      // Always when not stateful.
  // v1 of UADK sends such ones: completes, and touches nothing.
  bool bypass = false;
  int window_bits = 15;  // Of compression: matches are no farther away.
  DmaRange source;
  DmaRange room;
  uint64_t context_address = 0;  // Stateful.
};

// Where the output goes, at most `bytes` of it. False: the list is none.
bool FindZipOutput(DmaSpace& memory, const hisi_zip_sqe& sqe, uint64_t bytes,
                   DmaRange& output);

// kOk, with `request` filled in; or what is wrong with the descriptor. A list
// may be shorter than the descriptor says, and then counts. Room in a list
// beyond `max_sgl_bytes` is not used; input beyond it is refused.
ZipStatus ParseZipRequest(const QueueKind& kind, DmaSpace& memory,
                          const hisi_zip_sqe& sqe, uint64_t max_sgl_bytes,
                          ZipRequest& request);

}  // namespace uacced::hw::hisi

#endif  // UACCED_HW_HISI_MODEL_ZIP_REQUEST_H_
