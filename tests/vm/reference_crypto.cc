#include "tests/vm/reference_crypto.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <cstdlib>
#include <map>
#include <memory>

#include "absl/strings/match.h"

namespace uacced::vm {
namespace {

constexpr CipherKind kCiphers[] = {
    {v1::CIPHER_ALGORITHM_AES_128_GCM, "AES-128-GCM", 16, 12, true, 0},
    {v1::CIPHER_ALGORITHM_AES_256_GCM, "AES-256-GCM", 32, 12, true, 0},
    {v1::CIPHER_ALGORITHM_AES_128_CCM, "AES-128-CCM", 16, 12, true, 0},
    {v1::CIPHER_ALGORITHM_AES_256_CCM, "AES-256-CCM", 32, 12, true, 0},
    {v1::CIPHER_ALGORITHM_AES_128_XTS, "AES-128-XTS", 32, 16, false, 16},
    {v1::CIPHER_ALGORITHM_AES_256_XTS, "AES-256-XTS", 64, 16, false, 16},
    {v1::CIPHER_ALGORITHM_AES_128_CTR, "AES-128-CTR", 16, 16, false, 0},
    {v1::CIPHER_ALGORITHM_AES_256_CTR, "AES-256-CTR", 32, 16, false, 0},
    {v1::CIPHER_ALGORITHM_AES_128_CBC, "AES-128-CBC", 16, 16, false, 0},
    {v1::CIPHER_ALGORITHM_AES_256_CBC, "AES-256-CBC", 32, 16, false, 0},
};
constexpr HashKind kHashes[] = {
    {v1::HASH_ALGORITHM_SHA1, "SHA1", 64},
    {v1::HASH_ALGORITHM_SHA224, "SHA224", 64},
    {v1::HASH_ALGORITHM_SHA256, "SHA256", 64},
    {v1::HASH_ALGORITHM_SHA384, "SHA384", 128},
    {v1::HASH_ALGORITHM_SHA512, "SHA512", 128},
};
constexpr int kTagBytes = 16;

void Require(bool holds) {
  if (!holds) std::abort();
}

const unsigned char* BytesOf(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* RoomOf(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}
int Size(std::string_view text) { return static_cast<int>(text.size()); }

// To look an algorithm up costs more than to encrypt a little with it.
const EVP_CIPHER* Cipher(const CipherKind& kind) {
  static const auto* const kFetched = [] {
    auto* all = new std::map<v1::CipherAlgorithm, const EVP_CIPHER*>;
    for (const CipherKind& each : kCiphers) {
      (*all)[each.algorithm] = EVP_CIPHER_fetch(nullptr, each.name, nullptr);
    }
    return all;
  }();
  const EVP_CIPHER* cipher = kFetched->at(kind.algorithm);
  Require(cipher != nullptr);
  return cipher;
}

const EVP_MD* Hash(const HashKind& kind) {
  static const auto* const kFetched = [] {
    auto* all = new std::map<v1::HashAlgorithm, const EVP_MD*>;
    for (const HashKind& each : kHashes) {
      (*all)[each.algorithm] = EVP_MD_fetch(nullptr, each.name, nullptr);
    }
    return all;
  }();
  const EVP_MD* hash = kFetched->at(kind.algorithm);
  Require(hash != nullptr);
  return hash;
}

struct FreeContext {
  void operator()(EVP_CIPHER_CTX* it) const { EVP_CIPHER_CTX_free(it); }
};
using Context = std::unique_ptr<EVP_CIPHER_CTX, FreeContext>;

bool IsCcm(const CipherKind& kind) { return absl::EndsWith(kind.name, "-CCM"); }

// Ready for the message. `tag` is the one to open with, or null.
Context Begin(const CipherKind& kind, std::string_view key,
              std::string_view nonce, std::string_view associated_data,
              int message_bytes, const std::string* tag) {
  Context context(EVP_CIPHER_CTX_new());
  EVP_CIPHER_CTX* const ctx = context.get();
  const int encrypt = tag == nullptr;
  Require(EVP_CipherInit_ex2(ctx, Cipher(kind), nullptr, nullptr, encrypt,
                             nullptr) == 1);
  if (kind.authenticated) {
    Require(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_IVLEN, Size(nonce),
                                nullptr) == 1);
    if (!encrypt) {
      Require(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, Size(*tag),
                                  const_cast<char*>(tag->data())) == 1);
    } else if (IsCcm(kind)) {
      Require(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, kTagBytes,
                                  nullptr) == 1);
    }
  }
  Require(EVP_CipherInit_ex2(ctx, nullptr, BytesOf(key), BytesOf(nonce),
                             encrypt, nullptr) == 1);
  int made = 0;
  if (IsCcm(kind)) {
    Require(EVP_CipherUpdate(ctx, nullptr, &made, nullptr, message_bytes) == 1);
  }
  if (!associated_data.empty()) {
    Require(EVP_CipherUpdate(ctx, nullptr, &made, BytesOf(associated_data),
                             Size(associated_data)) == 1);
  }
  return context;
}

// What comes of the message; nullopt if the tag or the padding is wrong.
std::optional<std::string> Run(const CipherKind& kind, EVP_CIPHER_CTX* context,
                               std::string_view message) {
  std::string output(message.size() + 16, '\0');
  int made = 0, rest = 0;
  // Empty ones, too: CCM verifies here. A null pointer would mean something.
  if (IsCcm(kind) || !message.empty()) {
    const std::string_view input = message.empty() ? "" : message;
    if (EVP_CipherUpdate(context, RoomOf(output), &made, BytesOf(input),
                         Size(input)) != 1) {
      return std::nullopt;
    }
  }
  if (!IsCcm(kind) &&
      EVP_CipherFinal_ex(context, RoomOf(output) + made, &rest) != 1) {
    return std::nullopt;
  }
  output.resize(static_cast<size_t>(made) + static_cast<size_t>(rest));
  return output;
}

}  // namespace

absl::Span<const CipherKind> CipherKinds() { return kCiphers; }
absl::Span<const HashKind> HashKinds() { return kHashes; }

Sealed Seal(const CipherKind& kind, std::string_view key,
            std::string_view nonce, std::string_view associated_data,
            std::string_view plaintext) {
  const Context context =
      Begin(kind, key, nonce, associated_data, Size(plaintext), nullptr);
  std::optional<std::string> ciphertext = Run(kind, context.get(), plaintext);
  Require(ciphertext.has_value());
  Sealed sealed = {std::move(*ciphertext), ""};
  if (kind.authenticated) {
    sealed.tag.resize(kTagBytes);
    Require(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, kTagBytes,
                                sealed.tag.data()) == 1);
  }
  return sealed;
}

std::optional<std::string> Open(const CipherKind& kind, std::string_view key,
                                std::string_view nonce,
                                std::string_view associated_data,
                                const Sealed& sealed) {
  const Context context = Begin(kind, key, nonce, associated_data,
                                Size(sealed.ciphertext), &sealed.tag);
  return Run(kind, context.get(), sealed.ciphertext);
}

std::string Digest(const HashKind& kind, std::string_view input) {
  std::string digest(EVP_MAX_MD_SIZE, '\0');
  unsigned bytes = 0;
  Require(EVP_Digest(input.data(), input.size(), RoomOf(digest), &bytes,
                     Hash(kind), nullptr) == 1);
  digest.resize(bytes);
  return digest;
}

std::string Hmac(const HashKind& kind, std::string_view key,
                 std::string_view input) {
  std::string digest(EVP_MAX_MD_SIZE, '\0');
  unsigned bytes = 0;
  Require(HMAC(Hash(kind), key.data(), Size(key), BytesOf(input), input.size(),
               RoomOf(digest), &bytes) != nullptr);
  digest.resize(bytes);
  return digest;
}

}  // namespace uacced::vm
