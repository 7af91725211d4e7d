#include "client/cli/bench_work.h"

#include <openssl/evp.h>

#include <algorithm>
#include <mutex>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "client/cli/names.h"
#include "client/cli/pseudo_text.h"

namespace uacced::cli {
namespace {

// Different blocks, so that no cache holds all of them, and not too many.
constexpr size_t kAllBlocksBytes = size_t{16} << 20;
constexpr size_t kMostBlocks = 256;

using Blocks = std::vector<std::string>;

Blocks MakeBlocks(size_t block_bytes) {
  const size_t count =
      std::clamp<size_t>(kAllBlocksBytes / block_bytes, 1, kMostBlocks);
  Blocks blocks(count);
  for (size_t i = 0; i < count; ++i) blocks[i] = PseudoText(i + 1, block_bytes);
  return blocks;
}

absl::Status Verdict(bool right) {
  if (right) return absl::OkStatus();
  return absl::DataLossError("the answer is wrong");
}

// The requests of all blocks, and how an answer is checked.
template <typename Request>
class TypedWork : public BenchWork {
 public:
  using Response = client::Client::ResponseOf<Request>;

  TypedWork(std::vector<Request> requests, bool verify)
      : BenchWork(requests.size()),
        verify_(verify),
        requests_(std::move(requests)) {}

  void Send(const BenchConnection& connection, size_t block_index,
            BenchSlot& slot) final {
    connection.CallAsync<Request>(
        requests_[block_index], [this, &connection, block_index,
                                 &slot](absl::StatusOr<Response> answer) {
          slot.Answered(answer.status());
          if (!answer.ok()) return;
          if (!verify_) return slot.Checked(absl::OkStatus());
          Check(connection, block_index, *answer, slot);
        });
  }

 protected:
  const Request& request(size_t block_index) const {
    return requests_[block_index];
  }

  // Ends in slot.Checked().
  virtual void Check(const BenchConnection& connection, size_t block_index,
                     const Response& answer, BenchSlot& slot) = 0;

 private:
  const bool verify_;
  const std::vector<Request> requests_;
};

// Answers that are known beforehand.
template <typename Request>
class KnownWork final : public TypedWork<Request> {
 public:
  using Response = typename TypedWork<Request>::Response;
  using Payload = const std::string& (Response::*)() const;

  KnownWork(std::vector<Request> requests, bool verify, Blocks expected,
            Payload payload)
      : TypedWork<Request>(std::move(requests), verify),
        expected_(std::move(expected)),
        payload_(payload) {}

 private:
  void Check(const BenchConnection&, size_t block_index, const Response& answer,
             BenchSlot& slot) override {
    slot.Checked(Verdict((answer.*payload_)() == expected_[block_index]));
  }

  const Blocks expected_;
  const Payload payload_;
};

// Compressed blocks are decompressed, those that were right before excepted:
// most are the same every time.
class CompressWork final : public TypedWork<v1::CompressRequest> {
 public:
  CompressWork(std::vector<v1::CompressRequest> requests, bool verify,
               Blocks blocks)
      : TypedWork(std::move(requests), verify),
        format_(request(0).format()),
        blocks_(std::move(blocks)),
        right_(blocks_.size()) {}

 private:
  void Check(const BenchConnection& connection, size_t block_index,
             const v1::CompressResponse& answer, BenchSlot& slot) override {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      if (right_[block_index] == answer.output()) {
        return slot.Checked(absl::OkStatus());
      }
    }
    v1::DecompressRequest request;
    request.set_format(format_);
    request.set_input(answer.output());
    connection.CallAsync<v1::DecompressRequest>(
        request, [this, block_index, &slot, compressed = answer.output()](
                     absl::StatusOr<v1::DecompressResponse> plain) {
          if (!plain.ok()) return slot.Checked(plain.status());
          const bool right = plain->output() == blocks_[block_index];
          if (right) {
            std::lock_guard<std::mutex> lock(mutex_);
            right_[block_index] = compressed;
          }
          slot.Checked(Verdict(right));
        });
  }

  const v1::CompressionFormat format_;
  const Blocks blocks_;
  std::mutex mutex_;
  Blocks right_;  // guarded by mutex_: the latest right answers
};

v1::DecryptRequest DecryptOf(const v1::EncryptRequest& request,
                             const v1::EncryptResponse& answer) {
  v1::DecryptRequest decrypt;
  decrypt.set_key(request.key());
  decrypt.set_algorithm(answer.algorithm());
  decrypt.set_nonce(answer.nonce());
  decrypt.set_tag(answer.tag());
  decrypt.set_key_version(answer.key_version());
  decrypt.set_allow_unauthenticated(request.allow_unauthenticated());
  decrypt.set_mode(request.mode());
  decrypt.set_ciphertext(answer.ciphertext());
  return decrypt;
}

// Ciphertexts are never the same twice: each is decrypted.
class EncryptWork final : public TypedWork<v1::EncryptRequest> {
 public:
  using TypedWork::TypedWork;

 private:
  void Check(const BenchConnection& connection, size_t block_index,
             const v1::EncryptResponse& answer, BenchSlot& slot) override {
    connection.CallAsync<v1::DecryptRequest>(
        DecryptOf(request(block_index), answer),
        [this, block_index, &slot](absl::StatusOr<v1::DecryptResponse> plain) {
          if (!plain.ok()) return slot.Checked(plain.status());
          slot.Checked(
              Verdict(plain->plaintext() == request(block_index).plaintext()));
        });
  }
};

std::vector<v1::CompressRequest> CompressRequests(const Options& options,
                                                  const Blocks& blocks) {
  std::vector<v1::CompressRequest> requests(blocks.size());
  for (size_t i = 0; i < blocks.size(); ++i) {
    requests[i].set_format(options.format == v1::COMPRESSION_FORMAT_UNSPECIFIED
                               ? v1::COMPRESSION_FORMAT_GZIP
                               : options.format);
    if (options.level) requests[i].set_level(*options.level);
    requests[i].set_verify(options.verify);
    requests[i].set_mode(options.mode);
    requests[i].set_input(blocks[i]);
  }
  return requests;
}

std::vector<v1::EncryptRequest> EncryptRequests(const Options& options,
                                                const Blocks& blocks) {
  std::vector<v1::EncryptRequest> requests(blocks.size());
  for (size_t i = 0; i < blocks.size(); ++i) {
    requests[i].set_key(options.key);
    if (!options.algorithm.empty()) {
      requests[i].set_algorithm(*CipherByName(options.algorithm));
    }
    // Nobody relies on what is encrypted here.
    requests[i].set_allow_unauthenticated(true);
    requests[i].set_mode(options.mode);
    requests[i].set_plaintext(blocks[i]);
  }
  return requests;
}

using MadeWork = absl::StatusOr<std::unique_ptr<BenchWork>>;

MadeWork MakeDecompress(const Session& session, Blocks blocks) {
  std::vector<v1::DecompressRequest> requests;
  for (const auto& compress : CompressRequests(session.options, blocks)) {
    UACCED_ASSIGN_OR_RETURN(auto answer, session.Call(compress, "bench"));
    v1::DecompressRequest& request = requests.emplace_back();
    request.set_format(compress.format());
    request.set_mode(compress.mode());
    request.set_input(std::move(*answer.mutable_output()));
  }
  UACCED_RETURN_IF_ERROR(session.Call(requests[0], "bench").status());
  return std::make_unique<KnownWork<v1::DecompressRequest>>(
      std::move(requests), session.options.verify, std::move(blocks),
      &v1::DecompressResponse::output);
}

MadeWork MakeDecrypt(const Session& session, Blocks blocks) {
  std::vector<v1::DecryptRequest> requests;
  for (const auto& encrypt : EncryptRequests(session.options, blocks)) {
    UACCED_ASSIGN_OR_RETURN(const auto answer, session.Call(encrypt, "bench"));
    requests.push_back(DecryptOf(encrypt, answer));
  }
  UACCED_RETURN_IF_ERROR(session.Call(requests[0], "bench").status());
  return std::make_unique<KnownWork<v1::DecryptRequest>>(
      std::move(requests), session.options.verify, std::move(blocks),
      &v1::DecryptResponse::plaintext);
}

// A hash as OpenSSL makes it; an HMAC, whose key is the daemon's secret, as a
// call of its own gives it.
absl::StatusOr<std::string> ExpectedDigest(const Session& session,
                                           const v1::DigestRequest& request) {
  if (!request.key().empty()) {
    UACCED_ASSIGN_OR_RETURN(const auto answer, session.Call(request, "bench"));
    return answer.digest();
  }
  const std::string& name = session.options.algorithm;
  const EVP_MD* const hash =
      EVP_get_digestbyname(name.empty() ? "sha256" : name.c_str());
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned digest_bytes = 0;
  if (hash == nullptr ||
      EVP_Digest(request.input().data(), request.input().size(), digest,
                 &digest_bytes, hash, nullptr) != 1) {
    return Fail(ExitCode::kFailure,
                absl::StrCat("bench: this OpenSSL has no ", name));
  }
  return std::string(reinterpret_cast<const char*>(digest), digest_bytes);
}

MadeWork MakeDigest(const Session& session, const Blocks& blocks) {
  const Options& options = session.options;
  std::vector<v1::DigestRequest> requests(blocks.size());
  Blocks expected(blocks.size());
  for (size_t i = 0; i < blocks.size(); ++i) {
    requests[i].set_algorithm(ChosenHash(options));
    requests[i].set_key(options.key);
    requests[i].set_mode(options.mode);
    requests[i].set_input(blocks[i]);
    if (!options.verify) continue;
    UACCED_ASSIGN_OR_RETURN(expected[i], ExpectedDigest(session, requests[i]));
  }
  UACCED_RETURN_IF_ERROR(session.Call(requests[0], "bench").status());
  return std::make_unique<KnownWork<v1::DigestRequest>>(
      std::move(requests), options.verify, std::move(expected),
      &v1::DigestResponse::digest);
}

MadeWork MakeCopy(const Session& session, Blocks blocks) {
  std::vector<v1::CopyRequest> requests(blocks.size());
  for (size_t i = 0; i < blocks.size(); ++i) {
    requests[i].set_mode(session.options.mode);
    requests[i].set_input(blocks[i]);
  }
  UACCED_RETURN_IF_ERROR(session.Call(requests[0], "bench").status());
  return std::make_unique<KnownWork<v1::CopyRequest>>(
      std::move(requests), session.options.verify, std::move(blocks),
      &v1::CopyResponse::output);
}

}  // namespace

absl::StatusOr<std::unique_ptr<BenchWork>> BenchWork::Make(
    const Session& session) {
  const Options& options = session.options;
  Blocks blocks = MakeBlocks(options.bench.size_bytes);
  switch (options.bench.operation) {
    case Command::kCompress: {
      auto requests = CompressRequests(options, blocks);
      UACCED_RETURN_IF_ERROR(session.Call(requests[0], "bench").status());
      return std::make_unique<CompressWork>(std::move(requests), options.verify,
                                            std::move(blocks));
    }
    case Command::kDecompress:
      return MakeDecompress(session, std::move(blocks));
    case Command::kEncrypt: {
      auto requests = EncryptRequests(options, blocks);
      UACCED_RETURN_IF_ERROR(session.Call(requests[0], "bench").status());
      return std::make_unique<EncryptWork>(std::move(requests), options.verify);
    }
    case Command::kDecrypt:
      return MakeDecrypt(session, std::move(blocks));
    case Command::kDigest:
      return MakeDigest(session, blocks);
    default:
      return MakeCopy(session, std::move(blocks));
  }
}

}  // namespace uacced::cli
