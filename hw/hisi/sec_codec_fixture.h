// What the tests of SEC's codec share: a codec and a device that does what its
// descriptors say, of one version, and the CPU to compare with.
#ifndef UACCED_HW_HISI_SEC_CODEC_FIXTURE_H_
#define UACCED_HW_HISI_SEC_CODEC_FIXTURE_H_

#include <bit>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "hw/hisi/sec_codec.h"
#include "hw/hisi/sec_test_device.h"
#include "hw/hisi/sqe_codec.h"
#include "hw/queue_contract_fixture.h"
#include "hw/soft/engine.h"

namespace uacced::hw::hisi {

// The parameter is the version of the queue manager.
class SecCodecFixture : public ::testing::TestWithParam<int> {
 protected:
  static constexpr uint32_t kDepth = 8;
  using ByteVector = std::vector<uint8_t>;
  struct Ended {
    absl::StatusCode code = absl::StatusCode::kInternal;
    ByteVector output;
  };

  int version() const { return GetParam(); }

  // A descriptor of `request`, which must be covered and encoded.
  Sqe Encode(const Request& request, uint32_t entry = 1) {
    Sqe sqe;
    std::memset(&sqe, 0xcc, sizeof(sqe));
    EXPECT_TRUE(codec_->capabilities().Covers(request));
    EXPECT_EQ(codec_->Encode(request, entry, sqe), absl::StatusCode::kOk);
    return sqe;
  }

  // Through codec and device. Entries are used in turn.
  CodecStep Run(const Request& request) {
    const uint32_t entry = next_entry_++ % kDepth;
    Sqe sqe;
    std::memset(&sqe, 0xcc, sizeof(sqe));
    EXPECT_TRUE(codec_->capabilities().Covers(request));
    const absl::StatusCode code = codec_->Encode(request, entry, sqe);
    if (code != absl::StatusCode::kOk) return CodecStep::Failed(code);
    for (;;) {
      device_.Execute(sqe);
      const CodecStep decoded = codec_->Decode(entry, sqe);
      if (decoded.kind() != CodecStep::Kind::kWork) return decoded;
      codec_->Continue(entry, sqe);
    }
  }

  Ended Run(const ContractWork& work) {
    const CodecStep decoded = Run(work.request);
    EXPECT_EQ(decoded.kind(), CodecStep::Kind::kDone);
    EXPECT_TRUE(work.GuardIsIntact());
    Ended ended;
    ended.code = decoded.code();
    if (ended.code == absl::StatusCode::kOk) {
      ended.output = work.Output(decoded.produced_bytes());
    }
    return ended;
  }

  Ended RunOnCpu(const ContractWork& work) {
    const Result result = engine_.Execute(work.request);
    Ended ended;
    ended.code = result.code;
    if (result.ok()) ended.output = work.Output(result.produced_bytes);
    return ended;
  }

  // The request of `work`, on other memory, as the device and as the CPU do it.
  static std::unique_ptr<ContractWork> Copy(const ContractWork& work) {
    const Request& from = work.request;
    auto copy = std::make_unique<ContractWork>(
        from.operation, from.algorithm,
        ByteVector(from.source.begin(), from.source.end()));
    Request request = from;
    request.source = copy->request.source;
    copy->mac = work.mac;
    if (from.operation == Operation::kEncrypt) request.mac = copy->mac;
    if (from.operation == Operation::kDecrypt) request.expected_mac = copy->mac;
    copy->request = request;
    copy->SetRoom(from.destination.size());
    return copy;
  }

  // Both must come to the same. Returns it.
  Ended Compare(ContractWork& work) {
    const auto on_cpu = Copy(work);
    const Ended expected = RunOnCpu(*on_cpu);
    Ended ended = Run(work);
    EXPECT_EQ(ended.code, expected.code);
    EXPECT_EQ(ended.output, expected.output);
    if (expected.code == absl::StatusCode::kOk) {
      EXPECT_EQ(work.mac, on_cpu->mac);
    }
    return ended;
  }

  // What undoes `work`, which has given `output`.
  static std::unique_ptr<ContractWork> Undo(const ContractWork& work,
                                            const ByteVector& output) {
    auto undo = std::make_unique<ContractWork>(Operation::kDecrypt,
                                               work.request.algorithm, output);
    undo->request.key = work.request.key;
    undo->request.nonce = work.request.nonce;
    undo->request.associated_data = work.request.associated_data;
    undo->request.pkcs7_padding = work.request.pkcs7_padding;
    undo->mac = work.mac;
    undo->request.expected_mac = undo->mac;
    return undo;
  }

  // What a descriptor points to.
  static const uint8_t* PointerOf(uint64_t address) {
    return std::bit_cast<const uint8_t*>(static_cast<uintptr_t>(address));
  }

  static void SetMacBytes(ContractWork& work, size_t bytes) {
    work.mac.assign(bytes, 0xA5);
    work.request.mac = work.mac;
  }

  std::unique_ptr<SqeCodec> codec_ = NewSecCodec(GetParam(), kDepth);
  SecTestDevice device_{GetParam()};
  EvpAlgorithms algorithms_;
  Engine engine_{algorithms_};
  uint32_t next_entry_ = 0;
};

}  // namespace uacced::hw::hisi

#endif  // UACCED_HW_HISI_SEC_CODEC_FIXTURE_H_
