#include "daemon/stream/encrypted_file.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include <algorithm>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "daemon/core/error.h"

namespace uacced {
namespace {

using hw::Algorithm;
using hw::Bytes;

constexpr uint8_t kMagic[] = {'U', 'A', 'C', 'C'};
constexpr uint8_t kVersion = 1;
constexpr size_t kVersionAt = sizeof(kMagic);
constexpr size_t kNamesAt = kVersionAt + 1;
constexpr size_t kMaxAlgorithmBytes = 32;
constexpr size_t kMaxKeyNameBytes = 64;
constexpr size_t kSaltBytes = sizeof(FileHeader::salt);
// Key version, chunk bytes, salt.
constexpr size_t kFixedBytes = 4 + 4 + kSaltBytes;

void PutBe32(uint32_t value, uint8_t* out) {
  for (int i = 0; i < 4; ++i) {
    out[i] = static_cast<uint8_t>(value >> (24 - 8 * i));
  }
}

uint32_t LoadBe32(const uint8_t* bytes) {
  return static_cast<uint32_t>(bytes[0]) << 24 |
         static_cast<uint32_t>(bytes[1]) << 16 |
         static_cast<uint32_t>(bytes[2]) << 8 | static_cast<uint32_t>(bytes[3]);
}

void AppendName(absl::string_view name, std::vector<uint8_t>& out) {
  out.push_back(static_cast<uint8_t>(name.size()));
  out.insert(out.end(), name.begin(), name.end());
}

absl::Status BadHeader(absl::string_view what) {
  return MakeError(absl::StatusCode::kInvalidArgument,
                   absl::StrCat("the input is no encrypted file: ", what),
                   {.reason = "FILE_HEADER_INVALID"});
}

// Takes a name with its byte of length off the front; false when it is longer
// than `max_bytes` or not all there.
bool TakeName(Bytes& bytes, size_t max_bytes, std::string& name) {
  if (bytes.empty() || bytes[0] > max_bytes || bytes.size() <= bytes[0]) {
    return false;
  }
  const size_t name_bytes = bytes[0];
  name.assign(bytes.begin() + 1, bytes.begin() + 1 + name_bytes);
  bytes = bytes.subspan(1 + name_bytes);
  return true;
}

// RFC 5869 with SHA-256.
bool Hkdf(Bytes key, Bytes salt, Bytes info, hw::MutableBytes out) {
  struct KdfFree {
    void operator()(EVP_KDF* kdf) const { EVP_KDF_free(kdf); }
    void operator()(EVP_KDF_CTX* context) const { EVP_KDF_CTX_free(context); }
  };
  const std::unique_ptr<EVP_KDF, KdfFree> kdf(
      EVP_KDF_fetch(nullptr, OSSL_KDF_NAME_HKDF, nullptr));
  if (kdf == nullptr) return false;
  const std::unique_ptr<EVP_KDF_CTX, KdfFree> context(
      EVP_KDF_CTX_new(kdf.get()));
  if (context == nullptr) return false;
  const auto octets = [](const char* name, Bytes bytes) {
    return OSSL_PARAM_construct_octet_string(
        name, const_cast<uint8_t*>(bytes.data()), bytes.size());
  };
  char digest[] = "SHA256";
  const OSSL_PARAM params[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
      octets(OSSL_KDF_PARAM_KEY, key), octets(OSSL_KDF_PARAM_SALT, salt),
      octets(OSSL_KDF_PARAM_INFO, info), OSSL_PARAM_construct_end()};
  return EVP_KDF_derive(context.get(), out.data(), out.size(), params) == 1;
}

}  // namespace

std::vector<uint8_t> SerializeFileHeader(const FileHeader& header) {
  std::vector<uint8_t> out(std::begin(kMagic), std::end(kMagic));
  out.push_back(kVersion);
  AppendName(hw::Info(header.algorithm).name, out);
  AppendName(absl::string_view(header.key.data(), header.key.size()), out);
  uint8_t numbers[8];
  PutBe32(header.key_version, numbers);
  PutBe32(header.chunk_bytes, numbers + 4);
  out.insert(out.end(), std::begin(numbers), std::end(numbers));
  out.insert(out.end(), header.salt.begin(), header.salt.end());
  return out;
}

size_t FileHeaderBytesNeeded(Bytes seen) {
  // A wrong beginning is known as such without waiting for more.
  if (seen.size() < kNamesAt) return kNamesAt;
  if (!std::equal(std::begin(kMagic), std::end(kMagic), seen.begin()) ||
      seen[kVersionAt] != kVersion) {
    return seen.size();
  }
  size_t needed = kNamesAt + 1;
  if (seen.size() < needed) return needed;
  if (seen[needed - 1] > kMaxAlgorithmBytes) return seen.size();
  needed += seen[needed - 1] + size_t{1};
  if (seen.size() < needed) return needed;
  if (seen[needed - 1] > kMaxKeyNameBytes) return seen.size();
  return needed + seen[needed - 1] + kFixedBytes;
}

absl::StatusOr<FileHeader> ParseFileHeader(Bytes header) {
  if (header.size() < kNamesAt ||
      !std::equal(std::begin(kMagic), std::end(kMagic), header.begin())) {
    return BadHeader("it does not begin with UACC");
  }
  if (header[kVersionAt] == 0) {
    return BadHeader("version 0 is one message of Decrypt, not a stream");
  }
  if (header[kVersionAt] != kVersion) {
    return BadHeader(
        absl::StrCat("this daemon does not know version ", header[kVersionAt]));
  }
  Bytes rest = header.subspan(kNamesAt);
  FileHeader out;
  std::string algorithm;
  if (!TakeName(rest, kMaxAlgorithmBytes, algorithm) ||
      !TakeName(rest, kMaxKeyNameBytes, out.key) ||
      rest.size() != kFixedBytes) {
    return BadHeader("its header is cut short, or has too long a name");
  }
  out.algorithm = hw::AlgorithmByName(
      absl::string_view(algorithm.data(), algorithm.size()));
  if (hw::Info(out.algorithm).family != hw::Family::kAead) {
    return BadHeader("its header names no authenticated algorithm");
  }
  if (out.key.empty()) return BadHeader("its header names no key");
  out.key_version = LoadBe32(rest.data());
  out.chunk_bytes = LoadBe32(rest.data() + 4);
  if (out.key_version == 0) return BadHeader("its key version is 0");
  if (out.chunk_bytes < kMinChunkBytes || out.chunk_bytes > kMaxChunkBytes) {
    return BadHeader(absl::StrCat("chunks of ", out.chunk_bytes,
                                  " bytes are not in ", kMinChunkBytes, "..",
                                  kMaxChunkBytes));
  }
  std::copy_n(rest.begin() + 8, kSaltBytes, out.salt.begin());
  return out;
}

absl::StatusOr<std::unique_ptr<FileKey>> FileKey::Derive(Algorithm algorithm,
                                                         Bytes key,
                                                         Bytes header) {
  const Algorithm chunk_algorithm =
      algorithm == Algorithm::kXaes256Gcm ? Algorithm::kAes256Gcm : algorithm;
  const size_t key_bytes = hw::Info(chunk_algorithm).key_bytes;
  auto file_key = absl::WrapUnique(new FileKey(chunk_algorithm, key_bytes));
  if (!Hkdf(key, header.last(kSaltBytes), header,
            hw::MutableBytes(file_key->material_)
                .first(key_bytes + kPrefixBytes))) {
    return MakeError(absl::StatusCode::kInternal,
                     "the key of the file could not be derived",
                     {.reason = "INTERNAL"});
  }
  return file_key;
}

FileKey::~FileKey() { OPENSSL_cleanse(material_.data(), material_.size()); }

std::array<uint8_t, kChunkNonceBytes> FileKey::Nonce(uint64_t index,
                                                     bool last) const {
  std::array<uint8_t, kChunkNonceBytes> nonce;
  std::copy_n(material_.begin() + static_cast<ptrdiff_t>(key_bytes_),
              kPrefixBytes, nonce.begin());
  PutBe32(static_cast<uint32_t>(index), nonce.data() + kPrefixBytes);
  nonce[kChunkNonceBytes - 1] = last ? 1 : 0;
  return nonce;
}

}  // namespace uacced
