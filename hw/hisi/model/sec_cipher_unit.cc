#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "hw/hisi/abi/sec.h"
#include "hw/hisi/model/sec_cbc_mac.h"
#include "hw/hisi/model/sec_gcm.h"
#include "hw/hisi/model/sec_hash.h"
#include "hw/hisi/model/sec_modes.h"
#include "hw/hisi/model/sec_operands.h"
#include "hw/hisi/model/sec_units.h"

namespace uacced::hw::hisi {
namespace {

constexpr size_t kMaxCipherKeyBytes = 64;

// What END of a GCM finds at a_ivin_addr, and in long_a_data_len.
constexpr size_t kGcmEndBlockBytes = 64;
constexpr size_t kGcmEndStateAt = 32;
constexpr uint32_t kGcmEndPayloadShift = 24;

constexpr SecAnswer kBadAddress = {.error = SecError::kAddress};
constexpr SecAnswer kGaveUp = {.error = SecError::kInternal};

BlockCipher CipherOf(const SecOperation& op) {
  switch (op.c_alg) {
    case HISI_SEC_C_SM4:
      return BlockCipher::kSm4;
    case HISI_SEC_C_AES:
      break;
    default:
      return BlockCipher::kTripleDes;
  }
  switch (op.c_key_len) {
    case HISI_SEC_KEY_AES_128:
      return BlockCipher::kAes128;
    case HISI_SEC_KEY_AES_192:
      return BlockCipher::kAes192;
    default:
      return BlockCipher::kAes256;
  }
}

BlockMode ModeOf(const SecOperation& op) {
  switch (op.c_mode) {
    case HISI_SEC_MODE_ECB:
      return BlockMode::kEcb;
    case HISI_SEC_MODE_CFB:
      return BlockMode::kCfb;
    case HISI_SEC_MODE_OFB:
      return BlockMode::kOfb;
    case HISI_SEC_MODE_CTR:
      return BlockMode::kCtr;
    default:
      return BlockMode::kCbc;
  }
}

size_t IvBytes(const SecOperation& op) {
  if (op.c_mode == HISI_SEC_MODE_ECB) return 0;
  if (op.c_alg == HISI_SEC_C_DES || op.c_alg == HISI_SEC_C_3DES) return 8;
  const bool whole_gcm =
      op.c_mode == HISI_SEC_MODE_GCM && op.ai_gen == HISI_SEC_AI_INITIAL;
  return whole_gcm ? kGcmNonceBytes : kCipherBlockBytes;
}

class CipherUnit {
 public:
  CipherUnit(const SecCiphers& ciphers, DmaSpace& memory, SecKind kind,
             const SecOperation& op)
      : ciphers_(ciphers),
        memory_(memory),
        kind_(kind),
        op_(op),
        cipher_(CipherOf(op)),
        direction_(op.cipher == HISI_SEC_CIPHER_ENCRYPT ? Direction::kEncrypt
                                                        : Direction::kDecrypt),
        key_({key_bytes_.data(), CipherKeyBytes(op)}) {}

  SecAnswer Run() {
    if (!memory_.Read(op_.c_key_addr, {key_bytes_.data(), key_.size()}) ||
        !memory_.Read(op_.c_ivin_addr, {iv_.data(), IvBytes(op_)})) {
      return kBadAddress;
    }
    if (kind_ == SecKind::kAuthenc) return Authenc();
    if (kind_ != SecKind::kCipher) aad_.resize(op_.a_bytes);
    data_.resize(op_.c_bytes);
    if (!ReadSource(memory_, op_, op_.auth_src_offset, aad_) ||
        !ReadSource(memory_, op_, op_.cipher_src_offset, data_)) {
      return kBadAddress;
    }
    switch (kind_) {
      case SecKind::kGcm:
        return WholeGcm();
      case SecKind::kGcmMiddle:
        return GcmMiddle();
      case SecKind::kGcmEnd:
        return GcmEnd();
      case SecKind::kCcm:
        return Ccm();
      default:
        if (!Crypt(data_)) return kGaveUp;
        return Deliver(memory_, kind_, op_, data_, {});
    }
  }

 private:
  bool Crypt(MutableBytes data) const {
    if (op_.c_mode == HISI_SEC_MODE_XTS) {
      const bool gb = op_.c_alg == HISI_SEC_C_SM4 && op_.sm4_xts_gb;
      return RunXts(ciphers_, cipher_, gb ? TweakOrder::kGb : TweakOrder::kIeee,
                    direction_, key_, iv_, data);
    }
    if (op_.c_mode == HISI_SEC_MODE_CBC_CS) {
      return RunCbcCs(ciphers_, cipher_, op_.c_width, direction_, key_, iv_,
                      data);
    }
    return ciphers_.Run(cipher_, ModeOf(op_), direction_, key_, iv_.data(),
                        data, data.data());
  }

  SecAnswer WholeGcm() {
    std::optional<Gcm> gcm = Gcm::Start(ciphers_, cipher_, key_, key_);
    if (!gcm.has_value()) return kGaveUp;
    const CipherBlock counter = Gcm::FirstCounter({iv_.data(), kGcmNonceBytes});
    CipherBlock tag;
    gcm->Authenticate(aad_);
    if (!gcm->Crypt(direction_, counter, data_) ||
        !gcm->Finish(counter, aad_.size(), data_.size(), tag)) {
      return kGaveUp;
    }
    return Deliver(memory_, kind_, op_, data_, tag);
  }

  // nullopt with `failure` set.
  std::optional<Gcm> ResumeGcm(Bytes state, SecAnswer& failure) {
    std::array<uint8_t, kMaxCipherKeyBytes> auth_key;
    const MutableBytes key(auth_key.data(), op_.a_key_bytes());
    failure = kBadAddress;
    if (!memory_.Read(op_.a_key_addr, key)) return std::nullopt;
    std::optional<Gcm> gcm = Gcm::Start(ciphers_, cipher_, key_, key);
    failure = kGaveUp;
    if (!gcm.has_value()) return std::nullopt;
    CipherBlock block;
    std::copy(state.begin(), state.end(), block.begin());
    gcm->set_state(block);
    return gcm;
  }

  SecAnswer GcmMiddle() {
    CipherBlock state;
    if (!memory_.Read(op_.a_ivin_addr, state)) return kBadAddress;
    SecAnswer failure;
    std::optional<Gcm> gcm = ResumeGcm(state, failure);
    if (!gcm.has_value()) return failure;
    if (!gcm->Crypt(direction_, iv_, data_)) return kGaveUp;
    return Deliver(memory_, kind_, op_, data_, gcm->state());
  }

  SecAnswer GcmEnd() {
    std::array<uint8_t, kGcmEndBlockBytes> end;
    if (!memory_.Read(op_.a_ivin_addr, end)) return kBadAddress;
    SecAnswer failure;
    std::optional<Gcm> gcm = ResumeGcm(
        Bytes(end).subspan(kGcmEndStateAt, kCipherBlockBytes), failure);
    if (!gcm.has_value()) return failure;
    CipherBlock first_counter;
    std::copy_n(end.begin(), first_counter.size(), first_counter.begin());
    const uint64_t aad_bytes =
        op_.long_a_data_len & ((1u << kGcmEndPayloadShift) - 1);
    CipherBlock tag;
    if (!gcm->Crypt(direction_, iv_, data_) ||
        !gcm->Finish(first_counter, aad_bytes,
                     op_.long_a_data_len >> kGcmEndPayloadShift, tag)) {
      return kGaveUp;
    }
    return Deliver(memory_, kind_, op_, data_, tag);
  }

  SecAnswer Ccm() {
    CcmInput input = {.first_counter = iv_, .aad = aad_};
    if (!memory_.Read(op_.a_ivin_addr, input.first_block)) return kBadAddress;
    if (!IsCcmCounter(iv_)) return {.error = SecError::kIv};
    CipherBlock tag;
    if (!RunCcm(ciphers_, cipher_, direction_, key_, input, data_, tag)) {
      return kGaveUp;
    }
    return Deliver(memory_, kind_, op_, data_, tag);
  }

  // The payload is the end of what the HMAC is over, as ciphertext.
  SecAnswer Authenc() {
    std::array<uint8_t, kMaxHashBlockBytes> auth_key_bytes;
    const MutableBytes auth_key(auth_key_bytes.data(), op_.a_key_bytes());
    data_.resize(op_.a_bytes);
    if (!memory_.Read(op_.a_key_addr, auth_key) ||
        !ReadSource(memory_, op_, op_.auth_src_offset, data_)) {
      return kBadAddress;
    }
    const MutableBytes payload = MutableBytes(data_).last(op_.c_bytes);
    const bool encrypts = direction_ == Direction::kEncrypt;
    if (encrypts && !Crypt(payload)) return kGaveUp;
    const HashAlgorithm& hash = *FindSecHash(op_.a_alg).hash;
    std::array<uint8_t, kMaxHashStateBytes> mac;
    RunningHash inner(hash);
    inner.AbsorbKey(auth_key, kHmacInnerPad);
    inner.Finish(data_, 8 * (hash.block_bytes + uint64_t{op_.a_bytes}), mac);
    FinishHmac(hash, auth_key, mac);
    if (!encrypts && !Crypt(payload)) return kGaveUp;
    return Deliver(memory_, kind_, op_, payload, mac);
  }

  const SecCiphers& ciphers_;
  DmaSpace& memory_;
  const SecKind kind_;
  const SecOperation& op_;
  const BlockCipher cipher_;
  const Direction direction_;
  std::array<uint8_t, kMaxCipherKeyBytes> key_bytes_;
  const Bytes key_;
  CipherBlock iv_ = {};
  std::vector<uint8_t> aad_;
  std::vector<uint8_t> data_;
};

}  // namespace

SecAnswer RunCipherUnit(const SecCiphers& ciphers, DmaSpace& memory,
                        SecKind kind, const SecOperation& op) {
  return CipherUnit(ciphers, memory, kind, op).Run();
}

}  // namespace uacced::hw::hisi
