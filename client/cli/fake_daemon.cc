#include "client/cli/fake_daemon.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <chrono>
#include <utility>

#include "base/crc32c.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "grpcpp/server_builder.h"

namespace uacced::cli {
namespace {

constexpr int kMaxMessageBytes = 66 << 20;
constexpr size_t kMaxOutputBytes = size_t{64} << 20;
constexpr int kTagBytes = 16;
constexpr int kNonceBytes = 12;

const unsigned char* Bytes(const std::string& text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* Bytes(std::string* text) {
  return reinterpret_cast<unsigned char*>(text->data());
}

const EVP_MD* HashOf(v1::HashAlgorithm algorithm) {
  switch (algorithm) {
    case v1::HASH_ALGORITHM_SHA1:
      return EVP_sha1();
    case v1::HASH_ALGORITHM_SHA256:
      return EVP_sha256();
    case v1::HASH_ALGORITHM_SHA512:
      return EVP_sha512();
    default:
      return nullptr;
  }
}

}  // namespace

std::string RandomBytes(int count) {
  std::string bytes(count, '\0');
  RAND_bytes(Bytes(&bytes), count);
  return bytes;
}

void SetExecution(v1::Execution* execution) {
  execution->set_device("cpu");
  execution->set_path(v1::Execution::PATH_SOFTWARE);
  execution->set_queue_wait_ns(1500);
  execution->set_service_time_ns(2'000'000);
}

bool Gcm(bool encrypt, const std::string& key, const std::string& nonce,
         const std::string& associated_data, const std::string& in,
         std::string* out, std::string* tag) {
  std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> context(
      EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  EVP_CIPHER_CTX* const c = context.get();
  EVP_CipherInit_ex(c, EVP_aes_256_gcm(), nullptr, nullptr, nullptr, encrypt);
  EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_IVLEN,
                      static_cast<int>(nonce.size()), nullptr);
  EVP_CipherInit_ex(c, nullptr, nullptr, Bytes(key), Bytes(nonce), encrypt);
  if (!encrypt) {
    EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, static_cast<int>(tag->size()),
                        Bytes(tag));
  }
  int length;
  EVP_CipherUpdate(c, nullptr, &length, Bytes(associated_data),
                   static_cast<int>(associated_data.size()));
  out->resize(in.size());
  EVP_CipherUpdate(c, Bytes(out), &length, Bytes(in),
                   static_cast<int>(in.size()));
  unsigned char rest[EVP_MAX_BLOCK_LENGTH];
  if (EVP_CipherFinal_ex(c, rest, &length) != 1) return false;
  if (encrypt) {
    tag->resize(kTagBytes);
    EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, kTagBytes, Bytes(tag));
  }
  return true;
}

grpc::Status Refuse(grpc::StatusCode code, const std::string& text,
                    const std::string& reason) {
  google::rpc::Status status;
  status.set_code(code);
  google::rpc::ErrorInfo info;
  info.set_reason(reason);
  info.set_domain("uacced");
  status.add_details()->PackFrom(info);
  return grpc::Status(code, text, status.SerializeAsString());
}

FakeKeys::Entry FakeKeys::Find(const std::string& name) {
  std::lock_guard<std::mutex> lock(mutex_);
  const auto found = keys_.find(name);
  return found == keys_.end() ? Entry{} : found->second;
}

void FakeKeys::AddVersion(v1::Key& key, bool imported) {
  v1::KeyVersion& version = *key.add_versions();
  version.set_version(static_cast<uint32_t>(key.versions_size()));
  version.mutable_create_time()->set_seconds(1'000'000'000);
  version.set_imported(imported);
  version.set_messages(uint64_t{10} * version.version());
  if (key.has_cipher()) version.set_max_messages(uint64_t{1} << 32);
  key.set_newest_version(version.version());
}

grpc::Status FakeKeys::Insert(Entry entry, v1::Key* result) {
  entry.key.mutable_create_time()->set_seconds(1'000'000'000);
  AddVersion(entry.key, entry.key.imported());
  *result = entry.key;
  std::lock_guard<std::mutex> lock(mutex_);
  const std::string name = entry.key.name();
  if (!keys_.emplace(name, std::move(entry)).second) {
    return Refuse(grpc::StatusCode::ALREADY_EXISTS, "key exists", "KEY_EXISTS");
  }
  return grpc::Status::OK;
}

grpc::Status FakeKeys::CreateKey(grpc::ServerContext*,
                                 const v1::CreateKeyRequest* request,
                                 v1::CreateKeyResponse* response) {
  Entry entry;
  entry.key.set_name(request->name());
  if (request->has_hmac()) {
    entry.key.set_hmac(request->hmac());
  } else {
    entry.key.set_cipher(request->cipher());
  }
  entry.key.set_caller_nonce(request->caller_nonce());
  entry.material = RandomBytes(32);
  return Insert(std::move(entry), response->mutable_key());
}

grpc::Status FakeKeys::ImportKey(grpc::ServerContext*,
                                 const v1::ImportKeyRequest* request,
                                 v1::ImportKeyResponse* response) {
  Entry entry;
  entry.key.set_name(request->name());
  if (request->has_hmac()) {
    entry.key.set_hmac(request->hmac());
  } else {
    entry.key.set_cipher(request->cipher());
    if (request->material().size() != 32) {
      return Refuse(grpc::StatusCode::INVALID_ARGUMENT,
                    "material: not 32 bytes", "INVALID_FIELD");
    }
  }
  entry.key.set_caller_nonce(request->caller_nonce());
  entry.key.set_imported(true);
  entry.material = request->material();
  return Insert(std::move(entry), response->mutable_key());
}

grpc::Status FakeKeys::ListKeys(grpc::ServerContext*,
                                const v1::ListKeysRequest*,
                                v1::ListKeysResponse* response) {
  std::lock_guard<std::mutex> lock(mutex_);
  for (const auto& [name, entry] : keys_) *response->add_keys() = entry.key;
  return grpc::Status::OK;
}

grpc::Status FakeKeys::RotateKey(grpc::ServerContext*,
                                 const v1::RotateKeyRequest* request,
                                 v1::RotateKeyResponse* response) {
  std::lock_guard<std::mutex> lock(mutex_);
  const auto found = keys_.find(request->name());
  if (found == keys_.end()) {
    return Refuse(grpc::StatusCode::NOT_FOUND, "no such key", "KEY_NOT_FOUND");
  }
  AddVersion(found->second.key, !request->material().empty());
  *response->mutable_key() = found->second.key;
  return grpc::Status::OK;
}

grpc::Status FakeKeys::DestroyKey(grpc::ServerContext*,
                                  const v1::DestroyKeyRequest* request,
                                  v1::DestroyKeyResponse*) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (keys_.erase(request->name()) == 0) {
    return Refuse(grpc::StatusCode::NOT_FOUND, "no such key", "KEY_NOT_FOUND");
  }
  return grpc::Status::OK;
}

grpc::Status FakeAccelerator::Compress(grpc::ServerContext* context,
                                       const v1::CompressRequest* request,
                                       v1::CompressResponse* response) {
  // A copy: the test may replace it while this call is still in it.
  if (const auto hook = before) {
    grpc::Status status = hook(context);
    if (!status.ok()) return status;
  }
  SetExecution(response->mutable_execution());
  std::string* const out = response->mutable_output();
  *out = "FAKE";
  *out += static_cast<char>('0' + request->format());
  *out +=
      request->has_level() ? static_cast<char>('a' + request->level()) : '-';
  *out += request->input();
  return grpc::Status::OK;
}

grpc::Status FakeAccelerator::Decompress(grpc::ServerContext*,
                                         const v1::DecompressRequest* request,
                                         v1::DecompressResponse* response) {
  const std::string& in = request->input();
  const int format = in.size() < 6 ? 0 : in[4] - '0';
  if (in.compare(0, 4, "FAKE") != 0 ||
      (request->format() != 0 && request->format() != format)) {
    return Refuse(grpc::StatusCode::INVALID_ARGUMENT, "corrupt\ninput",
                  "CORRUPT_INPUT");
  }
  const size_t limit = request->max_output_bytes() == 0
                           ? kMaxOutputBytes
                           : request->max_output_bytes();
  if (in.size() - 6 > limit) {
    return Refuse(grpc::StatusCode::OUT_OF_RANGE, "output over the limit",
                  "OUTPUT_TOO_LARGE");
  }
  SetExecution(response->mutable_execution());
  response->set_output(in.substr(6));
  return grpc::Status::OK;
}

grpc::Status FakeAccelerator::Encrypt(grpc::ServerContext*,
                                      const v1::EncryptRequest* request,
                                      v1::EncryptResponse* response) {
  const FakeKeys::Entry entry = keys_.Find(request->key());
  if (entry.key.name().empty()) {
    return Refuse(grpc::StatusCode::NOT_FOUND, "no such key", "KEY_NOT_FOUND");
  }
  if ((request->algorithm() != v1::CIPHER_ALGORITHM_UNSPECIFIED &&
       request->algorithm() != entry.key.cipher()) ||
      entry.key.caller_nonce() == request->nonce().empty()) {
    return Refuse(grpc::StatusCode::INVALID_ARGUMENT, "wrong field",
                  "INVALID_FIELD");
  }
  SetExecution(response->mutable_execution());
  response->set_algorithm(entry.key.cipher());
  if (entry.key.cipher() == v1::CIPHER_ALGORITHM_AES_256_CTR) {
    response->set_nonce(RandomBytes(16));
    response->set_ciphertext(request->plaintext());
    return grpc::Status::OK;
  }
  response->set_nonce(request->nonce().empty() ? RandomBytes(kNonceBytes)
                                               : request->nonce());
  Gcm(true, entry.material, response->nonce(), request->associated_data(),
      request->plaintext(), response->mutable_ciphertext(),
      response->mutable_tag());
  return grpc::Status::OK;
}

grpc::Status FakeAccelerator::Decrypt(grpc::ServerContext*,
                                      const v1::DecryptRequest* request,
                                      v1::DecryptResponse* response) {
  const FakeKeys::Entry entry = keys_.Find(request->key());
  if (entry.key.name().empty()) {
    return Refuse(grpc::StatusCode::NOT_FOUND, "no such key", "KEY_NOT_FOUND");
  }
  if (request->algorithm() != entry.key.cipher()) {
    return Refuse(grpc::StatusCode::INVALID_ARGUMENT, "not the key's algorithm",
                  "INVALID_FIELD");
  }
  SetExecution(response->mutable_execution());
  if (entry.key.cipher() == v1::CIPHER_ALGORITHM_AES_256_CTR) {
    response->set_plaintext(request->ciphertext());
    return grpc::Status::OK;
  }
  std::string tag = request->tag();
  if (!Gcm(false, entry.material, request->nonce(), request->associated_data(),
           request->ciphertext(), response->mutable_plaintext(), &tag)) {
    return Refuse(grpc::StatusCode::INVALID_ARGUMENT, "decryption failed",
                  "DECRYPT_FAILED");
  }
  return grpc::Status::OK;
}

grpc::Status FakeAccelerator::Digest(grpc::ServerContext*,
                                     const v1::DigestRequest* request,
                                     v1::DigestResponse* response) {
  const FakeKeys::Entry entry = keys_.Find(request->key());
  const v1::HashAlgorithm algorithm =
      request->algorithm() == v1::HASH_ALGORITHM_UNSPECIFIED
          ? entry.key.hmac()
          : request->algorithm();
  const EVP_MD* const hash = HashOf(algorithm);
  if (hash == nullptr) {
    return Refuse(grpc::StatusCode::UNIMPLEMENTED, "no device has it",
                  "NO_DEVICE");
  }
  SetExecution(response->mutable_execution());
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned length = 0;
  if (request->key().empty()) {
    EVP_Digest(request->input().data(), request->input().size(), digest,
               &length, hash, nullptr);
  } else {
    HMAC(hash, entry.material.data(), static_cast<int>(entry.material.size()),
         Bytes(request->input()), request->input().size(), digest, &length);
  }
  response->set_digest(digest, length);
  return grpc::Status::OK;
}

grpc::Status FakeAccelerator::Copy(grpc::ServerContext* context,
                                   const v1::CopyRequest* request,
                                   v1::CopyResponse* response) {
  // A copy: the test may replace it while this call is still in it.
  if (const auto hook = before) {
    grpc::Status status = hook(context);
    if (!status.ok()) return status;
  }
  SetExecution(response->mutable_execution());
  response->set_output(request->input());
  if (lie) response->mutable_output()->push_back('!');
  if (request->has_payload_crc32c()) {
    response->set_payload_crc32c(
        Crc32c(response->output().data(), response->output().size()));
  }
  return grpc::Status::OK;
}

FakeDaemon::FakeDaemon(const std::string& address) {
  grpc::ServerBuilder builder;
  builder.AddListeningPort(address, grpc::InsecureServerCredentials());
  builder.SetMaxReceiveMessageSize(kMaxMessageBytes);
  builder.RegisterService(&keys);
  builder.RegisterService(&accelerator);
  builder.RegisterService(&admin_);
  server_ = builder.BuildAndStart();
}

FakeDaemon::~FakeDaemon() {
  server_->Shutdown(std::chrono::system_clock::now());
}

}  // namespace uacced::cli
