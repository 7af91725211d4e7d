#include "hw/hisi/model/sec_oracle.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/params.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>

namespace uacced::hw::hisi {
namespace {

void Require(bool holds) {
  if (holds) return;
  std::fprintf(stderr, "sec_oracle: OpenSSL does not do it\n");
  std::abort();
}

struct Free {
  void operator()(EVP_CIPHER* cipher) const { EVP_CIPHER_free(cipher); }
  void operator()(EVP_CIPHER_CTX* run) const { EVP_CIPHER_CTX_free(run); }
  void operator()(EVP_MD* hash) const { EVP_MD_free(hash); }
  void operator()(EVP_MAC* mac) const { EVP_MAC_free(mac); }
  void operator()(EVP_MAC_CTX* run) const { EVP_MAC_CTX_free(run); }
};

int Size(Bytes bytes) { return static_cast<int>(bytes.size()); }

Data Mac(const char* name, const char* cipher, Bytes key, Bytes iv,
         Bytes data) {
  std::unique_ptr<EVP_MAC, Free> mac(EVP_MAC_fetch(nullptr, name, nullptr));
  std::unique_ptr<EVP_MAC_CTX, Free> run(EVP_MAC_CTX_new(mac.get()));
  OSSL_PARAM params[3] = {
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_CIPHER,
                                       const_cast<char*>(cipher), 0),
      OSSL_PARAM_construct_end(), OSSL_PARAM_construct_end()};
  if (!iv.empty()) {
    params[1] = OSSL_PARAM_construct_octet_string(
        OSSL_MAC_PARAM_IV, const_cast<uint8_t*>(iv.data()), iv.size());
  }
  Data out(16);
  size_t produced = 0;
  Require(EVP_MAC_init(run.get(), key.data(), key.size(), params) == 1);
  Require(EVP_MAC_update(run.get(), data.data(), data.size()) == 1);
  Require(EVP_MAC_final(run.get(), out.data(), &produced, out.size()) == 1);
  return out;
}

Data Padded(Bytes data) {
  Data out(data.begin(), data.end());
  out.resize((data.size() + 15) / 16 * 16);
  return out;
}

void Append(Data& out, Bytes more) {
  out.insert(out.end(), more.begin(), more.end());
}

Data Xor(Data a, Bytes b) {
  for (size_t i = 0; i < std::min(a.size(), b.size()); ++i) a[i] ^= b[i];
  return a;
}

// Bit by bit, as NIST SP 800-38D has it.
Data Times(const Data& x, Data v) {
  Data z(16);
  for (int i = 0; i < 128; ++i) {
    if ((x[i / 8] >> (7 - i % 8) & 1) != 0) z = Xor(z, v);
    const bool low = (v[15] & 1) != 0;
    for (int j = 15; j >= 0; --j) {
      v[j] = static_cast<uint8_t>(v[j] >> 1 | (j > 0 ? v[j - 1] << 7 : 0));
    }
    if (low) v[0] ^= 0xe1;
  }
  return z;
}

Data Lengths(uint64_t a, uint64_t b) {
  Data out(16);
  for (int i = 0; i < 8; ++i) {
    out[7 - i] = static_cast<uint8_t>(a * 8 >> 8 * i);
    out[15 - i] = static_cast<uint8_t>(b * 8 >> 8 * i);
  }
  return out;
}

}  // namespace

Data OracleCipher(const std::string& name, bool encrypt, Bytes key, Bytes iv,
                  Bytes in, const char* cts) {
  std::unique_ptr<EVP_CIPHER, Free> cipher(
      EVP_CIPHER_fetch(nullptr, name.c_str(), nullptr));
  std::unique_ptr<EVP_CIPHER_CTX, Free> run(EVP_CIPHER_CTX_new());
  OSSL_PARAM params[2] = {OSSL_PARAM_construct_end(),
                          OSSL_PARAM_construct_end()};
  if (cts != nullptr) {
    params[0] = OSSL_PARAM_construct_utf8_string(OSSL_CIPHER_PARAM_CTS_MODE,
                                                 const_cast<char*>(cts), 0);
  }
  Require(EVP_CipherInit_ex2(run.get(), cipher.get(), key.data(),
                             iv.empty() ? nullptr : iv.data(), encrypt,
                             params) == 1);
  Require(EVP_CIPHER_CTX_set_padding(run.get(), 0) == 1);
  Data out(in.size());
  int produced = 0;
  Require(EVP_CipherUpdate(run.get(), out.data(), &produced, in.data(),
                           Size(in)) == 1 &&
          produced == Size(in));
  return out;
}

Sealed OracleSeal(const std::string& name, Bytes key, Bytes nonce, Bytes aad,
                  Bytes plaintext, size_t tag_bytes) {
  const bool ccm = name.find("CCM") != std::string::npos;
  const int tag_size = static_cast<int>(tag_bytes);
  std::unique_ptr<EVP_CIPHER, Free> cipher(
      EVP_CIPHER_fetch(nullptr, name.c_str(), nullptr));
  std::unique_ptr<EVP_CIPHER_CTX, Free> run(EVP_CIPHER_CTX_new());
  Sealed out = {Data(plaintext.size() + 16), Data(tag_bytes)};
  int produced = 0;
  Require(EVP_CipherInit_ex2(run.get(), cipher.get(), nullptr, nullptr, 1,
                             nullptr) == 1);
  Require(EVP_CIPHER_CTX_ctrl(run.get(), EVP_CTRL_AEAD_SET_IVLEN, Size(nonce),
                              nullptr) == 1);
  if (ccm) {
    Require(EVP_CIPHER_CTX_ctrl(run.get(), EVP_CTRL_AEAD_SET_TAG, tag_size,
                                nullptr) == 1);
  }
  Require(EVP_CipherInit_ex2(run.get(), nullptr, key.data(), nonce.data(), 1,
                             nullptr) == 1);
  if (ccm) {
    Require(EVP_CipherUpdate(run.get(), nullptr, &produced, nullptr,
                             Size(plaintext)) == 1);
  }
  if (!aad.empty()) {
    Require(EVP_CipherUpdate(run.get(), nullptr, &produced, aad.data(),
                             Size(aad)) == 1);
  }
  static constexpr uint8_t kNothing = 0;
  Require(EVP_CipherUpdate(run.get(), out.data.data(), &produced,
                           plaintext.empty() ? &kNothing : plaintext.data(),
                           Size(plaintext)) == 1);
  Require(EVP_CipherFinal_ex(run.get(), out.data.data() + plaintext.size(),
                             &produced) == 1);
  Require(EVP_CIPHER_CTX_ctrl(run.get(), EVP_CTRL_AEAD_GET_TAG, tag_size,
                              out.tag.data()) == 1);
  out.data.resize(plaintext.size());
  return out;
}

Data OracleHash(const std::string& name, Bytes data) {
  std::unique_ptr<EVP_MD, Free> hash(
      EVP_MD_fetch(nullptr, name.c_str(), nullptr));
  Data out(EVP_MAX_MD_SIZE);
  unsigned int produced = 0;
  Require(EVP_Digest(data.data(), data.size(), out.data(), &produced,
                     hash.get(), nullptr) == 1);
  out.resize(produced);
  return out;
}

Data OracleHmac(const std::string& hash, Bytes key, Bytes data) {
  std::unique_ptr<EVP_MD, Free> md(
      EVP_MD_fetch(nullptr, hash.c_str(), nullptr));
  Data out(EVP_MAX_MD_SIZE);
  unsigned int produced = 0;
  static constexpr uint8_t kNoKey = 0;
  Require(HMAC(md.get(), key.empty() ? &kNoKey : key.data(), Size(key),
               data.data(), data.size(), out.data(), &produced) != nullptr);
  out.resize(produced);
  return out;
}

Data OracleCmac(Bytes key, Bytes data) {
  return Mac("CMAC", "AES-128-CBC", key, {}, data);
}

Data OracleGmac(Bytes key, Bytes nonce, Bytes data) {
  const std::string cipher = "AES-" + std::to_string(key.size() * 8) + "-GCM";
  return Mac("GMAC", cipher.c_str(), key, nonce, data);
}

Data PlainGhash(const std::string& ecb, Bytes key, Bytes blocks) {
  const Data h = OracleCipher(ecb, true, key, {}, Data(16));
  Data state(16);
  for (size_t i = 0; i < blocks.size(); i += 16) {
    state = Times(Xor(state, blocks.subspan(i, 16)), h);
  }
  return state;
}

Sealed PlainGcm(const std::string& ecb, Bytes key, Bytes nonce, Bytes aad,
                Bytes plaintext) {
  Data counter(nonce.begin(), nonce.end());
  counter.resize(16);
  counter[15] = 1;
  const Data mask = OracleCipher(ecb, true, key, {}, counter);
  Sealed out;
  for (size_t i = 0; i < plaintext.size(); i += 16) {
    for (int j = 15; j >= 12 && ++counter[j] == 0; --j) {
    }
    const Bytes block =
        plaintext.subspan(i, std::min<size_t>(16, plaintext.size() - i));
    Append(out.data, Xor(Data(block.begin(), block.end()),
                         OracleCipher(ecb, true, key, {}, counter)));
  }
  Data blocks = Padded(aad);
  Append(blocks, Padded(out.data));
  Append(blocks, Lengths(aad.size(), plaintext.size()));
  out.tag = Xor(PlainGhash(ecb, key, blocks), mask);
  return out;
}

Sealed PlainCcm(const std::string& cipher, Bytes key, Bytes first_counter,
                Bytes first_block, Bytes aad, Bytes plaintext) {
  Data blocks(first_block.begin(), first_block.end());
  if (!aad.empty()) {
    Data head = {static_cast<uint8_t>(aad.size() >> 8),
                 static_cast<uint8_t>(aad.size())};
    Append(head, aad);
    Append(blocks, Padded(head));
  }
  Append(blocks, Padded(plaintext));
  const Data chain = OracleCipher(cipher + "-CBC", true, key, Data(16), blocks);
  Data counter(first_counter.begin(), first_counter.end());
  std::fill(counter.end() - counter[0] - 1, counter.end(), 0);
  const Data mask = OracleCipher(cipher + "-ECB", true, key, {}, counter);
  Sealed out;
  out.data = OracleCipher(cipher + "-CTR", true, key, first_counter, plaintext);
  out.tag = Xor(Data(chain.end() - 16, chain.end()), mask);
  return out;
}

Data PlainXcbc(Bytes key, Bytes data) {
  const auto encrypt = [](Bytes k, Bytes block) {
    return OracleCipher("AES-128-ECB", true, k, {}, block);
  };
  const Data k1 = encrypt(key, Data(16, 1));
  Data e(16);
  while (data.size() > 16) {
    e = encrypt(k1, Xor(e, data.first(16)));
    data = data.subspan(16);
  }
  Data last(data.begin(), data.end());
  const bool whole = last.size() == 16;
  if (!whole) last.push_back(0x80);
  last.resize(16);
  return encrypt(k1, Xor(Xor(last, e), encrypt(key, Data(16, whole ? 2 : 3))));
}

Data PlainXts(const std::string& ecb, bool gb, Bytes keys, Bytes tweak,
              Bytes plaintext) {
  const Bytes data_key = keys.first(keys.size() / 2);
  Data t = OracleCipher(ecb, true, keys.subspan(keys.size() / 2), {}, tweak);
  const auto encrypt = [&](Bytes block) {
    Data out = Xor(OracleCipher(ecb, true, data_key, {},
                                Xor(Data(block.begin(), block.end()), t)),
                   t);
    Data x(16);
    if (gb) {
      x[0] = 0x40;  // The polynomial x in the order of GHASH.
      t = Times(x, t);
    } else {
      const bool high = (t[15] & 0x80) != 0;
      for (int i = 15; i >= 0; --i) {
        t[i] = static_cast<uint8_t>(t[i] << 1 | (i > 0 ? t[i - 1] >> 7 : 0));
      }
      if (high) t[0] ^= 0x87;
    }
    return out;
  };
  Data out;
  for (; plaintext.size() >= 16; plaintext = plaintext.subspan(16)) {
    Append(out, encrypt(plaintext.first(16)));
  }
  if (plaintext.empty()) return out;
  Data last(plaintext.begin(), plaintext.end());
  Data whole(out.end() - 16, out.end());
  Append(last, Bytes(whole).subspan(last.size()));
  const Data stolen = encrypt(last);
  std::copy(stolen.begin(), stolen.end(), out.end() - 16);
  Append(out, Bytes(whole).first(plaintext.size()));
  return out;
}

Data PlainCs(const std::string& cbc, int variant, Bytes key, Bytes iv,
             Bytes plaintext) {
  Data blocks = OracleCipher(cbc, true, key, iv, Padded(plaintext));
  const size_t last_bytes = (plaintext.size() - 1) % 16 + 1;
  if (blocks.size() < 32) return blocks;
  const Bytes cut = Bytes(blocks).last(32).first(last_bytes);
  const Bytes last = Bytes(blocks).last(16);
  Data out(blocks.begin(), blocks.end() - 32);
  const bool swapped = variant == 3 || (variant == 2 && last_bytes < 16);
  Append(out, swapped ? last : cut);
  Append(out, swapped ? cut : last);
  return out;
}

}  // namespace uacced::hw::hisi
