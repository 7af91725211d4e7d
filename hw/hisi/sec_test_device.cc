#include "hw/hisi/sec_test_device.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <string>

#include "hw/hisi/sec_test_crypto.h"

namespace uacced::hw::hisi {
namespace {

constexpr uint32_t kCipherOk = 0x101, kAeadOk = 0x181, kAeadMismatch = 0x185;
constexpr uint32_t kDigestOk = 0x81, kNothingOk = 0x1, kError = 0x210001;
constexpr uint32_t kMaxBytes = 0xfffe00;

uint32_t Bits(const Sqe& sqe, unsigned byte, unsigned low, unsigned width) {
  return sqe.dword[byte / 4] >> low & ((1u << width) - 1);
}

uint64_t Address(const Sqe& sqe, unsigned byte) {
  uint64_t address;
  std::memcpy(&address, reinterpret_cast<const uint8_t*>(&sqe) + byte, 8);
  return address;
}

uint8_t* At(uint64_t address) {
  return std::bit_cast<uint8_t*>(static_cast<uintptr_t>(address));
}

template <typename T>
T Load(uint64_t address) {
  T value;
  std::memcpy(&value, At(address), sizeof(value));
  return value;
}

const char* HashName(uint32_t alg) {
  switch (alg) {
    case 0x00:
    case 0x10:
      return "sha1";
    case 0x01:
    case 0x11:
      return "sha256";
    case 0x03:
    case 0x13:
      return "sha224";
    case 0x04:
    case 0x14:
      return "sha384";
    case 0x05:
    case 0x15:
      return "sha512";
    case 0x25:
    case 0x26:
      return "sm3";
    default:
      return "";
  }
}

bool IsHmacCode(uint32_t alg) {
  return (alg >= 0x10 && alg < 0x20) || alg == 0x26;
}

}  // namespace

struct SecTestDevice::Bd {
  bool invalid;
  uint32_t cipher, auth, seq, de, source_type, destination_type;
  uint32_t ai_gen, pad, mac_len, key_len, a_alg;
  uint32_t icv_len, c_key_len, c_mode, c_alg, count_mode;
  uint32_t a_len, c_len, offset;
  uint64_t long_len, a_iv, a_key, mac, c_iv, c_key, source, destination;
};

SecTestDevice::Bd SecTestDevice::Parse(const Sqe& s) const {
  Bd bd = {};
  if (version_ == 2) {
    bd.invalid = Bits(s, 0x04, 31, 1) != 0;
    bd.cipher = Bits(s, 0, 4, 2), bd.auth = Bits(s, 0, 6, 2);
    bd.seq = Bits(s, 0, 8, 1), bd.de = Bits(s, 0, 9, 2);
    bd.source_type = Bits(s, 0, 15, 3), bd.destination_type = Bits(s, 0, 18, 3);
    bd.ai_gen = Bits(s, 0x04, 8, 2), bd.pad = Bits(s, 0x04, 10, 2);
    bd.mac_len = Bits(s, 0x08, 0, 5), bd.key_len = Bits(s, 0x08, 5, 6);
    bd.a_alg = Bits(s, 0x08, 11, 6), bd.icv_len = Bits(s, 0x0c, 0, 6);
    bd.c_key_len = Bits(s, 0x0c, 9, 3), bd.c_mode = Bits(s, 0x0c, 12, 4);
    bd.c_alg = Bits(s, 0x0c, 16, 4), bd.a_len = Bits(s, 0x10, 0, 24);
    bd.c_len = Bits(s, 0x14, 0, 24), bd.offset = Bits(s, 0x18, 16, 16);
    bd.long_len = Address(s, 0x30), bd.a_iv = Address(s, 0x38);
    bd.a_key = Address(s, 0x40), bd.mac = Address(s, 0x48);
    bd.c_iv = Address(s, 0x50), bd.c_key = Address(s, 0x58);
    bd.source = Address(s, 0x60), bd.destination = Address(s, 0x68);
    return bd;
  }
  bd.invalid = Bits(s, 0, 4, 1) != 0;
  bd.de = Bits(s, 0, 9, 2), bd.source_type = Bits(s, 0, 11, 3);
  bd.destination_type = Bits(s, 0, 14, 3);
  bd.cipher = Bits(s, 0x04, 0, 2), bd.icv_len = Bits(s, 0x04, 4, 6);
  bd.c_key_len = Bits(s, 0x04, 13, 3), bd.c_mode = Bits(s, 0x04, 16, 4);
  bd.c_alg = Bits(s, 0x04, 20, 4), bd.seq = Bits(s, 0x04, 30, 1);
  bd.auth = Bits(s, 0x38, 0, 2), bd.ai_gen = Bits(s, 0x38, 2, 2);
  bd.mac_len = Bits(s, 0x38, 4, 5), bd.key_len = Bits(s, 0x38, 9, 6);
  bd.a_alg = Bits(s, 0x38, 15, 6), bd.count_mode = Bits(s, 0x38, 25, 2);
  bd.offset = Bits(s, 0x40, 16, 16), bd.a_len = Bits(s, 0x44, 0, 24);
  bd.c_len = Bits(s, 0x48, 0, 24), bd.pad = Bits(s, 0x6c, 0, 2);
  bd.source = Address(s, 0x10), bd.a_key = Address(s, 0x18);
  bd.a_iv = Address(s, 0x20), bd.c_key = Address(s, 0x30);
  bd.destination = Address(s, 0x4c), bd.mac = Address(s, 0x54);
  bd.c_iv = Address(s, 0x5c), bd.long_len = Address(s, 0x64);
  return bd;
}

bool SecTestDevice::Walk(uint64_t address, size_t bytes,
                         std::vector<MutableBytes>& pieces) {
  if (address % 64 != 0) return false;
  ++lists_;
  const auto count = Load<uint16_t>(address + 0x0a);
  if (Load<uint64_t>(address) != 0 || count > Load<uint16_t>(address + 0x0c)) {
    return false;
  }
  for (uint16_t i = 0; i < count && bytes > 0; ++i) {
    const uint64_t entry = address + 0x40 + uint64_t{32} * i;
    const auto length = Load<uint32_t>(entry + 0x10);
    if (length == 0 || length > 0x800000) return false;
    const size_t take = std::min<size_t>(length, bytes);
    pieces.emplace_back(At(Load<uint64_t>(entry)), take);
    bytes -= take;
  }
  return bytes == 0;
}

bool SecTestDevice::Read(uint64_t address, uint32_t type, ByteVector& out) {
  std::vector<MutableBytes> pieces;
  if (type == 0) {
    pieces.emplace_back(At(address), out.size());
  } else if (type != 1 || !Walk(address, out.size(), pieces)) {
    return false;
  }
  auto to = out.begin();
  for (const MutableBytes& piece : pieces) {
    to = std::copy(piece.begin(), piece.end(), to);
  }
  return true;
}

bool SecTestDevice::Write(uint64_t address, uint32_t type, const ByteVector& in,
                          size_t skip_bytes) {
  std::vector<MutableBytes> pieces;
  if (type == 0) {
    pieces.emplace_back(At(address), in.size());
  } else if (type != 1 || !Walk(address, in.size(), pieces)) {
    return false;
  }
  size_t at = 0;
  for (const MutableBytes& piece : pieces) {
    for (uint8_t& byte : piece) {
      if (at >= skip_bytes) byte = in[at];
      ++at;
    }
  }
  return true;
}

uint32_t SecTestDevice::RunCipher(const Bd& bd) {
  static constexpr const char* kModes[] = {"ecb", "cbc", "", "",
                                           "ctr", "",    "", "xts"};
  const bool aes = bd.c_alg == 2, xts = bd.c_mode == 7;
  if (bd.c_mode >= 8 || kModes[bd.c_mode][0] == 0 || (!aes && bd.c_alg != 3) ||
      bd.de != 1 || bd.auth != 0 || bd.offset != 0 || bd.c_len == 0 ||
      bd.c_len > kMaxBytes || (xts && bd.c_len < 16) ||
      (bd.c_mode <= 1 && bd.c_len % 16 != 0) ||
      (bd.c_mode == 4 && (version_ == 2 || bd.count_mode != 2)) ||
      (xts && bd.count_mode != 0)) {
    return kError;
  }
  const size_t key_bytes = aes && bd.c_key_len == 2 ? 32 : 16;
  const Bytes key(At(bd.c_key), key_bytes * (xts ? 2 : 1));
  const Bytes iv(At(bd.c_iv), 16);
  ByteVector in(bd.c_len);
  if (!Read(bd.source, bd.source_type, in)) return kError;
  const bool encrypt = bd.cipher == 1;
  const std::string name =
      (aes ? "aes-" + std::to_string(key_bytes * 8) : std::string("sm4")) +
      "-" + kModes[bd.c_mode];
  const ByteVector out = !aes && xts ? TestSm4Xts(encrypt, key, iv, in)
                                     : TestCipher(name, encrypt, key, iv, in);
  return Write(bd.destination, bd.destination_type, out, 0) ? kCipherOk
                                                            : kError;
}

uint32_t SecTestDevice::RunAead(const Bd& bd) {
  const bool encrypt = bd.cipher == 1;
  const size_t key_bytes = bd.c_key_len == 2 ? 32 : 16;
  if (bd.c_alg != 2 || bd.auth != 0 || bd.de != 1 || bd.a_len != bd.offset ||
      bd.seq != (encrypt ? 0u : 1u) || bd.icv_len < 4 || bd.icv_len > 16 ||
      bd.a_len + bd.c_len > kMaxBytes || (version_ == 2 && bd.c_len == 0)) {
    return kError;
  }
  ByteVector in(bd.a_len + bd.c_len);
  if (!Read(bd.source, bd.source_type, in)) return kError;
  const Bytes key(At(bd.c_key), key_bytes);
  const Bytes associated = Bytes(in).first(bd.a_len);
  const Bytes payload = Bytes(in).subspan(bd.a_len);
  const std::string ecb = key_bytes == 32 ? "aes-256-ecb" : "aes-128-ecb";
  const TestSealed sealed =
      bd.c_mode == 6
          ? TestGcm(encrypt, key, {At(bd.c_iv), 12}, associated, payload)
          : TestCcm(ecb, encrypt, key, {At(bd.a_iv), 16}, {At(bd.c_iv), 16},
                    associated, payload);
  std::copy(sealed.out.begin(), sealed.out.end(), in.begin() + bd.a_len);
  if (!Write(bd.destination, bd.destination_type, in, copies_ ? 0 : bd.a_len)) {
    return kError;
  }
  if (encrypt) {
    std::copy_n(sealed.tag.begin(), bd.icv_len, At(bd.mac));
    return kAeadOk;
  }
  return std::equal(At(bd.mac), At(bd.mac) + bd.icv_len, sealed.tag.begin())
             ? kAeadOk
             : kAeadMismatch;
}

uint32_t SecTestDevice::RunDigest(const Bd& bd) {
  const std::string hash = HashName(bd.a_alg);
  const bool hmac = IsHmacCode(bd.a_alg), go_on = bd.ai_gen == 1;
  const size_t key_bytes = size_t{bd.key_len} * 4;
  const size_t mac_bytes = size_t{bd.mac_len} * 4;
  const size_t block = hash == "sha384" || hash == "sha512" ? 128 : 64;
  if (hash.empty() || bd.auth != 1 || bd.de != 0 || bd.c_len != 0 ||
      bd.ai_gen > 1 || bd.pad > 1 || bd.a_len > kMaxBytes ||
      key_bytes > block || (!hmac && key_bytes != 0) ||
      (go_on && bd.a_iv != bd.mac)) {
    return kError;
  }
  ByteVector message;
  if (go_on) {
    const auto found = messages_.find(Load<uint64_t>(bd.a_iv));
    if (found == messages_.end()) return kError;
    message = found->second;
    messages_.erase(found);
  }
  ByteVector in(bd.a_len);
  if (!Read(bd.source, bd.source_type, in)) return kError;
  message.insert(message.end(), in.begin(), in.end());
  if (bd.pad == 1) {
    if (bd.a_len == 0 || bd.a_len % block != 0 || bd.source_type != 0 ||
        (bd.mac_len == 0 && (hmac || hash == "sm3")) || bd.long_len != 0) {
      return kError;
    }
    const uint64_t number = static_cast<uint64_t>(executed_) + 1'000;
    std::memcpy(At(bd.mac), &number, sizeof(number));
    messages_[number] = message;
    return kDigestOk;
  }
  const bool long_ok = bd.long_len == (go_on ? message.size() * 8 : 0);
  if (!long_ok || (!go_on && version_ == 2 && bd.a_len == 0)) return kError;
  const ByteVector out =
      hmac ? TestHmac(hash, {At(bd.a_key), key_bytes}, message)
           : TestHash(hash, message);
  if (mac_bytes == 0 || mac_bytes > out.size()) return kError;
  std::copy_n(out.begin(), mac_bytes, At(bd.mac));
  return kDigestOk;
}

uint32_t SecTestDevice::Run(const Bd& bd) {
  if (bd.invalid) {
    ++idle_;
    return kNothingOk;
  }
  if (bd.cipher == 0 || bd.cipher == 3) return RunDigest(bd);
  return bd.c_mode == 5 || bd.c_mode == 6 ? RunAead(bd) : RunCipher(bd);
}

void SecTestDevice::Execute(Sqe& sqe) {
  ++executed_;
  const uint32_t type = version_ == 2 ? 2 : 3;
  sqe.dword[28] = (sqe.dword[0] & 15) == type ? Run(Parse(sqe)) : kError;
}

}  // namespace uacced::hw::hisi
