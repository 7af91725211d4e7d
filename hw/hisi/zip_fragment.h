// A ZipFragment is one fragment (hw/request.h) on the ZIP engine: a session
// that makes blocks without an end, or reads them and sees that they have none.
//
// Threads: thread-compatible.
#ifndef UACCED_HW_HISI_ZIP_FRAGMENT_H_
#define UACCED_HW_HISI_ZIP_FRAGMENT_H_

#include <cstdint>

#include "hw/hisi/codec_step.h"
#include "hw/hisi/zip_session.h"
#include "hw/request.h"

namespace uacced::hw::hisi {

class ZipFragment {
 public:
  // `context`: see ZipSession. kDone: found without the device.
  CodecStep Begin(const Request& request, uint8_t* context);
  // REQUIRES: the latest step is kWork.
  const ZipWork& work() const { return session_.work(); }
  CodecStep Take(const ZipAnswer& answer, const ZipWords& words);

 private:
  CodecStep After(CodecStep step);
  CodecStep AfterBlocks(CodecStep step);
  CodecStep AfterEnd(CodecStep step);

  ZipSession session_;
  bool compresses_ = false;
  bool at_end_ = false;  // kDecompress: the blocks were read.
  uint32_t produced_bytes_ = 0;
  uint32_t* checksum_ = nullptr;
};

}  // namespace uacced::hw::hisi

#endif  // UACCED_HW_HISI_ZIP_FRAGMENT_H_
