#include "hw/hisi/sec_test_crypto.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <utility>

namespace uacced::hw::hisi {
namespace {

constexpr size_t kBlock = 16;

void Must(bool ok) {
  if (!ok) std::abort();
}

struct Free {
  void operator()(EVP_CIPHER_CTX* context) const {
    EVP_CIPHER_CTX_free(context);
  }
};
using Context = std::unique_ptr<EVP_CIPHER_CTX, Free>;

uint8_t g_nothing[kBlock];

void Update(const Context& context, uint8_t* out, Bytes in, int& bytes) {
  const uint8_t* from = in.empty() ? g_nothing : in.data();
  Must(EVP_CipherUpdate(context.get(), out, &bytes, from,
                        static_cast<int>(in.size())) == 1);
}

void Xor(uint8_t* into, Bytes bytes) {
  for (size_t i = 0; i < bytes.size(); ++i) into[i] ^= bytes[i];
}

// CBC-MAC over whole blocks, the last one padded with zeros.
void Absorb(const std::string& ecb, Bytes key, Bytes in, TestBytes& state) {
  while (!in.empty()) {
    const size_t bytes = std::min(kBlock, in.size());
    Xor(state.data(), in.first(bytes));
    state = TestCipher(ecb, true, key, {}, state);
    in = in.subspan(bytes);
  }
}

void DoubleTweak(TestBytes& tweak) {
  uint8_t carry = 0;
  for (uint8_t& byte : tweak) {
    const uint8_t next = byte >> 7;
    byte = static_cast<uint8_t>(byte << 1 | carry);
    carry = next;
  }
  if (carry != 0) tweak[0] ^= 0x87;
}

}  // namespace

TestBytes TestCipher(const std::string& cipher, bool encrypt, Bytes key,
                     Bytes iv, Bytes in) {
  const EVP_CIPHER* type = EVP_get_cipherbyname(cipher.c_str());
  Must(type != nullptr);
  Context context(EVP_CIPHER_CTX_new());
  Must(EVP_CipherInit_ex(context.get(), type, nullptr, key.data(), iv.data(),
                         encrypt) == 1);
  Must(EVP_CIPHER_CTX_set_padding(context.get(), 0) == 1);
  TestBytes out(in.size() + kBlock);
  int bytes = 0, rest = 0;
  Update(context, out.data(), in, bytes);
  Must(EVP_CipherFinal_ex(context.get(), out.data() + bytes, &rest) == 1);
  out.resize(bytes + rest);
  return out;
}

TestBytes TestSm4Xts(bool encrypt, Bytes key, Bytes tweak, Bytes in) {
  const Bytes data_key = key.first(kBlock), tweak_key = key.last(kBlock);
  TestBytes mask = TestCipher("sm4-ecb", true, tweak_key, {}, tweak);
  TestBytes out(in.size());
  const auto one_block = [&](Bytes from, const TestBytes& with) {
    TestBytes block(from.begin(), from.end());
    Xor(block.data(), with);
    block = TestCipher("sm4-ecb", encrypt, data_key, {}, block);
    Xor(block.data(), with);
    return block;
  };
  const size_t tail = in.size() % kBlock;
  const size_t whole = in.size() - tail - (tail > 0 ? kBlock : 0);
  for (size_t i = 0; i < whole; i += kBlock) {
    const TestBytes block = one_block(in.subspan(i, kBlock), mask);
    std::copy(block.begin(), block.end(), out.begin() + i);
    DoubleTweak(mask);
  }
  if (tail == 0) return out;
  // Ciphertext stealing: decryption takes the two masks the other way round.
  TestBytes later = mask;
  DoubleTweak(later);
  if (!encrypt) std::swap(mask, later);
  TestBytes block = one_block(in.subspan(whole, kBlock), mask);
  std::copy_n(block.begin(), tail, out.end() - tail);
  std::copy_n(in.end() - tail, tail, block.begin());
  block = one_block(block, later);
  std::copy(block.begin(), block.end(), out.begin() + whole);
  return out;
}

TestSealed TestGcm(bool encrypt, Bytes key, Bytes nonce, Bytes associated,
                   Bytes in) {
  const auto pass = [&](bool forward, Bytes from) {
    Context context(EVP_CIPHER_CTX_new());
    const EVP_CIPHER* type =
        key.size() == 16 ? EVP_aes_128_gcm() : EVP_aes_256_gcm();
    Must(EVP_CipherInit_ex(context.get(), type, nullptr, key.data(),
                           nonce.data(), forward) == 1);
    int bytes = 0;
    if (!associated.empty()) Update(context, nullptr, associated, bytes);
    TestSealed sealed = {TestBytes(from.size() + kBlock), TestBytes(kBlock)};
    Update(context, sealed.out.data(), from, bytes);
    sealed.out.resize(bytes);
    if (!forward) return sealed;
    Must(EVP_CipherFinal_ex(context.get(), g_nothing, &bytes) == 1);
    Must(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, kBlock,
                             sealed.tag.data()) == 1);
    return sealed;
  };
  if (encrypt) return pass(true, in);
  TestSealed opened = pass(false, in);
  opened.tag = pass(true, opened.out).tag;
  return opened;
}

TestSealed TestCcm(const std::string& ecb, bool encrypt, Bytes key,
                   Bytes first_block, Bytes counter_block, Bytes associated,
                   Bytes in) {
  TestBytes counter(counter_block.begin(), counter_block.end());
  const std::string ctr = ecb.substr(0, ecb.size() - 3) + "ctr";
  TestSealed sealed;
  sealed.out = TestCipher(ctr, true, key, counter, in);

  sealed.tag.assign(kBlock, 0);
  Absorb(ecb, key, first_block, sealed.tag);
  if (!associated.empty()) {
    TestBytes prefixed = {static_cast<uint8_t>(associated.size() >> 8),
                          static_cast<uint8_t>(associated.size())};
    prefixed.insert(prefixed.end(), associated.begin(), associated.end());
    Absorb(ecb, key, prefixed, sealed.tag);
  }
  Absorb(ecb, key, encrypt ? in : Bytes(sealed.out), sealed.tag);
  // The mask of the tag has the counter 0 in the bytes that B0 has for lengths.
  const size_t length_bytes = (counter[0] & 7) + size_t{1};
  std::fill(counter.end() - static_cast<ptrdiff_t>(length_bytes), counter.end(),
            0);
  Xor(sealed.tag.data(), TestCipher(ecb, true, key, {}, counter));
  return sealed;
}

TestBytes TestHash(const std::string& hash, Bytes in) {
  TestBytes out(EVP_MAX_MD_SIZE);
  unsigned bytes = 0;
  Must(EVP_Digest(in.data(), in.size(), out.data(), &bytes,
                  EVP_get_digestbyname(hash.c_str()), nullptr) == 1);
  out.resize(bytes);
  return out;
}

TestBytes TestHmac(const std::string& hash, Bytes key, Bytes in) {
  TestBytes out(EVP_MAX_MD_SIZE);
  unsigned bytes = 0;
  Must(HMAC(EVP_get_digestbyname(hash.c_str()),
            key.empty() ? g_nothing : key.data(), static_cast<int>(key.size()),
            in.data(), in.size(), out.data(), &bytes) != nullptr);
  out.resize(bytes);
  return out;
}

}  // namespace uacced::hw::hisi
