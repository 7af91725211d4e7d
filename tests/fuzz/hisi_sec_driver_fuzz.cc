// A device that does what the input says, under the driver of SEC queues: right
// and wrong answers, wrong descriptors, outputs and MACs that are none,
// completions of anything in any phase, stop words. The driver completes each
// tag in flight at most once, stays within its buffers, takes nothing for a
// success that the device has not said, and leaves neither plaintext nor a MAC
// of what failed.
//
// Input: byte 0 version and depths; then instructions, each a byte with
// operands behind it; what is missing reads as zero.
#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <span>
#include <utility>

#include "absl/status/status.h"
#include "hw/algorithm.h"
#include "hw/hisi/abi/sec.h"
#include "hw/hisi/hisi_queue.h"
#include "hw/hisi/qm_version.h"
#include "hw/hisi/sec_stream.h"
#include "hw/hisi/sec_test_device.h"
#include "hw/hisi/sqe_codec.h"
#include "hw/hisi/test_queue_port.h"
#include "hw/queue.h"
#include "hw/request.h"
#include "tests/fuzz/hisi_sec_watched_codec.h"
#include "tests/fuzz/instruction_reader.h"

namespace uacced::hw::hisi {
namespace {

constexpr auto kFirst = static_cast<uint32_t>(Algorithm::kAes128Gcm);

class Driver {
 public:
  explicit Driver(InstructionReader in)
      : in_(in),
        options_(in_.Byte()),
        version_((options_ & 1) != 0 ? 3 : 2),
        rings_({.version = version_ == 3 ? QmVersion::kV3 : QmVersion::kV2,
                .sq_depth = 2u << (options_ >> 2 & 3),
                .cq_depth = 2u << (options_ >> 4 & 3),
                .keep_doorbells = false}),
        device_(version_) {
    device_.set_copies_associated_data((options_ & 2) != 0);
  }

  void Run() {
    auto queue =
        HisiQueue::Create(rings_.NewPort(), rings_.options().version,
                          std::make_unique<WatchedCodec>(
                              version_, rings_.options().sq_depth, works_));
    Require(queue.ok(), "a right queue was refused");
    queue_ = *std::move(queue);
    while (!in_.empty()) Instruction();
    queue_.reset();
    for (const Work& work : works_) {
      Require(IsIntact(work.destination, work.request.destination.size()),
              "wrote past a destination");
    }
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
      case 5:
        return Answer();
      case 6:
        return PostAnything();
      case 7:
        return Poll();
      case 8:
        Require(!queue_->Arm() || queue_->fault() == QueueFault::kNone,
                "lets its owner sleep for ever");
        return queue_->Disarm();
      default:
        return WriteStop();
    }
  }

  void Submit() {
    const uint32_t tag = in_.Byte() % queue_->depth();
    Work& work = works_[tag];
    if (queue_->free_slots() == 0 || work.in_flight) return;
    Fill(work);
    // In flight from here on: the codec is watched.
    work.in_flight = true;
    work.slot = nullptr;
    const absl::Status status =
        queue_->Submit(work.request, Tag{static_cast<uint16_t>(tag)});
    work.in_flight = status.ok();
  }

  // As daemon/rpc/convert lets them through.
  void Fill(Work& work) {
    Request request;
    request.algorithm = static_cast<Algorithm>(
        kFirst + in_.Byte() % (kAlgorithmCount - kFirst));
    const AlgorithmInfo& info = Info(request.algorithm);
    const uint8_t how = in_.Byte(), lengths = in_.Byte();
    const bool digest =
        info.family == Family::kHash || info.family == Family::kHmac;
    request.operation = digest           ? Operation::kDigest
                        : (how & 1) != 0 ? Operation::kDecrypt
                                         : Operation::kEncrypt;
    work.key.resize(info.family == Family::kHmac ? lengths : info.key_bytes);
    for (uint8_t& byte : work.key) byte = static_cast<uint8_t>(in_.Byte() + 1);
    if (info.family == Family::kCipher && !work.key.empty()) work.key[0] ^= 1;
    request.key = work.key;
    work.nonce.assign(
        std::clamp<size_t>(lengths, info.min_nonce_bytes, info.max_nonce_bytes),
        lengths);
    if ((how & 2) != 0) work.nonce.resize(info.nonce_bytes);
    request.nonce = work.nonce;
    work.source = in_.Take(in_.Byte());
    request.source = work.source;
    work.mac.clear();
    if (info.family == Family::kAead) FillAead(request, work, lengths);
    request.pkcs7_padding = IsCbc(request.algorithm) && (how & 4) != 0;
    const size_t room =
        (how & 8) != 0 ? in_.Byte() : std::max<size_t>(work.source.size(), 64);
    work.destination.assign(room + kCanaryBytes, kCanary);
    request.destination = MutableBytes(work.destination).first(room);
    if (digest && (how & 16) != 0) FillStream(request, work, how);
    work.request = request;
  }

  void FillAead(Request& request, Work& work, uint8_t lengths) {
    size_t mac_bytes = 8 + lengths % 9;
    if (!IsMacLengthAllowed(request.algorithm, mac_bytes)) mac_bytes = 16;
    work.associated_data = in_.Take(in_.Byte());
    request.associated_data = work.associated_data;
    work.mac.assign(mac_bytes + kCanaryBytes, kCanary);
    work.expected_mac.assign(mac_bytes, lengths);
    if (request.operation == Operation::kEncrypt) {
      request.mac = MutableBytes(work.mac).first(mac_bytes);
    } else {
      request.expected_mac = work.expected_mac;
    }
  }

  void FillStream(Request& request, Work& work, uint8_t how) {
    if (work.stream == nullptr || (how & 32) != 0 ||
        work.request.algorithm != request.algorithm) {
      auto stream = NewSecStream(version_, {.operation = request.operation,
                                            .algorithm = request.algorithm,
                                            .key = work.key});
      work.stream = stream.ok() ? *std::move(stream) : nullptr;
    }
    request.stream = work.stream.get();
    request.last = (how & 64) != 0;
  }

  uint32_t AnySlot() { return in_.Byte() % rings_.options().sq_depth; }

  void WriteWord() {
    const uint32_t slot = AnySlot();
    const uint32_t word = in_.Byte() % kSqeDwords;
    // Addresses are not the driver's to be hurt by: it reads none back, and
    // our device works from what the driver wrote.
    rings_.slot(slot).dword[word] = in_.Word();
  }

  void Answer() {
    if (!rings_.HasWork()) return;
    const uint32_t slot = rings_.TakeSlot();
    const uint8_t how = in_.Byte();
    Sqe& sqe = rings_.slot(slot);
    // Not in flight when another completion stood for it.
    const auto work = std::find_if(
        works_.begin(), works_.end(),
        [&sqe](const Work& w) { return w.in_flight && w.slot == &sqe; });
    if (work != works_.end()) {
      Sqe done = work->written;
      if ((how & 1) == 0) device_.Execute(done);
      sqe.dword[HISI_SEC_STATUS_DWORD] = done.dword[HISI_SEC_STATUS_DWORD];
      if ((how & 2) != 0) Scribble(*work);
    }
    if ((how & 4) != 0) sqe.dword[HISI_SEC_STATUS_DWORD] = AnyStatus();
    rings_.Complete(slot);
  }

  // Where the device may write, it writes anything: to the output, and to where
  // it was told to put a MAC, which for AEAD is the driver's own memory.
  void Scribble(Work& work) {
    const MutableBytes room = work.request.destination;
    const uint8_t byte = in_.Byte();
    if (!room.empty() && work.request.stream == nullptr) {
      room[in_.Byte() % room.size()] ^= byte;
    }
    const uint32_t at = version_ == 2 ? HISI_SEC2_MAC_ADDR : HISI_SEC3_MAC_ADDR;
    const uint64_t address =
        work.written.dword[at] | uint64_t{work.written.dword[at + 1]} << 32;
    if (address == 0) return;
    auto* const mac = std::bit_cast<uint8_t*>(uintptr_t{address});
    mac[in_.Byte() % kMaxMacBytes] ^= byte;
  }

  uint32_t AnyStatus() {
    constexpr uint32_t kSeen[] = {0x101, 0x181, 0x185, 0x81,
                                  0x1,   0x105, 0x0,   0x210001};
    const uint8_t which = in_.Byte();
    return which < std::size(kSeen) ? kSeen[which] : in_.Word();
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
    Require(fault == QueueFault::kNone || count == 0, "goes on after a fault");
    for (uint32_t i = 0; i < count; ++i) {
      const auto tag = static_cast<size_t>(out[i].tag);
      Require(tag < works_.size() && works_[tag].in_flight,
              "completed what is not in flight");
      Work& work = works_[tag];
      work.in_flight = false;
      Require(out[i].code != absl::StatusCode::kOk || work.slot != nullptr,
              "a success without a descriptor");
    }
  }

  InstructionReader in_;
  const uint8_t options_;
  const int version_;
  TestRings rings_;
  SecTestDevice device_;
  Works works_;
  std::unique_ptr<HisiQueue> queue_;
};

}  // namespace
}  // namespace uacced::hw::hisi

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  uacced::hw::hisi::Driver(uacced::InstructionReader(data, size)).Run();
  return 0;
}
