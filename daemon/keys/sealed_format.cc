#include "daemon/keys/sealed_format.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <limits>
#include <memory>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"

namespace uacced {
namespace {

constexpr uint8_t kMagic[8] = {'U', 'A', 'C', 'C', 'K', 'E', 'Y', 'S'};
constexpr char kInfo[] = "uacced key store v1";
constexpr size_t kNonceBytes = 12;

constexpr size_t kVersionAt = sizeof kMagic;
constexpr size_t kSaltAt = kVersionAt + 4;
constexpr size_t kCheckAt = kSaltAt + kSealedSaltBytes;
constexpr size_t kLengthAt = kCheckAt + kSealedCheckBytes;
static_assert(kLengthAt + 8 == kSealedHeaderBytes);

struct Deleter {
  void operator()(EVP_CIPHER_CTX* context) { EVP_CIPHER_CTX_free(context); }
  void operator()(EVP_KDF* kdf) { EVP_KDF_free(kdf); }
  void operator()(EVP_KDF_CTX* context) { EVP_KDF_CTX_free(context); }
};
template <typename T>
using Owned = std::unique_ptr<T, Deleter>;

absl::Status OpensslFailed(absl::string_view what) {
  return absl::InternalError(absl::StrCat("OpenSSL failed: ", what));
}

// What one salt gives: used for one sealing alone.
struct Derived {
  Derived() = default;
  Derived(const Derived&) = delete;
  Derived& operator=(const Derived&) = delete;
  ~Derived() { OPENSSL_cleanse(bytes.data(), bytes.size()); }

  const uint8_t* key() const { return bytes.data(); }
  const uint8_t* nonce() const { return key() + KeyEncryptionKey::kBytes; }
  // Public: tells a wrong key from a damaged file.
  const uint8_t* check() const { return nonce() + kNonceBytes; }

  std::array<uint8_t,
             KeyEncryptionKey::kBytes + kNonceBytes + kSealedCheckBytes>
      bytes;
};

absl::Status Derive(const KeyEncryptionKey& key, hw::Bytes salt, Derived& out) {
  const Owned<EVP_KDF> kdf(EVP_KDF_fetch(nullptr, "HKDF", nullptr));
  if (kdf == nullptr) return OpensslFailed("no HKDF");
  const Owned<EVP_KDF_CTX> context(EVP_KDF_CTX_new(kdf.get()));
  // OpenSSL's parameters are not const, and not changed.
  const auto octets = [](const char* name, hw::Bytes bytes) {
    return OSSL_PARAM_construct_octet_string(
        name, const_cast<uint8_t*>(bytes.data()), bytes.size());
  };
  char digest[] = "SHA256";
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
      octets(OSSL_KDF_PARAM_KEY, key.bytes()),
      octets(OSSL_KDF_PARAM_SALT, salt),
      octets(OSSL_KDF_PARAM_INFO,
             {reinterpret_cast<const uint8_t*>(kInfo), sizeof kInfo - 1}),
      OSSL_PARAM_construct_end()};
  if (context == nullptr || EVP_KDF_derive(context.get(), out.bytes.data(),
                                           out.bytes.size(), parameters) != 1) {
    return OpensslFailed("HKDF");
  }
  return absl::OkStatus();
}

void PutBigEndian(uint64_t value, hw::MutableBytes out) {
  for (size_t i = out.size(); i > 0; --i, value >>= 8) {
    out[i - 1] = static_cast<uint8_t>(value);
  }
}

uint64_t GetBigEndian(hw::Bytes bytes) {
  uint64_t value = 0;
  for (const uint8_t byte : bytes) value = value << 8 | byte;
  return value;
}

// The body of an image, in and out, with the header as associated data.
// `encrypting` writes the tag, else it is compared: false when it differs.
absl::StatusOr<bool> Crypt(const Derived& derived, bool encrypting,
                           hw::MutableBytes image) {
  const hw::MutableBytes header = image.first(kSealedHeaderBytes);
  const hw::MutableBytes tag = image.last(kSealedTagBytes);
  const hw::MutableBytes body =
      image.subspan(kSealedHeaderBytes, image.size() - kSealedOverheadBytes);
  const Owned<EVP_CIPHER_CTX> context(EVP_CIPHER_CTX_new());
  EVP_CIPHER_CTX* const c = context.get();
  int out_bytes = 0;
  if (c == nullptr ||
      body.size() > static_cast<size_t>(std::numeric_limits<int>::max()) ||
      EVP_CipherInit_ex(c, EVP_aes_256_gcm(), nullptr, derived.key(),
                        derived.nonce(), encrypting ? 1 : 0) != 1 ||
      EVP_CipherUpdate(c, nullptr, &out_bytes, header.data(),
                       static_cast<int>(header.size())) != 1 ||
      (!encrypting && EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_SET_TAG,
                                          kSealedTagBytes, tag.data()) != 1) ||
      EVP_CipherUpdate(c, body.data(), &out_bytes, body.data(),
                       static_cast<int>(body.size())) != 1) {
    return OpensslFailed("AES-256-GCM");
  }
  uint8_t none[16];
  if (EVP_CipherFinal_ex(c, none, &out_bytes) != 1) {
    if (!encrypting) return false;
    return OpensslFailed("AES-256-GCM");
  }
  if (encrypting && EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_GET_TAG,
                                        kSealedTagBytes, tag.data()) != 1) {
    return OpensslFailed("AES-256-GCM");
  }
  return true;
}

}  // namespace

absl::Status Seal(const KeyEncryptionKey& key, hw::MutableBytes image) {
  const hw::MutableBytes salt = image.subspan(kSaltAt, kSealedSaltBytes);
  if (RAND_bytes(salt.data(), static_cast<int>(salt.size())) != 1) {
    return OpensslFailed("random generator");
  }
  Derived derived;
  UACCED_RETURN_IF_ERROR(Derive(key, salt, derived));
  std::copy(std::begin(kMagic), std::end(kMagic), image.begin());
  PutBigEndian(kSealedVersion, image.subspan(kVersionAt, 4));
  std::copy_n(derived.check(), kSealedCheckBytes, image.begin() + kCheckAt);
  PutBigEndian(image.size() - kSealedOverheadBytes,
               image.subspan(kLengthAt, 8));
  return Crypt(derived, /*encrypting=*/true, image).status();
}

absl::StatusOr<hw::MutableBytes> Unseal(const KeyEncryptionKey& key,
                                        hw::MutableBytes image) {
  if (image.size() < sizeof kMagic ||
      !std::equal(std::begin(kMagic), std::end(kMagic), image.begin())) {
    return absl::DataLossError("it is not a key store of uacced");
  }
  if (image.size() < kSealedOverheadBytes) {
    return absl::DataLossError("it is truncated");
  }
  const uint64_t version = GetBigEndian(image.subspan(kVersionAt, 4));
  if (version != kSealedVersion) {
    return absl::FailedPreconditionError(
        absl::StrCat("it has format version ", version, ", and this uacced ",
                     "reads version ", kSealedVersion,
                     " only; use the uacced that wrote it"));
  }
  const size_t body_bytes = image.size() - kSealedOverheadBytes;
  const uint64_t length = GetBigEndian(image.subspan(kLengthAt, 8));
  if (length != body_bytes) {
    return absl::DataLossError(absl::StrCat(
        length > body_bytes ? "it is truncated" : "it has trailing bytes", ": ",
        body_bytes, " bytes of keys where its header says ", length));
  }
  Derived derived;
  UACCED_RETURN_IF_ERROR(
      Derive(key, image.subspan(kSaltAt, kSealedSaltBytes), derived));
  if (CRYPTO_memcmp(derived.check(), image.data() + kCheckAt,
                    kSealedCheckBytes) != 0) {
    return absl::FailedPreconditionError(
        "the key-encryption key is not the one it was sealed with (or its "
        "header is damaged)");
  }
  UACCED_ASSIGN_OR_RETURN(const bool genuine,
                          Crypt(derived, /*encrypting=*/false, image));
  if (!genuine) {
    return absl::DataLossError(
        "its contents were changed or damaged since it was written");
  }
  return image.subspan(kSealedHeaderBytes, body_bytes);
}

}  // namespace uacced
