// A daemon for tests: the API over a real Unix socket, with OpenSSL's AES-GCM
// and digests, and a toy format in place of compression.
#ifndef UACCED_CLIENT_CLI_FAKE_DAEMON_H_
#define UACCED_CLIENT_CLI_FAKE_DAEMON_H_

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "grpcpp/server.h"
#include "uacced/v1/accelerator.grpc.pb.h"
#include "uacced/v1/admin.grpc.pb.h"
#include "uacced/v1/keys.grpc.pb.h"

namespace uacced::cli {

// Key bytes by name, and what may be told of them.
class FakeKeys final : public v1::Keys::Service {
 public:
  struct Entry {
    v1::Key key;
    std::string material;
  };
  // A copy; its name is empty when there is none.
  Entry Find(const std::string& name);

  grpc::Status CreateKey(grpc::ServerContext*, const v1::CreateKeyRequest*,
                         v1::CreateKeyResponse*) override;
  grpc::Status ImportKey(grpc::ServerContext*, const v1::ImportKeyRequest*,
                         v1::ImportKeyResponse*) override;
  grpc::Status ListKeys(grpc::ServerContext*, const v1::ListKeysRequest*,
                        v1::ListKeysResponse*) override;
  grpc::Status RotateKey(grpc::ServerContext*, const v1::RotateKeyRequest*,
                         v1::RotateKeyResponse*) override;
  grpc::Status DestroyKey(grpc::ServerContext*, const v1::DestroyKeyRequest*,
                          v1::DestroyKeyResponse*) override;

 private:
  static void AddVersion(v1::Key& key, bool imported);
  grpc::Status Insert(Entry entry, v1::Key* result);

  std::mutex mutex_;
  std::map<std::string, Entry> keys_;  // guarded by mutex_
};

class FakeAccelerator final : public v1::Accelerator::Service {
 public:
  explicit FakeAccelerator(FakeKeys& keys) : keys_(keys) {}

  // CompressStream, and Compress and Copy of whatever kind: run before anything
  // else.
  std::function<grpc::Status(grpc::ServerContext*)> before;

  // Makes Copy answer wrongly.
  std::atomic<bool> lie = false;

  // Of the latest stream.
  v1::CompressStreamOptions compress_options() {
    std::lock_guard<std::mutex> lock(mutex_);
    return compress_options_;
  }

  // The output is "FAKE", a digit for the format, a letter for the level, then
  // the input.
  grpc::Status Compress(grpc::ServerContext*, const v1::CompressRequest*,
                        v1::CompressResponse*) override;
  grpc::Status Decompress(grpc::ServerContext*, const v1::DecompressRequest*,
                          v1::DecompressResponse*) override;
  // AES-256-GCM, and the identity as AES-256-CTR.
  grpc::Status Encrypt(grpc::ServerContext*, const v1::EncryptRequest*,
                       v1::EncryptResponse*) override;
  grpc::Status Decrypt(grpc::ServerContext*, const v1::DecryptRequest*,
                       v1::DecryptResponse*) override;
  grpc::Status Digest(grpc::ServerContext*, const v1::DigestRequest*,
                      v1::DigestResponse*) override;
  grpc::Status Copy(grpc::ServerContext*, const v1::CopyRequest*,
                    v1::CopyResponse*) override;

  // The formats of the unary methods, as the input comes. Encrypted files have
  // real headers, but the key itself instead of a derived one.
  template <typename Request>
  using StreamOf = grpc::ServerReaderWriter<v1::StreamResponse, Request>;
  grpc::Status CompressStream(grpc::ServerContext*,
                              StreamOf<v1::CompressStreamRequest>*) override;
  grpc::Status DecompressStream(
      grpc::ServerContext*, StreamOf<v1::DecompressStreamRequest>*) override;
  grpc::Status EncryptStream(grpc::ServerContext*,
                             StreamOf<v1::EncryptStreamRequest>*) override;
  grpc::Status DecryptStream(grpc::ServerContext*,
                             StreamOf<v1::DecryptStreamRequest>*) override;
  grpc::Status DigestStream(grpc::ServerContext*,
                            StreamOf<v1::DigestStreamRequest>*) override;
  grpc::Status Process(grpc::ServerContext*,
                       grpc::ServerReaderWriter<v1::ProcessResponse,
                                                v1::ProcessRequest>*) override;

 private:
  void Answer(grpc::ServerContext* context, const v1::Operation& operation,
              v1::OperationResult& result);

  FakeKeys& keys_;
  std::mutex mutex_;
  v1::CompressStreamOptions compress_options_;  // guarded by mutex_
};

class FakeAdmin final : public v1::Admin::Service {
 public:
  grpc::Status GetStatus(grpc::ServerContext*, const v1::GetStatusRequest*,
                         v1::GetStatusResponse*) override;
  grpc::Status ListDevices(grpc::ServerContext*, const v1::ListDevicesRequest*,
                           v1::ListDevicesResponse*) override;
  // Of any device; lists what was injected since the last clearing.
  grpc::Status InjectFault(grpc::ServerContext*, const v1::InjectFaultRequest*,
                           v1::InjectFaultResponse*) override;
  grpc::Status ClearFaults(grpc::ServerContext*, const v1::ClearFaultsRequest*,
                           v1::ClearFaultsResponse*) override;
  grpc::Status ListFaults(grpc::ServerContext*, const v1::ListFaultsRequest*,
                          v1::ListFaultsResponse*) override;

 private:
  std::mutex mutex_;
  v1::ListFaultsResponse faults_;  // guarded by mutex_
};

// Serves from construction to destruction.
class FakeDaemon {
 public:
  // `address`: "unix:/path".
  explicit FakeDaemon(const std::string& address);
  ~FakeDaemon();

  FakeKeys keys;
  FakeAccelerator accelerator{keys};

 private:
  FakeAdmin admin_;
  std::unique_ptr<grpc::Server> server_;
};

// One AES-256-GCM operation; `tag` is made or checked. False: not genuine.
bool Gcm(bool encrypt, const std::string& key, const std::string& nonce,
         const std::string& associated_data, const std::string& in,
         std::string* out, std::string* tag);

void SetExecution(v1::Execution* execution);
std::string RandomBytes(int count);

// A status with ErrorInfo.
grpc::Status Refuse(grpc::StatusCode code, const std::string& text,
                    const std::string& reason);

}  // namespace uacced::cli

#endif  // UACCED_CLIENT_CLI_FAKE_DAEMON_H_
