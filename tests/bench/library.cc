#include "tests/bench/library.h"

#include <isa-l/igzip_lib.h>
#include <libdeflate.h>
#include <openssl/evp.h>
#include <zstd.h>

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

namespace uacced::bench {
namespace {

// Beyond what ISA-L or libdeflate add to a block that does not shrink.
constexpr size_t kGzipOverheadBytes = 4096;
constexpr size_t kGcmTagBytes = 16;
// What ISA-L advises for any of its levels.
constexpr size_t kLevelBufferBytes = std::max(
    {ISAL_DEF_LVL1_DEFAULT, ISAL_DEF_LVL2_DEFAULT, ISAL_DEF_LVL3_DEFAULT});

template <auto kFree>
struct Deleter {
  template <typename T>
  void operator()(T* object) const {
    kFree(object);
  }
};
template <typename T, auto kFree>
using Owned = std::unique_ptr<T, Deleter<kFree>>;

using CipherContext = Owned<EVP_CIPHER_CTX, EVP_CIPHER_CTX_free>;
using Cipher = Owned<EVP_CIPHER, EVP_CIPHER_free>;

const uint8_t* Data(absl::string_view bytes) {
  return reinterpret_cast<const uint8_t*>(bytes.data());
}

absl::string_view View(const std::vector<uint8_t>& bytes, size_t size) {
  return {reinterpret_cast<const char*>(bytes.data()), size};
}

class IsalGzip final : public LibraryCodec {
 public:
  IsalGzip(int level, size_t max_block_bytes)
      : level_(level),
        level_buffer_(kLevelBufferBytes),
        output_(max_block_bytes + max_block_bytes / 8 + kGzipOverheadBytes) {}

  absl::string_view Run(absl::string_view block) override {
    isal_deflate_stateless_init(&stream_);
    stream_.level = static_cast<uint32_t>(level_);
    stream_.level_buf = level_buffer_.data();
    stream_.level_buf_size = static_cast<uint32_t>(level_buffer_.size());
    stream_.gzip_flag = IGZIP_GZIP;
    stream_.end_of_stream = 1;
    stream_.flush = NO_FLUSH;
    stream_.next_in = const_cast<uint8_t*>(Data(block));
    stream_.avail_in = static_cast<uint32_t>(block.size());
    stream_.next_out = output_.data();
    stream_.avail_out = static_cast<uint32_t>(output_.size());
    if (isal_deflate_stateless(&stream_) != COMP_OK) return {};
    return View(output_, stream_.total_out);
  }

 private:
  const int level_;
  isal_zstream stream_;
  std::vector<uint8_t> level_buffer_;
  std::vector<uint8_t> output_;
};

class LibdeflateGzip final : public LibraryCodec {
 public:
  LibdeflateGzip(int level, size_t max_block_bytes)
      : compressor_(libdeflate_alloc_compressor(level)),
        output_(libdeflate_gzip_compress_bound(compressor_.get(),
                                               max_block_bytes)) {}

  absl::string_view Run(absl::string_view block) override {
    return View(output_, libdeflate_gzip_compress(
                             compressor_.get(), block.data(), block.size(),
                             output_.data(), output_.size()));
  }

 private:
  Owned<libdeflate_compressor, libdeflate_free_compressor> compressor_;
  std::vector<uint8_t> output_;
};

class Zstd final : public LibraryCodec {
 public:
  Zstd(int level, size_t max_block_bytes)
      : context_(ZSTD_createCCtx()),
        output_(ZSTD_compressBound(max_block_bytes)) {
    ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_compressionLevel, level);
    // As the daemon's frames have.
    ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_checksumFlag, 1);
  }

  absl::string_view Run(absl::string_view block) override {
    const size_t size =
        ZSTD_compress2(context_.get(), output_.data(), output_.size(),
                       block.data(), block.size());
    return ZSTD_isError(size) ? absl::string_view() : View(output_, size);
  }

 private:
  Owned<ZSTD_CCtx, ZSTD_freeCCtx> context_;
  std::vector<uint8_t> output_;
};

class Aes256Gcm final : public LibraryCodec {
 public:
  Aes256Gcm(std::string key, size_t max_block_bytes)
      : key_(std::move(key)),
        cipher_(EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr)),
        context_(EVP_CIPHER_CTX_new()),
        output_(max_block_bytes) {}

  absl::string_view Run(absl::string_view block) override {
    for (uint8_t& byte : nonce_) {
      if (++byte != 0) break;
    }
    int produced = 0;
    int last = 0;
    uint8_t tag[kGcmTagBytes];
    const bool ok =
        EVP_EncryptInit_ex2(context_.get(), cipher_.get(), Data(key_), nonce_,
                            nullptr) &&
        EVP_EncryptUpdate(context_.get(), output_.data(), &produced,
                          Data(block), static_cast<int>(block.size())) &&
        EVP_EncryptFinal_ex(context_.get(), output_.data() + produced, &last) &&
        EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_GET_TAG, sizeof(tag),
                            tag);
    return ok ? View(output_, block.size()) : absl::string_view();
  }

 private:
  const std::string key_;
  Cipher cipher_;
  CipherContext context_;
  uint8_t nonce_[12] = {};
  std::vector<uint8_t> output_;
};

class Sha256 final : public LibraryCodec {
 public:
  Sha256()
      : hash_(EVP_MD_fetch(nullptr, "SHA2-256", nullptr)),
        context_(EVP_MD_CTX_new()),
        output_(EVP_MAX_MD_SIZE) {}

  absl::string_view Run(absl::string_view block) override {
    unsigned size = 0;
    const bool ok =
        EVP_DigestInit_ex2(context_.get(), hash_.get(), nullptr) &&
        EVP_DigestUpdate(context_.get(), block.data(), block.size()) &&
        EVP_DigestFinal_ex(context_.get(), output_.data(), &size);
    return ok ? View(output_, size) : absl::string_view();
  }

 private:
  Owned<EVP_MD, EVP_MD_free> hash_;
  Owned<EVP_MD_CTX, EVP_MD_CTX_free> context_;
  std::vector<uint8_t> output_;
};

}  // namespace

std::unique_ptr<LibraryCodec> NewIsalGzip(int level, size_t max_block_bytes) {
  return std::make_unique<IsalGzip>(level, max_block_bytes);
}

std::unique_ptr<LibraryCodec> NewLibdeflateGzip(int level,
                                                size_t max_block_bytes) {
  return std::make_unique<LibdeflateGzip>(level, max_block_bytes);
}

std::unique_ptr<LibraryCodec> NewZstd(int level, size_t max_block_bytes) {
  return std::make_unique<Zstd>(level, max_block_bytes);
}

std::unique_ptr<LibraryCodec> NewAes256Gcm(std::string key,
                                           size_t max_block_bytes) {
  return std::make_unique<Aes256Gcm>(std::move(key), max_block_bytes);
}

std::unique_ptr<LibraryCodec> NewSha256() { return std::make_unique<Sha256>(); }

bool GzipRestores(absl::string_view output, absl::string_view original) {
  const Owned<libdeflate_decompressor, libdeflate_free_decompressor>
      decompressor(libdeflate_alloc_decompressor());
  std::string restored(original.size() + 1, '\0');
  size_t size = 0;
  return libdeflate_gzip_decompress(
             decompressor.get(), output.data(), output.size(), restored.data(),
             restored.size(), &size) == LIBDEFLATE_SUCCESS &&
         absl::string_view(restored.data(), size) == original;
}

bool ZstdRestores(absl::string_view output, absl::string_view original) {
  std::string restored(original.size() + 1, '\0');
  const size_t size = ZSTD_decompress(restored.data(), restored.size(),
                                      output.data(), output.size());
  return !ZSTD_isError(size) &&
         absl::string_view(restored.data(), size) == original;
}

bool Aes256GcmRestores(absl::string_view key, absl::string_view nonce,
                       absl::string_view tag, absl::string_view ciphertext,
                       absl::string_view original) {
  if (nonce.size() != 12 || tag.size() != kGcmTagBytes) return false;
  const Cipher cipher(EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr));
  const CipherContext context(EVP_CIPHER_CTX_new());
  std::vector<uint8_t> restored(ciphertext.size());
  int produced = 0;
  int last = 0;
  return EVP_DecryptInit_ex2(context.get(), cipher.get(), Data(key),
                             Data(nonce), nullptr) &&
         EVP_DecryptUpdate(context.get(), restored.data(), &produced,
                           Data(ciphertext),
                           static_cast<int>(ciphertext.size())) &&
         EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, kGcmTagBytes,
                             const_cast<char*>(tag.data())) &&
         EVP_DecryptFinal_ex(context.get(), restored.data() + produced,
                             &last) &&
         View(restored, restored.size()) == original;
}

}  // namespace uacced::bench
