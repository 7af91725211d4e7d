// Service uacced.v1.Keys over the KeyStore.
//
// Threads: thread-safe; gRPC makes the calls. The store outlives the service.
#ifndef UACCED_DAEMON_RPC_KEYS_SERVICE_H_
#define UACCED_DAEMON_RPC_KEYS_SERVICE_H_

#include "daemon/keys/key_store.h"
#include "uacced/v1/keys.grpc.pb.h"

namespace uacced {

class KeysService final : public v1::Keys::CallbackService {
 public:
  explicit KeysService(KeyStore& keys) : keys_(keys) {}

  grpc::ServerUnaryReactor* CreateKey(grpc::CallbackServerContext* context,
                                      const v1::CreateKeyRequest* request,
                                      v1::CreateKeyResponse* response) override;
  grpc::ServerUnaryReactor* ImportKey(grpc::CallbackServerContext* context,
                                      const v1::ImportKeyRequest* request,
                                      v1::ImportKeyResponse* response) override;
  grpc::ServerUnaryReactor* ListKeys(grpc::CallbackServerContext* context,
                                     const v1::ListKeysRequest* request,
                                     v1::ListKeysResponse* response) override;
  grpc::ServerUnaryReactor* DestroyKey(
      grpc::CallbackServerContext* context,
      const v1::DestroyKeyRequest* request,
      v1::DestroyKeyResponse* response) override;

 private:
  KeyStore& keys_;
};

}  // namespace uacced

#endif  // UACCED_DAEMON_RPC_KEYS_SERVICE_H_
