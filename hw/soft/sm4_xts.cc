#include "hw/soft/sm4_xts.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <cstring>

namespace uacced::hw {
namespace {

constexpr size_t kBlockBytes = kCipherBlockBytes;
// Blocks that go through ECB in one call: enough for its vectorised code.
constexpr size_t kBatchBlocks = 64;

uint64_t LoadLittleEndian(const uint8_t* bytes) {
  uint64_t value = 0;
  for (int i = 7; i >= 0; --i) value = value << 8 | bytes[i];
  return value;
}

void StoreLittleEndian(uint8_t* bytes, uint64_t value) {
  for (int i = 0; i < 8; ++i) bytes[i] = static_cast<uint8_t>(value >> 8 * i);
}

// The tweak of one block: 128 bits, least significant byte first.
struct Tweak {
  uint64_t low, high;

  explicit Tweak(const uint8_t* bytes)
      : low(LoadLittleEndian(bytes)), high(LoadLittleEndian(bytes + 8)) {}

  void Store(uint8_t* bytes) const {
    StoreLittleEndian(bytes, low);
    StoreLittleEndian(bytes + 8, high);
  }

  // Multiplies by x in GF(2^128) modulo x^128 + x^7 + x^2 + x + 1.
  void Advance() {
    const uint64_t carry = high >> 63;
    high = high << 1 | low >> 63;
    low = low << 1 ^ (0x87 & (0 - carry));
  }
};

void Xor(uint8_t* out, const uint8_t* a, const uint8_t* b, size_t bytes) {
  for (size_t i = 0; i < bytes; ++i) out[i] = a[i] ^ b[i];
}

bool Ecb(EVP_CIPHER_CTX* context, uint8_t* blocks, size_t bytes) {
  int produced = 0;
  return EVP_CipherUpdate(context, blocks, &produced, blocks,
                          static_cast<int>(bytes)) == 1 &&
         static_cast<size_t>(produced) == bytes;
}

// Whole blocks, each under its own tweak; leaves `tweak` at the one after.
bool Blocks(EVP_CIPHER_CTX* context, Tweak& tweak, const uint8_t* source,
            uint8_t* destination, size_t blocks) {
  uint8_t tweaks[kBatchBlocks * kBlockBytes];
  while (blocks > 0) {
    const size_t batch = std::min(blocks, kBatchBlocks);
    const size_t bytes = batch * kBlockBytes;
    for (size_t i = 0; i < batch; ++i) {
      tweak.Store(tweaks + i * kBlockBytes);
      tweak.Advance();
    }
    Xor(destination, source, tweaks, bytes);
    if (!Ecb(context, destination, bytes)) return false;
    Xor(destination, destination, tweaks, bytes);
    source += bytes;
    destination += bytes;
    blocks -= batch;
  }
  OPENSSL_cleanse(tweaks, sizeof(tweaks));
  return true;
}

// The last whole block and the `tail_bytes` after it, which steals its padding
// from that block's ciphertext. Decryption meets their tweaks in reverse.
bool Steal(EVP_CIPHER_CTX* context, bool encrypt, Tweak tweak,
           const uint8_t* source, uint8_t* destination, size_t tail_bytes) {
  Tweak first = tweak, second = tweak;
  (encrypt ? second : first).Advance();
  uint8_t whole[kBlockBytes] = {}, stolen[kBlockBytes];
  bool done = Blocks(context, first, source, whole, 1);
  std::memcpy(stolen, source + kBlockBytes, tail_bytes);
  std::memcpy(stolen + tail_bytes, whole + tail_bytes,
              kBlockBytes - tail_bytes);
  done = done && Blocks(context, second, stolen, destination, 1);
  std::memcpy(destination + kBlockBytes, whole, tail_bytes);
  OPENSSL_cleanse(whole, sizeof(whole));
  OPENSSL_cleanse(stolen, sizeof(stolen));
  return done;
}

}  // namespace

bool Sm4Xts::Start(CipherContext& context, bool encrypt, const uint8_t* key) {
  const EVP_CIPHER* cipher = nullptr;  // Keeps what the context has.
  if (context == nullptr) {
    context.reset(EVP_CIPHER_CTX_new());
    cipher = sm4_ecb_;
  }
  if (context != nullptr &&
      EVP_CipherInit_ex2(context.get(), cipher, key, nullptr, encrypt,
                         nullptr) == 1 &&
      EVP_CIPHER_CTX_set_padding(context.get(), 0) == 1) {
    return true;
  }
  context.reset();
  return false;
}

bool Sm4Xts::Process(bool encrypt, Bytes key, Bytes tweak, Bytes source,
                     uint8_t* destination) {
  if (!Start(data_context_, encrypt, key.data()) ||
      !Start(tweak_context_, true, key.data() + kKeyBytes / 2)) {
    return false;
  }
  uint8_t first_tweak[kTweakBytes];
  std::memcpy(first_tweak, tweak.data(), kTweakBytes);
  if (!Ecb(tweak_context_.get(), first_tweak, kTweakBytes)) return false;
  Tweak current(first_tweak);

  const size_t tail_bytes = source.size() % kBlockBytes;
  const size_t plain_blocks =
      source.size() / kBlockBytes - (tail_bytes != 0 ? 1 : 0);
  if (!Blocks(data_context_.get(), current, source.data(), destination,
              plain_blocks)) {
    return false;
  }
  const size_t done_bytes = plain_blocks * kBlockBytes;
  return tail_bytes == 0 || Steal(data_context_.get(), encrypt, current,
                                  source.data() + done_bytes,
                                  destination + done_bytes, tail_bytes);
}

void Sm4Xts::Scrub() {
  static constexpr uint8_t kNoKey[kKeyBytes / 2] = {};
  // After Start() gave the contexts their cipher nothing here can fail.
  if (data_context_ != nullptr) Start(data_context_, true, kNoKey);
  if (tweak_context_ != nullptr) Start(tweak_context_, true, kNoKey);
}

}  // namespace uacced::hw
