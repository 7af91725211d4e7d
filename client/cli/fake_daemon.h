// A daemon for tests: the API over a real Unix socket, with OpenSSL's AES-GCM
// and digests, and a toy format in place of compression.
#ifndef UACCED_CLIENT_CLI_FAKE_DAEMON_H_
#define UACCED_CLIENT_CLI_FAKE_DAEMON_H_

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

  // Compress and Copy: run before anything else.
  std::function<grpc::Status(grpc::ServerContext*)> before;

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

 private:
  FakeKeys& keys_;
};

class FakeAdmin final : public v1::Admin::Service {
 public:
  grpc::Status GetStatus(grpc::ServerContext*, const v1::GetStatusRequest*,
                         v1::GetStatusResponse*) override;
  grpc::Status ListDevices(grpc::ServerContext*, const v1::ListDevicesRequest*,
                           v1::ListDevicesResponse*) override;
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

// A status with ErrorInfo.
grpc::Status Refuse(grpc::StatusCode code, const std::string& text,
                    const std::string& reason);

}  // namespace uacced::cli

#endif  // UACCED_CLIENT_CLI_FAKE_DAEMON_H_
