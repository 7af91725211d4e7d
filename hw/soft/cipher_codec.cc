#include "hw/soft/cipher_codec.h"

#include <openssl/crypto.h>
#include <openssl/err.h>

#include <climits>
#include <cstring>

namespace uacced::hw {
namespace {

// OpenSSL treats null input or output as requests of another kind.
uint8_t g_nothing[kCipherBlockBytes];

bool IsXts(Algorithm algorithm) {
  return algorithm == Algorithm::kAes128Xts ||
         algorithm == Algorithm::kAes256Xts || algorithm == Algorithm::kSm4Xts;
}

bool IsCcm(Algorithm algorithm) {
  return algorithm == Algorithm::kAes128Ccm ||
         algorithm == Algorithm::kAes256Ccm;
}

// CCM has 15 - nonce bytes for the message's length.
bool FitsCcm(const Request& request) {
  const size_t length_bytes = 15 - request.nonce.size();
  return length_bytes >= sizeof(uint32_t) ||
         request.source.size() < size_t{1} << 8 * length_bytes;
}

bool HasEqualHalves(Bytes key) {
  const size_t half = key.size() / 2;
  return CRYPTO_memcmp(key.data(), key.data() + half, half) == 0;
}

// Sets direction, nonce and key. The order matters: lengths (and for CCM the
// tag's) go into the key schedule, so they come before the key.
bool Start(EVP_CIPHER_CTX* context, const Request& request, bool encrypt) {
  if (EVP_CipherInit_ex2(context, nullptr, nullptr, nullptr, encrypt,
                         nullptr) != 1) {
    return false;
  }
  if (Info(request.algorithm).family == Family::kAead &&
      EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_IVLEN,
                          static_cast<int>(request.nonce.size()),
                          nullptr) != 1) {
    return false;
  }
  if (IsCcm(request.algorithm)) {
    const Bytes mac = encrypt ? Bytes(request.mac) : request.expected_mac;
    void* expected = encrypt ? nullptr : const_cast<uint8_t*>(mac.data());
    if (EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG,
                            static_cast<int>(mac.size()), expected) != 1) {
      return false;
    }
  }
  return EVP_CipherInit_ex2(context, nullptr, request.key.data(),
                            request.nonce.data(), encrypt, nullptr) == 1;
}

bool Update(EVP_CIPHER_CTX* context, uint8_t* out, const uint8_t* in,
            size_t bytes, size_t* produced_bytes = nullptr) {
  int produced = 0;
  if (EVP_CipherUpdate(context, out, &produced, in, static_cast<int>(bytes)) !=
      1) {
    return false;
  }
  if (produced_bytes != nullptr) *produced_bytes = produced;
  return true;
}

// Everything between the key and the tag. CCM must know the length before any
// data and takes all data in one piece, even when that is none.
bool AeadBody(EVP_CIPHER_CTX* context, const Request& request) {
  const Bytes source = request.source;
  const Bytes associated = request.associated_data;
  const bool ccm = IsCcm(request.algorithm);
  if (ccm && !Update(context, nullptr, nullptr, source.size())) return false;
  if (!associated.empty() &&
      !Update(context, nullptr, associated.data(), associated.size())) {
    return false;
  }
  if (source.empty()) return !ccm || Update(context, g_nothing, g_nothing, 0);
  return Update(context, request.destination.data(), source.data(),
                source.size());
}

Result Seal(EVP_CIPHER_CTX* context, const Request& request) {
  uint8_t rest[kCipherBlockBytes];
  int rest_bytes = 0;
  if (AeadBody(context, request) &&
      EVP_CipherFinal_ex(context, rest, &rest_bytes) == 1 &&
      EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG,
                          static_cast<int>(request.mac.size()),
                          request.mac.data()) == 1) {
    return Result::Produced(request.source.size());
  }
  return Result::Internal();
}

Result Open(EVP_CIPHER_CTX* context, const Request& request) {
  uint8_t rest[kCipherBlockBytes];
  int rest_bytes = 0;
  const bool authentic =
      AeadBody(context, request) &&
      (IsCcm(request.algorithm) ||  // Has the tag, and has compared it.
       (EVP_CIPHER_CTX_ctrl(
            context, EVP_CTRL_AEAD_SET_TAG,
            static_cast<int>(request.expected_mac.size()),
            const_cast<uint8_t*>(request.expected_mac.data())) == 1 &&
        EVP_CipherFinal_ex(context, rest, &rest_bytes) == 1));
  if (authentic) return Result::Produced(request.source.size());
  OPENSSL_cleanse(request.destination.data(), request.source.size());
  return Result::Corrupt();
}

Result EncryptCbc(EVP_CIPHER_CTX* context, const Request& request) {
  const Bytes source = request.source;
  const size_t tail_bytes = source.size() % kCipherBlockBytes;
  if (!request.pkcs7_padding && tail_bytes != 0) return Result::Corrupt();
  const size_t needed_bytes =
      source.size() +
      (request.pkcs7_padding ? kCipherBlockBytes - tail_bytes : 0);
  if (request.destination.size() < needed_bytes) return Result::TooSmall();

  uint8_t* const out = request.destination.data();
  size_t produced = 0;
  int rest_bytes = 0;
  uint8_t rest[kCipherBlockBytes];
  if (EVP_CIPHER_CTX_set_padding(context, request.pkcs7_padding) != 1 ||
      (!source.empty() &&
       !Update(context, out, source.data(), source.size(), &produced)) ||
      EVP_CipherFinal_ex(context, rest, &rest_bytes) != 1 ||
      produced + rest_bytes != needed_bytes) {
    return Result::Internal();
  }
  if (rest_bytes > 0) std::memcpy(out + produced, rest, rest_bytes);
  return Result::Produced(needed_bytes);
}

Result DecryptCbc(EVP_CIPHER_CTX* context, const Request& request) {
  const Bytes source = request.source;
  if (source.size() % kCipherBlockBytes != 0) return Result::Corrupt();
  if (source.empty()) {
    return request.pkcs7_padding ? Result::Corrupt() : Result::Produced(0);
  }
  // OpenSSL holds the last block back until it has looked at the padding.
  const size_t whole_bytes =
      source.size() - (request.pkcs7_padding ? kCipherBlockBytes : 0);
  const MutableBytes room = request.destination;
  if (room.size() < whole_bytes) return Result::TooSmall();

  uint8_t* const out = room.empty() ? g_nothing : room.data();
  size_t produced = 0;
  int rest_bytes = 0;
  uint8_t rest[kCipherBlockBytes];
  Result result = Result::Corrupt();
  if (EVP_CIPHER_CTX_set_padding(context, request.pkcs7_padding) == 1 &&
      Update(context, out, source.data(), source.size(), &produced) &&
      produced == whole_bytes &&
      EVP_CipherFinal_ex(context, rest, &rest_bytes) == 1) {
    const size_t tail_bytes = static_cast<size_t>(rest_bytes);
    result = room.size() - whole_bytes < tail_bytes
                 ? Result::TooSmall()
                 : Result::Produced(whole_bytes + tail_bytes);
  }
  if (!result.ok()) {
    OPENSSL_cleanse(out, whole_bytes);
  } else if (rest_bytes > 0) {
    std::memcpy(out + whole_bytes, rest, rest_bytes);
  }
  OPENSSL_cleanse(rest, sizeof(rest));
  return result;
}

// CTR and XTS: as many bytes out as in, no end to it.
Result RunCipher(EVP_CIPHER_CTX* context, const Request& request) {
  size_t produced = 0;
  if (request.source.empty()) return Result::Produced(0);
  return Update(context, request.destination.data(), request.source.data(),
                request.source.size(), &produced) &&
                 produced == request.source.size()
             ? Result::Produced(produced)
             : Result::Internal();
}

}  // namespace

CipherCodec::CipherCodec(const EvpAlgorithms& algorithms)
    : algorithms_(algorithms),
      sm4_xts_(algorithms.Cipher(Algorithm::kSm4Xts)),
      xaes_kdf_(algorithms.Cipher(Algorithm::kXaes256Gcm)) {}

Result CipherCodec::Encrypt(const Request& request) {
  return Process(request, /*encrypt=*/true);
}

Result CipherCodec::Decrypt(const Request& request) {
  return Process(request, /*encrypt=*/false);
}

EVP_CIPHER_CTX* CipherCodec::ContextFor(Algorithm algorithm) {
  CipherContext& context = contexts_[static_cast<size_t>(algorithm)];
  if (context != nullptr) return context.get();
  context.reset(EVP_CIPHER_CTX_new());
  if (context != nullptr &&
      EVP_CipherInit_ex2(context.get(), algorithms_.Cipher(algorithm), nullptr,
                         nullptr, 1, nullptr) != 1) {
    context.reset();
  }
  return context.get();
}

Result CipherCodec::Process(const Request& request, bool encrypt) {
  const Algorithm algorithm = request.algorithm;
  if (algorithms_.Cipher(algorithm) == nullptr) return Result::Unsupported();
  if (algorithm == Algorithm::kXaes256Gcm) return ProcessXaes(request, encrypt);
  // OpenSSL counts in int.
  if (request.source.size() > INT_MAX - kCipherBlockBytes ||
      request.associated_data.size() > INT_MAX ||
      (IsCcm(algorithm) && !FitsCcm(request))) {
    return Result::Corrupt();
  }
  if (!IsCbc(algorithm) && request.destination.size() < request.source.size()) {
    return Result::TooSmall();
  }
  keyed_ |= uint64_t{1} << static_cast<unsigned>(algorithm);
  if (IsXts(algorithm)) return ProcessXts(request, encrypt);

  EVP_CIPHER_CTX* context = ContextFor(algorithm);
  if (context == nullptr) return Result::Unavailable();
  Result result = Result::Unsupported();
  if (Start(context, request, encrypt)) {
    if (Info(algorithm).family == Family::kAead) {
      result = encrypt ? Seal(context, request) : Open(context, request);
    } else if (IsCbc(algorithm)) {
      result =
          encrypt ? EncryptCbc(context, request) : DecryptCbc(context, request);
    } else {
      result = RunCipher(context, request);
    }
  }
  if (!result.ok()) {
    // Whatever state it was left in must not reach the next request.
    contexts_[static_cast<size_t>(algorithm)].reset();
    ERR_clear_error();
  }
  return result;
}

Result CipherCodec::ProcessXts(const Request& request, bool encrypt) {
  if (request.source.size() < kCipherBlockBytes ||
      request.source.size() > kMaxXtsBytes ||
      (encrypt && HasEqualHalves(request.key))) {
    return Result::Corrupt();
  }
  if (request.algorithm == Algorithm::kSm4Xts) {
    uint8_t* const out = request.destination.data();
    const bool done =
        encrypt
            ? sm4_xts_.Encrypt(request.key, request.nonce, request.source, out)
            : sm4_xts_.Decrypt(request.key, request.nonce, request.source, out);
    if (done) return Result::Produced(request.source.size());
    ERR_clear_error();
    return Result::Unavailable();
  }
  EVP_CIPHER_CTX* context = ContextFor(request.algorithm);
  if (context == nullptr) return Result::Unavailable();
  Result result = Result::Unsupported();
  if (Start(context, request, encrypt)) result = RunCipher(context, request);
  if (!result.ok()) {
    contexts_[static_cast<size_t>(request.algorithm)].reset();
    ERR_clear_error();
  }
  return result;
}

Result CipherCodec::ProcessXaes(const Request& request, bool encrypt) {
  keyed_ |= uint64_t{1} << static_cast<unsigned>(Algorithm::kXaes256Gcm);
  uint8_t derived[XaesKdf::kKeyBytes];
  Result result = Result::Unavailable();
  if (xaes_kdf_.Derive(request.key, request.nonce.first(XaesKdf::kSaltBytes),
                       derived)) {
    Request gcm = request;
    gcm.algorithm = Algorithm::kAes256Gcm;
    gcm.key = derived;
    gcm.nonce = request.nonce.subspan(XaesKdf::kSaltBytes);
    result = Process(gcm, encrypt);
  } else {
    ERR_clear_error();
  }
  OPENSSL_cleanse(derived, sizeof(derived));
  return result;
}

void CipherCodec::Scrub() {
  if (keyed_ == 0) return;
  // XTS wants halves that differ.
  static constexpr uint8_t kNoKey[kMaxCipherKeyBytes] = {1};
  for (size_t i = 0; i < kAlgorithmCount; ++i) {
    if ((keyed_ >> i & 1) == 0 || contexts_[i] == nullptr) continue;
    if (EVP_CipherInit_ex2(contexts_[i].get(), nullptr, kNoKey, nullptr, 1,
                           nullptr) != 1) {
      contexts_[i].reset();  // Which cleanses as well.
      ERR_clear_error();
    }
  }
  sm4_xts_.Scrub();
  xaes_kdf_.Scrub();
  keyed_ = 0;
}

}  // namespace uacced::hw
