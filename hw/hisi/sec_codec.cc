#include "hw/hisi/sec_codec.h"

#include <string.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>
#include <vector>

#include "hw/dma_buffer.h"
#include "hw/hisi/abi/sec.h"
#include "hw/hisi/codec_step.h"
#include "hw/hisi/sec_algorithms.h"
#include "hw/hisi/sec_ccm.h"
#include "hw/hisi/sec_command.h"
#include "hw/hisi/sec_descriptor.h"
#include "hw/hisi/sec_digest_command.h"
#include "hw/hisi/sec_padding.h"
#include "hw/hisi/sec_scratch.h"
#include "hw/hisi/sec_stream.h"

namespace uacced::hw::hisi {
namespace {

using absl::StatusCode;

constexpr size_t kGapBytes = size_t{HISI_SEC_MAX_AAD_BYTES} + 1;

// What has to be done when the entry comes back.
struct Entry {
  enum class Kind : uint8_t {
    kNothing,
    kCipher,
    kUnpad,  // kCipher, and then padding is to be taken away.
    kSeal,
    kOpen,
    kDigest,
    kStream,
  };
  Kind kind = Kind::kNothing;
  bool has_secrets = false;     // In its scratch.
  uint32_t produced_bytes = 0;  // kUnpad: with the padding.
  MutableBytes destination;
  MutableBytes mac;             // kSeal
  SecStream* stream = nullptr;  // kStream
};

bool HasEqualHalves(Bytes key) {
  const size_t half = key.size() / 2;
  uint8_t differences = 0;
  for (size_t i = 0; i < half; ++i) differences |= key[i] ^ key[half + i];
  return differences == 0;
}

class SecCodec final : public SqeCodec {
 public:
  SecCodec(int qm_version, uint32_t depth, DmaBuffer scratch, DmaBuffer gap)
      : type_(SecTypeOf(qm_version)),
        capabilities_(SecCapabilities(qm_version)),
        scratch_(std::move(scratch)),
        gap_(std::move(gap)),
        entries_(depth) {}
  ~SecCodec() override { explicit_bzero(scratch_.data(), scratch_.size()); }

  const CapabilitySet& capabilities() const override { return capabilities_; }
  StatusCode Encode(const Request& request, uint32_t entry, Sqe& sqe) override;
  void Continue(uint32_t entry, Sqe& sqe) override;
  CodecStep Decode(uint32_t entry, const volatile Sqe& sqe) override;

 private:
  SecScratch ScratchOf(uint32_t entry) const {
    return SecScratch(scratch_.data() + size_t{entry} * SecScratch::kBytes);
  }

  // These fill `command`, `scratch` and `state`, unless the result is another
  // than kOk.
  StatusCode Plan(const Request& request, const SecScratch& scratch,
                  Entry& state, SecCommand& command);
  StatusCode PlanAead(const Request& request, const SecScratch& scratch,
                      Entry& state, SecCommand& command);
  StatusCode PlanCipher(const Request& request, const SecScratch& scratch,
                        Entry& state, SecCommand& command);
  StatusCode PlanCbc(const Request& request, const SecScratch& scratch,
                     Entry& state, SecCommand& command);
  StatusCode PlanDigest(const Request& request, const SecScratch& scratch,
                        Entry& state, SecCommand& command);

  CodecStep FinishStream(Entry& state, SecStatus status);

  const SecType type_;
  const CapabilitySet capabilities_;
  const DmaBuffer scratch_;
  const DmaBuffer gap_;  // Written by the device perhaps, read by nobody.
  std::vector<Entry> entries_;
};

// What ciphers and AEAD have in common.
void StartCipher(const Request& request, const SecScratch& scratch,
                 SecCommand& command) {
  const SecAlgorithm row = SecAlgorithmOf(request.algorithm);
  command.scene = HISI_SEC_SCENE_IPSEC;
  command.cipher = request.operation == Operation::kEncrypt
                       ? HISI_SEC_CIPHER_ENCRYPT
                       : HISI_SEC_CIPHER_DECRYPT;
  command.c_alg = row.c_alg;
  command.c_mode = row.c_mode;
  command.c_key_len = row.c_key_len;
  command.has_destination = true;
  command.c_key = DeviceAddress(request.key.data());
  std::fill(scratch.nonce().begin(), scratch.nonce().end(), 0);
  std::copy(request.nonce.begin(), request.nonce.end(),
            scratch.nonce().begin());
  command.c_iv = DeviceAddress(scratch.nonce().data());
}

StatusCode SecCodec::PlanAead(const Request& request, const SecScratch& scratch,
                              Entry& state, SecCommand& command) {
  const Bytes source = request.source, associated = request.associated_data;
  const bool seal = request.operation == Operation::kEncrypt;
  const bool ccm =
      SecAlgorithmOf(request.algorithm).c_mode == HISI_SEC_MODE_CCM;
  if (ccm && !FitsCcm(request)) return StatusCode::kInvalidArgument;
  if (request.destination.size() < source.size()) {
    return StatusCode::kOutOfRange;
  }
  if (source.size() + associated.size() > HISI_SEC_MAX_DATA_BYTES) {
    return StatusCode::kUnimplemented;
  }
  StartCipher(request, scratch, command);
  // What Linux writes: the hardware has no use for these two with GCM.
  command.a_iv = command.c_iv;
  command.a_key = command.c_key;
  const Bytes mac = seal ? Bytes(request.mac) : request.expected_mac;
  if (ccm) {
    WriteCcmBlocks(request, mac.size(), scratch.first_block(), scratch.nonce());
    command.a_iv = DeviceAddress(scratch.first_block().data());
  }
  if (!seal) {
    command.seq = HISI_SEC_DIGEST_THEN_CIPHER;
    std::copy(mac.begin(), mac.end(), scratch.mac().begin());
  }
  command.mac = DeviceAddress(scratch.mac().data());
  command.icv_bytes = static_cast<uint8_t>(mac.size());
  command.a_bytes = static_cast<uint32_t>(associated.size());
  command.c_bytes = static_cast<uint32_t>(source.size());
  command.cipher_offset_bytes = static_cast<uint16_t>(associated.size());

  state.kind = seal ? Entry::Kind::kSeal : Entry::Kind::kOpen;
  state.destination = request.destination.first(source.size());
  state.produced_bytes = static_cast<uint32_t>(source.size());
  state.mac = request.mac;
  const Bytes from[] = {associated, source};
  const Bytes to[] = {gap_.span().first(associated.size()), state.destination};
  scratch.Place(from, to, command);
  return StatusCode::kOk;
}

StatusCode SecCodec::PlanCipher(const Request& request,
                                const SecScratch& scratch, Entry& state,
                                SecCommand& command) {
  const Bytes source = request.source;
  if (IsCbc(request.algorithm)) {
    return PlanCbc(request, scratch, state, command);
  }
  if (request.destination.size() < source.size()) {
    return StatusCode::kOutOfRange;
  }
  const uint8_t mode = SecAlgorithmOf(request.algorithm).c_mode;
  // Equal halves make XTS weak (FIPS 140-3 IG C.I): what OpenSSL refuses, too.
  if (mode == HISI_SEC_MODE_XTS && (source.size() < kCipherBlockBytes ||
                                    (request.operation == Operation::kEncrypt &&
                                     HasEqualHalves(request.key)))) {
    return StatusCode::kInvalidArgument;
  }
  if (source.empty()) {
    command = NothingCommand();
    return StatusCode::kOk;
  }
  StartCipher(request, scratch, command);
  if (mode == HISI_SEC_MODE_CTR) {
    command.count_mode = HISI_SEC3_CTR_ROLLOVER_128;
  }
  command.c_bytes = static_cast<uint32_t>(source.size());
  state.kind = Entry::Kind::kCipher;
  state.produced_bytes = command.c_bytes;
  const Bytes from[] = {source};
  const Bytes to[] = {request.destination.first(source.size())};
  scratch.Place(from, to, command);
  return StatusCode::kOk;
}

StatusCode SecCodec::PlanCbc(const Request& request, const SecScratch& scratch,
                             Entry& state, SecCommand& command) {
  const Bytes source = request.source;
  const size_t tail_bytes = source.size() % kCipherBlockBytes;
  const bool encrypt = request.operation == Operation::kEncrypt;
  const bool pad = encrypt && request.pkcs7_padding;
  const bool unpad = !encrypt && request.pkcs7_padding;
  if ((tail_bytes != 0 && !pad) || (source.empty() && unpad)) {
    return StatusCode::kInvalidArgument;
  }
  const size_t pad_bytes = pad ? kCipherBlockBytes - tail_bytes : 0;
  const size_t bytes = source.size() + pad_bytes;
  // A padded plaintext is shorter than its ciphertext: the last block may have
  // no room, and need none.
  const size_t spare_bytes = unpad ? kCipherBlockBytes : 0;
  if (request.destination.size() < bytes - spare_bytes) {
    return StatusCode::kOutOfRange;
  }
  if (bytes > HISI_SEC_MAX_DATA_BYTES) return StatusCode::kUnimplemented;
  if (bytes == 0) {
    command = NothingCommand();
    return StatusCode::kOk;
  }
  StartCipher(request, scratch, command);
  command.c_bytes = static_cast<uint32_t>(bytes);
  std::fill(scratch.tail().begin(), scratch.tail().end(), pad_bytes);
  state.kind = unpad ? Entry::Kind::kUnpad : Entry::Kind::kCipher;
  state.has_secrets = unpad;
  state.produced_bytes = command.c_bytes;
  state.destination = request.destination;
  const size_t room = std::min(bytes, request.destination.size());
  const Bytes from[] = {source, scratch.tail().first(pad_bytes)};
  const Bytes to[] = {request.destination.first(room),
                      scratch.tail().first(bytes - room)};
  scratch.Place(from, to, command);
  return StatusCode::kOk;
}

StatusCode SecCodec::PlanDigest(const Request& request,
                                const SecScratch& scratch, Entry& state,
                                SecCommand& command) {
  const uint16_t digest_bytes = Info(request.algorithm).digest_bytes;
  if (request.destination.size() < digest_bytes) return StatusCode::kOutOfRange;
  command = DigestCommand(type_, request.algorithm, request.source,
                          request.destination.data());
  state.kind = Entry::Kind::kDigest;
  state.produced_bytes = digest_bytes;
  if (Info(request.algorithm).family != Family::kHmac) return StatusCode::kOk;
  // The hardware counts in words. Zeros at the end of a key that is shorter
  // than a block change nothing.
  const Bytes key = request.key;
  command.a_key_words = static_cast<uint8_t>((key.size() + 3) / 4);
  command.a_key = DeviceAddress(key.data());
  if (key.empty() || key.size() % 4 != 0) {
    std::fill(scratch.key().begin(), scratch.key().end(), 0);
    std::copy(key.begin(), key.end(), scratch.key().begin());
    command.a_key = DeviceAddress(scratch.key().data());
    state.has_secrets = true;
  }
  return StatusCode::kOk;
}

StatusCode SecCodec::Plan(const Request& request, const SecScratch& scratch,
                          Entry& state, SecCommand& command) {
  if (request.stream != nullptr) {
    state.kind = Entry::Kind::kStream;
    state.stream = static_cast<SecStream*>(request.stream);
    const StatusCode code = state.stream->Begin(request);
    if (code == StatusCode::kOk) state.stream->Next(command);
    return code;
  }
  switch (Info(request.algorithm).family) {
    case Family::kAead:
      return PlanAead(request, scratch, state, command);
    case Family::kCipher:
      return PlanCipher(request, scratch, state, command);
    case Family::kHash:
    case Family::kHmac:
      return PlanDigest(request, scratch, state, command);
    default:
      return StatusCode::kUnimplemented;
  }
}

StatusCode SecCodec::Encode(const Request& request, uint32_t entry, Sqe& sqe) {
  SecCommand command;
  Entry& state = entries_[entry];
  state = {};
  const StatusCode code = Plan(request, ScratchOf(entry), state, command);
  command.tag = entry;
  if (code == StatusCode::kOk) WriteSecDescriptor(type_, command, sqe);
  return code;
}

void SecCodec::Continue(uint32_t entry, Sqe& sqe) {
  SecCommand command;
  entries_[entry].stream->Next(command);
  command.tag = entry;
  WriteSecDescriptor(type_, command, sqe);
}

// The result of what came back. UADK does not look at `flag`; Linux insists on
// it for ciphers and AEAD, and a device that does not say that it looked at the
// tag is not believed that it is right.
StatusCode CodeOf(Entry::Kind kind, const SecOutcome& outcome) {
  if (outcome.status == SecStatus::kFailed) return StatusCode::kUnavailable;
  const bool mismatch = outcome.status == SecStatus::kMacMismatch;
  constexpr uint8_t kBoth = HISI_SEC_FLAG_AUTH_DONE | HISI_SEC_FLAG_CIPHER_DONE;
  switch (kind) {
    case Entry::Kind::kOpen:
      if (mismatch) return StatusCode::kInvalidArgument;
      [[fallthrough]];
    case Entry::Kind::kSeal:
      return !mismatch && outcome.flag == kBoth ? StatusCode::kOk
                                                : StatusCode::kUnavailable;
    case Entry::Kind::kCipher:
    case Entry::Kind::kUnpad:
      return outcome.flag == HISI_SEC_FLAG_CIPHER_DONE
                 ? StatusCode::kOk
                 : StatusCode::kUnavailable;
    case Entry::Kind::kNothing:
    case Entry::Kind::kDigest:
    case Entry::Kind::kStream:
      break;
  }
  return StatusCode::kOk;
}

// Takes the padding away. Whatever is wrong, no plaintext is left.
StatusCode Unpad(const SecScratch& scratch, Entry& state) {
  const size_t bytes = state.produced_bytes;
  const MutableBytes there =
      state.destination.first(std::min(bytes, state.destination.size()));
  uint8_t last[kCipherBlockBytes];
  const size_t in_scratch = bytes - there.size();
  const size_t in_place = kCipherBlockBytes - in_scratch;
  std::copy(there.end() - in_place, there.end(), last);
  std::copy_n(scratch.tail().begin(), in_scratch, last + in_place);
  const uint32_t padding = Pkcs7PaddingBytes(last);
  explicit_bzero(last, sizeof(last));
  state.produced_bytes = static_cast<uint32_t>(bytes - padding);
  StatusCode code = StatusCode::kOk;
  if (padding == 0) {
    code = StatusCode::kInvalidArgument;
  } else if (state.produced_bytes > there.size()) {
    code = StatusCode::kOutOfRange;
  }
  if (code != StatusCode::kOk && !there.empty()) {
    explicit_bzero(there.data(), there.size());
  }
  return code;
}

CodecStep SecCodec::Decode(uint32_t entry, const volatile Sqe& sqe) {
  Entry& state = entries_[entry];
  const SecOutcome outcome = ReadSecOutcome(type_, entry, sqe);
  if (state.kind == Entry::Kind::kStream) {
    return FinishStream(state, outcome.status);
  }
  // A device that does this may still be at work: its memory is left alone.
  if (outcome.status == SecStatus::kBroken) return {};
  const SecScratch scratch = ScratchOf(entry);
  StatusCode code = CodeOf(state.kind, outcome);
  if (state.kind == Entry::Kind::kUnpad && code == StatusCode::kOk) {
    code = Unpad(scratch, state);
  } else if (state.kind == Entry::Kind::kSeal && code == StatusCode::kOk) {
    std::copy_n(scratch.mac().begin(), state.mac.size(), state.mac.begin());
  } else if (state.kind == Entry::Kind::kOpen && code != StatusCode::kOk &&
             !state.destination.empty()) {
    explicit_bzero(state.destination.data(), state.destination.size());
  }
  if (state.has_secrets) scratch.Wipe();
  return CodecStep::Done(code, state.produced_bytes);
}

CodecStep SecCodec::FinishStream(Entry& state, SecStatus status) {
  SecStream& stream = *state.stream;
  if (status == SecStatus::kBroken || status == SecStatus::kFailed) {
    stream.Fail();
    if (status == SecStatus::kBroken) return {};
    return CodecStep::Done(StatusCode::kUnavailable, 0);
  }
  if (stream.Finish()) return CodecStep::Work();
  return CodecStep::Done(StatusCode::kOk, stream.produced_bytes());
}

}  // namespace

std::unique_ptr<SqeCodec> NewSecCodec(int qm_version, uint32_t depth) {
  DmaBuffer scratch = DmaBuffer::Allocate(size_t{depth} * SecScratch::kBytes);
  DmaBuffer gap = DmaBuffer::Allocate(kGapBytes);
  if (scratch.data() == nullptr || gap.data() == nullptr) return nullptr;
  std::memset(scratch.data(), 0, scratch.size());
  return std::unique_ptr<SqeCodec>(new (std::nothrow) SecCodec(
      qm_version, depth, std::move(scratch), std::move(gap)));
}

}  // namespace uacced::hw::hisi
