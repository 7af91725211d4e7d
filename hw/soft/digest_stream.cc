#include "hw/soft/digest_stream.h"

#include <openssl/crypto.h>
#include <openssl/err.h>

#include <cstring>
#include <new>

namespace uacced::hw {
namespace {

constexpr size_t kMaxBlockBytes = 128;  // Of SHA-384 and SHA-512.
constexpr uint8_t kInnerPad = 0x36, kOuterPad = 0x5c;
// OpenSSL's own for a hash: some 400 bytes in two pieces.
constexpr size_t kContextBytes = 1'024;

class DigestStream : public SoftStream {
 public:
  DigestStream(const EVP_MD* hash, Algorithm algorithm)
      : hash_(hash),
        digest_bytes_(Info(algorithm).digest_bytes),
        is_hmac_(Info(algorithm).family == Family::kHmac) {}
  ~DigestStream() override { OPENSSL_cleanse(pad_, sizeof(pad_)); }

  // Begins. False: OpenSSL failed (out of memory).
  bool Open(Bytes key) {
    context_.reset(EVP_MD_CTX_new());
    if (context_ == nullptr || !Start()) return false;
    return !is_hmac_ || StartInner(key);
  }

  size_t max_memory_bytes() const override {
    return sizeof(DigestStream) + kContextBytes;
  }

 private:
  bool Start() {
    return EVP_DigestInit_ex2(context_.get(), hash_, nullptr) == 1;
  }
  bool Update(Bytes bytes) {
    return EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1;
  }
  bool Finish(uint8_t* out) {
    return EVP_DigestFinal_ex(context_.get(), out, nullptr) == 1;
  }
  bool StartInner(Bytes key);
  bool FinishOuter(uint8_t* out);
  absl::StatusCode Step(Bytes& source, MutableBytes& room, bool last) override;

  const EVP_MD* const hash_;
  const size_t digest_bytes_;
  const bool is_hmac_;
  HashContext context_;
  size_t block_bytes_ = 0;
  uint8_t pad_[kMaxBlockBytes] =
      {};  // HMAC: the key, as the outer hash wants it.
  bool done_ = false;
};

bool DigestStream::StartInner(Bytes key) {
  block_bytes_ = static_cast<size_t>(EVP_MD_get_block_size(hash_));
  if (block_bytes_ > sizeof(pad_)) return false;
  if (key.size() > block_bytes_) {
    if (!Update(key) || !Finish(pad_) || !Start()) return false;
  } else if (!key.empty()) {
    std::memcpy(pad_, key.data(), key.size());
  }
  for (uint8_t& byte : pad_) byte ^= kInnerPad;
  const bool started = Update({pad_, block_bytes_});
  for (uint8_t& byte : pad_) byte ^= kInnerPad ^ kOuterPad;
  return started;
}

bool DigestStream::FinishOuter(uint8_t* out) {
  uint8_t inner[kMaxDigestBytes];
  const bool finished = Finish(inner) && Start() &&
                        Update({pad_, block_bytes_}) &&
                        Update({inner, digest_bytes_}) && Finish(out);
  OPENSSL_cleanse(inner, sizeof(inner));
  return finished;
}

absl::StatusCode DigestStream::Step(Bytes& source, MutableBytes& room,
                                    bool last) {
  progress_.done = done_;
  if (done_) return absl::StatusCode::kOk;
  if (last && room.size() < digest_bytes_) {
    return absl::StatusCode::kOutOfRange;
  }
  bool ok = Update(source);
  source = source.last(0);
  if (ok && last) {
    ok = is_hmac_ ? FinishOuter(room.data()) : Finish(room.data());
    room = room.subspan(digest_bytes_);
    progress_.done = done_ = true;
  }
  if (ok) return absl::StatusCode::kOk;
  ERR_clear_error();
  return absl::StatusCode::kInternal;
}

}  // namespace

std::unique_ptr<SoftStream> NewDigestStream(const EvpAlgorithms& algorithms,
                                            const StreamSpec& spec) {
  std::unique_ptr<DigestStream> stream(new (std::nothrow) DigestStream(
      algorithms.Hash(spec.algorithm), spec.algorithm));
  if (stream != nullptr && !stream->Open(spec.key)) {
    ERR_clear_error();
    return nullptr;
  }
  return stream;
}

}  // namespace uacced::hw
