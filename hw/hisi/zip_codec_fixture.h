// What the tests of the ZIP codec share: one entry, and a device that is the
// test.
#ifndef UACCED_HW_HISI_ZIP_CODEC_FIXTURE_H_
#define UACCED_HW_HISI_ZIP_CODEC_FIXTURE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "gtest/gtest.h"
#include "hw/hisi/sqe_codec.h"
#include "hw/hisi/zip_codec.h"

namespace uacced::hw::hisi {

class ZipCodecFixture : public ::testing::Test {
 protected:
  using ByteVector = std::vector<uint8_t>;
  using Kind = CodecStep::Kind;
  static constexpr auto kOk = absl::StatusCode::kOk;
  static constexpr auto kCorrupt = absl::StatusCode::kInvalidArgument;
  static constexpr auto kTooSmall = absl::StatusCode::kOutOfRange;
  static constexpr const char* kAlgorithms =
      "zlib\ngzip\ndeflate\nlz77_zstd\nlz4\n";

  void SetUp() override { Open(QmVersion::kV3, Operation::kCompress); }

  void Open(QmVersion version, Operation operation) {
    version_ = version;
    operation_ = operation;
    codec_ = NewZipCodec(
        {.version = version,
         .depth = 4,
         .capabilities = ZipCapabilities(version, kAlgorithms, operation)});
    ASSERT_NE(codec_, nullptr);
  }

  Request Make(Algorithm format, const ByteVector& source, size_t room) {
    destination_.assign(room, 0xa5);
    Request request;
    request.operation = operation_;
    request.algorithm = format;
    request.level = 1;
    request.source = source;
    request.destination = destination_;
    return request;
  }
  absl::StatusCode Encode(Algorithm format, const ByteVector& source,
                          size_t room) {
    return codec_->Encode(Make(format, source, room), 1, sqe_);
  }
  // As the device does it.
  void Answer(uint32_t consumed, uint32_t produced, uint32_t dw3 = 0) {
    sqe_.dword[0] = consumed;
    sqe_.dword[1] = produced;
    sqe_.dword[3] = dw3;
  }
  CodecStep Decode() { return codec_->Decode(1, sqe_); }
  ByteVector Output(size_t bytes) const {
    return {destination_.begin(), destination_.begin() + bytes};
  }
  static uint64_t At(const void* memory) {
    return reinterpret_cast<uintptr_t>(memory);
  }
  uint64_t Address(int low) const {
    return sqe_.dword[low] | uint64_t{sqe_.dword[low + 1]} << 32;
  }

  QmVersion version_;
  Operation operation_;
  std::unique_ptr<SqeCodec> codec_;
  ByteVector destination_;
  Sqe sqe_;
};

}  // namespace uacced::hw::hisi

#endif  // UACCED_HW_HISI_ZIP_CODEC_FIXTURE_H_
