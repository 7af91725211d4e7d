#include <array>
#include <optional>
#include <vector>

#include "hw/hisi/abi/sec.h"
#include "hw/hisi/model/sec_cbc_mac.h"
#include "hw/hisi/model/sec_gcm.h"
#include "hw/hisi/model/sec_hash.h"
#include "hw/hisi/model/sec_operands.h"
#include "hw/hisi/model/sec_units.h"

namespace uacced::hw::hisi {
namespace {

constexpr SecAnswer kBadAddress = {.error = SecError::kAddress};
constexpr SecAnswer kGaveUp = {.error = SecError::kInternal};

BlockCipher CipherOfMac(const SecOperation& op) {
  if (op.a_alg == HISI_SEC_A_SM4_GMAC) return BlockCipher::kSm4;
  switch (op.a_key_words) {
    case 4:
      return BlockCipher::kAes128;
    case 6:
      return BlockCipher::kAes192;
    default:
      return BlockCipher::kAes256;
  }
}

class AuthUnit {
 public:
  AuthUnit(const SecCiphers& ciphers, DmaSpace& memory, SecKind kind,
           const SecOperation& op)
      : ciphers_(ciphers), memory_(memory), kind_(kind), op_(op) {}

  SecAnswer Run() {
    // Plain hashes ignore the key, whatever its length says.
    const bool keyed = kind_ != SecKind::kHash || FindSecHash(op_.a_alg).keyed;
    const MutableBytes key(key_bytes_.data(), keyed ? op_.a_key_bytes() : 0);
    data_.resize(op_.a_bytes);
    if (!memory_.Read(op_.a_key_addr, key) ||
        !ReadSource(memory_, op_, op_.auth_src_offset, data_)) {
      return kBadAddress;
    }
    key_ = key;
    switch (kind_) {
      case SecKind::kGhash:
      case SecKind::kGmac:
        return GhashOrGmac();
      case SecKind::kCmac:
      case SecKind::kXcbc: {
        CipherBlock mac;
        const auto run = kind_ == SecKind::kCmac ? RunCmac : RunXcbc;
        if (!run(ciphers_, key_, data_, mac)) return kGaveUp;
        return Deliver(memory_, kind_, op_, {}, mac);
      }
      default:
        return Hash();
    }
  }

 private:
  SecAnswer GhashOrGmac() {
    std::optional<Gcm> gcm = Gcm::Start(ciphers_, CipherOfMac(op_), key_, key_);
    if (!gcm.has_value()) return kGaveUp;
    gcm->Authenticate(data_);
    if (kind_ == SecKind::kGhash) {
      return Deliver(memory_, kind_, op_, {}, gcm->state());
    }
    std::array<uint8_t, kGcmNonceBytes> nonce;
    if (!memory_.Read(op_.a_ivin_addr, nonce)) return kBadAddress;
    CipherBlock mac;
    if (!gcm->Finish(Gcm::FirstCounter(nonce), data_.size(), 0, mac)) {
      return kGaveUp;
    }
    return Deliver(memory_, kind_, op_, {}, mac);
  }

  SecAnswer Hash() {
    const auto [algorithm, keyed] = FindSecHash(op_.a_alg);
    RunningHash hash(*algorithm);
    std::array<uint8_t, kMaxHashStateBytes> mac;
    const bool goes_on = op_.ai_gen == HISI_SEC_AI_FROM_ADDR;
    if (goes_on) {
      const MutableBytes state(mac.data(), algorithm->state_bytes);
      if (!memory_.Read(op_.a_ivin_addr, state)) return kBadAddress;
      hash.Import(state);
    } else if (keyed) {
      hash.AbsorbKey(key_, kHmacInnerPad);
    }
    if (op_.a_pad == HISI_SEC_NO_PAD) {
      hash.Absorb(data_);
      hash.Export({mac.data(), algorithm->state_bytes});
      return Deliver(memory_, kind_, op_, {}, mac);
    }
    // Software counts its own bytes alone, not the block of the key.
    const uint64_t data_bits =
        goes_on ? op_.long_a_data_len : uint64_t{op_.a_bytes} * 8;
    hash.Finish(data_, data_bits + (keyed ? algorithm->block_bytes * 8 : 0),
                mac);
    if (keyed) FinishHmac(*algorithm, key_, mac);
    return Deliver(memory_, kind_, op_, {}, mac);
  }

  const SecCiphers& ciphers_;
  DmaSpace& memory_;
  const SecKind kind_;
  const SecOperation& op_;
  std::array<uint8_t, kMaxHashBlockBytes> key_bytes_;
  Bytes key_;
  std::vector<uint8_t> data_;
};

}  // namespace

SecAnswer RunAuthUnit(const SecCiphers& ciphers, DmaSpace& memory, SecKind kind,
                      const SecOperation& op) {
  return AuthUnit(ciphers, memory, kind, op).Run();
}

}  // namespace uacced::hw::hisi
