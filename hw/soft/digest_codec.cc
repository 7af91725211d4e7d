#include "hw/soft/digest_codec.h"

#include <openssl/crypto.h>
#include <openssl/err.h>

#include <algorithm>
#include <cstring>

namespace uacced::hw {
namespace {

constexpr size_t kMaxBlockBytes = 128;  // Of SHA-384 and SHA-512.
constexpr uint8_t kInnerPad = 0x36, kOuterPad = 0x5c;

}  // namespace

Result DigestCodec::Digest(const Request& request) {
  const EVP_MD* hash = algorithms_.Hash(request.algorithm);
  if (hash == nullptr) return Result::Unsupported();
  const AlgorithmInfo& info = Info(request.algorithm);
  if (request.destination.size() < info.digest_bytes) return Result::TooSmall();

  const bool is_hmac = info.family == Family::kHmac;
  const Algorithm plain =
      is_hmac ? HashOfHmac(request.algorithm) : request.algorithm;
  HashContext& context = contexts_[static_cast<size_t>(plain)];
  if (context == nullptr) {
    context.reset(EVP_MD_CTX_new());
    if (context == nullptr ||
        EVP_DigestInit_ex2(context.get(), hash, nullptr) != 1) {
      context.reset();
      ERR_clear_error();
      return Result::Unavailable();
    }
  }
  const bool done = is_hmac ? Hmac(request, context.get())
                            : Hash(context.get(), request.source, {},
                                   request.destination.data());
  if (done) return Result::Produced(info.digest_bytes);
  context.reset();
  ERR_clear_error();
  return Result::Internal();
}

bool DigestCodec::Hash(EVP_MD_CTX* context, Bytes first, Bytes second,
                       uint8_t* out) {
  return EVP_DigestInit_ex2(context, nullptr, nullptr) == 1 &&
         EVP_DigestUpdate(context, first.data(), first.size()) == 1 &&
         EVP_DigestUpdate(context, second.data(), second.size()) == 1 &&
         EVP_DigestFinal_ex(context, out, nullptr) == 1;
}

bool DigestCodec::Hmac(const Request& request, EVP_MD_CTX* context) {
  const size_t block_bytes = EVP_MD_CTX_get_block_size(context);
  const size_t digest_bytes = Info(request.algorithm).digest_bytes;
  if (block_bytes > kMaxBlockBytes) return false;

  uint8_t pad[kMaxBlockBytes] = {};
  uint8_t inner[kMaxDigestBytes];
  bool done = true;
  if (request.key.size() > block_bytes) {
    done = Hash(context, request.key, {}, pad);
  } else if (!request.key.empty()) {
    std::memcpy(pad, request.key.data(), request.key.size());
  }
  for (uint8_t& byte : pad) byte ^= kInnerPad;
  done = done && Hash(context, {pad, block_bytes}, request.source, inner);
  for (uint8_t& byte : pad) byte ^= kInnerPad ^ kOuterPad;
  done = done && Hash(context, {pad, block_bytes}, {inner, digest_bytes},
                      request.destination.data());
  OPENSSL_cleanse(pad, sizeof(pad));
  OPENSSL_cleanse(inner, sizeof(inner));
  return done;
}

}  // namespace uacced::hw
