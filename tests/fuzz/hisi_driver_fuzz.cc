// A device that does what the input says, under the driver of ZIP queues: wrong
// descriptors, completions of anything in any phase, stop words. The driver
// completes each tag in flight at most once, stays within its buffers, and
// takes nothing for a success that the device has not written.
//
// Input: byte 0 version, operation and depth; then instructions, each a byte
// with operands behind it; what is missing reads as zero.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <utility>
#include <vector>

#include "hw/algorithm.h"
#include "hw/hisi/hisi_queue.h"
#include "hw/hisi/qm_version.h"
#include "hw/hisi/test_queue_port.h"
#include "hw/hisi/zip_codec.h"
#include "hw/hisi/zip_stream.h"
#include "hw/queue.h"
#include "hw/request.h"
#include "hw/stream.h"
#include "tests/fuzz/instruction_reader.h"

namespace uacced::hw::hisi {
namespace {

constexpr uint8_t kCanary = 0xa5;
constexpr size_t kCanaryBytes = 32;
constexpr Algorithm kFormats[] = {Algorithm::kGzip, Algorithm::kZlib,
                                  Algorithm::kDeflate, Algorithm::kLz4};
constexpr const char* kAlgorithms = "gzip\nzlib\ndeflate\nlz4";

[[noreturn]] void Fail(const char* what) {
  std::fprintf(stderr, "hisi_driver_fuzz: %s\n", what);
  std::abort();
}

// A request in flight, with its memory.
struct Work {
  bool in_flight = false;
  bool needs_device = false;
  size_t room_bytes = 0;
  std::vector<uint8_t> source, memory;
  uint32_t checksum = 0;
  std::unique_ptr<ZipEngineStream> stream;
};

class Driver {
 public:
  explicit Driver(InstructionReader in)
      : in_(in),
        options_(in_.Byte()),
        version_((options_ & 1) != 0 ? QmVersion::kV3 : QmVersion::kV2),
        operation_((options_ & 2) != 0 ? Operation::kCompress
                                       : Operation::kDecompress),
        rings_({.version = version_,
                .sq_depth = 2u << (options_ >> 2 & 3),
                .cq_depth = 2u << (options_ >> 4 & 3),
                .keep_doorbells = false}) {}

  void Run() {
    const uint32_t depth = rings_.options().sq_depth;
    auto queue = HisiQueue::Create(
        rings_.NewPort(), version_,
        NewZipCodec({.version = version_,
                     .depth = depth,
                     .capabilities =
                         ZipCapabilities(version_, kAlgorithms, operation_)}));
    if (!queue.ok()) Fail("a right queue was refused");
    queue_ = *std::move(queue);
    while (!in_.empty()) Instruction();
    queue_.reset();
    for (const Work& work : works_) CheckCanary(work);
  }

 private:
  void Instruction() {
    switch (in_.Byte() % 10) {
      case 0:
      case 1:
        return Submit();
      case 2:
        return queue_->Flush();
      case 3:
        return WriteWord();
      case 4:
        return AnswerWell();
      case 5:
        return PostAnything();
      case 6:
      case 7:
        return Poll();
      case 8:
        if (queue_->Arm() && queue_->fault() != QueueFault::kNone) {
          Fail("lets its owner sleep for ever");
        }
        return queue_->Disarm();
      default:
        return WriteStop();
    }
  }

  void Submit() {
    const uint32_t tag = in_.Byte() % queue_->depth();
    Work& work = works_[tag];
    if (queue_->free_slots() == 0 || work.in_flight) return;
    const uint8_t what = in_.Byte();
    work.source = in_.Take(in_.Byte());
    work.room_bytes = (what & 0x40) != 0 ? in_.Byte() : 4 * in_.Byte();
    work.memory.assign(work.room_bytes + kCanaryBytes, kCanary);
    Request request;
    request.operation = operation_;
    request.algorithm = kFormats[what & 3];
    request.level = 1;
    request.source = work.source;
    request.destination = MutableBytes(work.memory).first(work.room_bytes);
    request.checksum = &work.checksum;
    const bool is_deflate = request.algorithm != Algorithm::kLz4;
    request.fragment = is_deflate && (what >> 2 & 3) == 1;
    if (is_deflate && (what >> 2 & 3) == 2) {
      if (work.stream == nullptr || (what & 0x10) != 0) {
        work.stream = ZipEngineStream::Create(operation_, request.algorithm);
      }
      request.stream = work.stream.get();
      request.last = (what & 0x20) != 0;
    }
    work.needs_device = request.stream == nullptr && !work.source.empty();
    if (queue_->Submit(request, Tag{static_cast<uint16_t>(tag)}).ok()) {
      work.in_flight = true;
    }
  }

  uint32_t AnySlot() { return in_.Byte() % rings_.options().sq_depth; }

  void WriteWord() {
    const uint32_t slot = AnySlot();
    const uint32_t word = in_.Byte() % kSqeDwords;
    // Addresses are not the driver's to be hurt by: it reads none back.
    rings_.slot(slot).dword[word] = in_.Word();
  }

  void AnswerWell() {
    if (!rings_.HasWork()) return;
    const uint32_t slot = rings_.TakeSlot();
    Sqe& sqe = rings_.slot(slot);
    const uint8_t how = in_.Byte();
    sqe.dword[0] = (how & 1) != 0 ? sqe.dword[4] : in_.Byte();
    sqe.dword[1] = std::min<uint32_t>(sqe.dword[14], in_.Byte());
    sqe.dword[3] = (how & 2) != 0 ? 0 : (how & 4) != 0 ? 0x113 : in_.Byte();
    sqe.dword[15] = how >> 4;
    rings_.Complete(slot);
  }

  void PostAnything() {
    hisi_qm_cqe& cqe = rings_.cqe(in_.Byte() % rings_.options().cq_depth);
    cqe.sq_head = in_.Byte();
    if (cqe.sq_head >= 0xf0) cqe.sq_head = static_cast<uint16_t>(in_.Word());
    cqe.w7 = in_.Byte();
  }

  void WriteStop() {
    const uint8_t how = in_.Byte();
    if ((how & 0xf0) != 0) return;  // Seldom.
    if ((how & 1) != 0) rings_.SetTxStop(how >> 2);
    if ((how & 2) != 0) rings_.SetRxStop(how >> 2);
  }

  void Poll() {
    const QueueFault fault = queue_->fault();
    std::array<Completion, 4> out;
    const uint32_t count =
        queue_->Poll(std::span(out).first(1 + in_.Byte() % 4));
    if (fault != QueueFault::kNone && count > 0) Fail("goes on after a fault");
    for (uint32_t i = 0; i < count; ++i) {
      const auto tag = static_cast<size_t>(out[i].tag);
      if (tag >= works_.size() || !works_[tag].in_flight) {
        Fail("completed what is not in flight");
      }
      Work& work = works_[tag];
      work.in_flight = false;
      CheckCanary(work);
      if (out[i].code != absl::StatusCode::kOk) continue;
      if (out[i].produced_bytes > work.room_bytes) Fail("produced too much");
      if (work.needs_device && !WasAnswered(tag)) Fail("a success of nothing");
    }
  }

  // Some descriptor of that tag was written to.
  bool WasAnswered(size_t tag) {
    for (uint32_t slot = 0; slot < rings_.options().sq_depth; ++slot) {
      const Sqe& sqe = rings_.slot(slot);
      const bool is_its =
          (sqe.dword[13] & 0xffff) == tag || (sqe.dword[26] & 0xffff) == tag;
      if (is_its && sqe.dword[0] != UINT32_MAX) return true;
    }
    return false;
  }

  static void CheckCanary(const Work& work) {
    for (size_t i = work.room_bytes; i < work.memory.size(); ++i) {
      if (work.memory[i] != kCanary) Fail("wrote past a destination");
    }
  }

  InstructionReader in_;
  const uint8_t options_;
  const QmVersion version_;
  const Operation operation_;
  TestRings rings_;
  std::array<Work, 16> works_;
  std::unique_ptr<HisiQueue> queue_;
};

}  // namespace
}  // namespace uacced::hw::hisi

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  uacced::hw::hisi::Driver(uacced::InstructionReader(data, size)).Run();
  return 0;
}
