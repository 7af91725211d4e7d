#include "tests/vm/sim_sec.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <algorithm>
#include <cstring>

namespace uacced::vm {

Sqe Type3(uint32_t word0, uint32_t word1, const Operands& operands) {
  Sqe sqe = {};
  sqe[0] = word0;
  sqe[1] = word1;
  sqe[2] = 0x1a2b3c4d;
  SetAddress(sqe, 4, AddressOf(operands.source));
  SetAddress(sqe, 6, AddressOf(operands.auth_key));
  SetAddress(sqe, 8, AddressOf(operands.auth_iv));
  SetAddress(sqe, 12, AddressOf(operands.key));
  SetAddress(sqe, 19, AddressOf(operands.target));
  SetAddress(sqe, 21, AddressOf(operands.mac));
  SetAddress(sqe, 23, AddressOf(operands.iv));
  return sqe;
}

Sqe Type2(uint32_t word0, const Operands& operands) {
  Sqe sqe = {};
  sqe[0] = word0;
  sqe[10] = 0x1a2b;
  SetAddress(sqe, 14, AddressOf(operands.auth_iv));
  SetAddress(sqe, 16, AddressOf(operands.auth_key));
  SetAddress(sqe, 18, AddressOf(operands.mac));
  SetAddress(sqe, 20, AddressOf(operands.iv));
  SetAddress(sqe, 22, AddressOf(operands.key));
  SetAddress(sqe, 24, AddressOf(operands.source));
  SetAddress(sqe, 26, AddressOf(operands.target));
  return sqe;
}

uint32_t RunSec(SimQueue& queue, const Sqe& sqe) {
  const std::optional<Sqe> answer = queue.Run(sqe);
  if (!answer) return ~0u;
  return std::equal(sqe.begin(), sqe.begin() + 28, answer->begin())
             ? (*answer)[28]
             : ~0u;
}

std::optional<ByteVector> Encipher(const char* name, const ByteVector& key,
                                   const ByteVector& iv,
                                   const ByteVector& plain, const char* cts) {
  EVP_CIPHER* cipher = EVP_CIPHER_fetch(nullptr, name, nullptr);
  if (cipher == nullptr) return std::nullopt;
  EVP_CIPHER_CTX* context = EVP_CIPHER_CTX_new();
  OSSL_PARAM params[2] = {OSSL_PARAM_END, OSSL_PARAM_END};
  if (cts != nullptr) {
    params[0] = OSSL_PARAM_construct_utf8_string(OSSL_CIPHER_PARAM_CTS_MODE,
                                                 const_cast<char*>(cts), 0);
  }
  ByteVector out(plain.size() + 64);
  int bytes = 0;
  const bool done =
      EVP_EncryptInit_ex2(context, cipher, key.data(), iv.data(), params) &&
      EVP_CIPHER_CTX_set_padding(context, 0) &&
      EVP_EncryptUpdate(context, out.data(), &bytes, plain.data(),
                        static_cast<int>(plain.size()));
  EVP_CIPHER_CTX_free(context);
  EVP_CIPHER_free(cipher);
  if (!done || bytes != static_cast<int>(plain.size())) return std::nullopt;
  out.resize(plain.size());
  return out;
}

bool SealedBy(const char* name, const ByteVector& key, const ByteVector& nonce,
              const ByteVector& aad, const ByteVector& plain, size_t tag_bytes,
              ByteVector& sealed, ByteVector& tag) {
  const bool ccm = std::strstr(name, "CCM") != nullptr;
  EVP_CIPHER* cipher = EVP_CIPHER_fetch(nullptr, name, nullptr);
  if (cipher == nullptr) return false;
  EVP_CIPHER_CTX* context = EVP_CIPHER_CTX_new();
  sealed.resize(plain.size());
  tag.resize(tag_bytes);
  int bytes = 0;
  bool done =
      EVP_EncryptInit_ex2(context, cipher, nullptr, nullptr, nullptr) &&
      EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_IVLEN,
                          static_cast<int>(nonce.size()), nullptr) &&
      (!ccm || EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG,
                                   static_cast<int>(tag_bytes), nullptr)) &&
      EVP_EncryptInit_ex2(context, nullptr, key.data(), nonce.data(),
                          nullptr) &&
      (!ccm || EVP_EncryptUpdate(context, nullptr, &bytes, nullptr,
                                 static_cast<int>(plain.size()))) &&
      (aad.empty() || EVP_EncryptUpdate(context, nullptr, &bytes, aad.data(),
                                        static_cast<int>(aad.size()))) &&
      EVP_EncryptUpdate(context, sealed.data(), &bytes, plain.data(),
                        static_cast<int>(plain.size())) &&
      EVP_EncryptFinal_ex(context, sealed.data(), &bytes) &&
      EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG,
                          static_cast<int>(tag_bytes), tag.data());
  EVP_CIPHER_CTX_free(context);
  EVP_CIPHER_free(cipher);
  return done;
}

ByteVector Hmac(const char* hash, const ByteVector& key,
                const ByteVector& data) {
  ByteVector mac(64);
  size_t bytes = 0;
  EVP_Q_mac(nullptr, "HMAC", nullptr, hash, nullptr, key.data(), key.size(),
            data.data(), data.size(), mac.data(), mac.size(), &bytes);
  mac.resize(bytes);
  return mac;
}

ByteVector Joined(const ByteVector& first, const ByteVector& second) {
  ByteVector all = first;
  all.insert(all.end(), second.begin(), second.end());
  return all;
}

}  // namespace uacced::vm
