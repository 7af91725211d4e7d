// Service uacced.v1.Keys over the KeyStore.
//
// Threads: thread-safe; gRPC makes the calls. The store outlives the service.
#ifndef UACCED_DAEMON_RPC_KEYS_SERVICE_H_
#define UACCED_DAEMON_RPC_KEYS_SERVICE_H_

#include <grpcpp/support/byte_buffer.h>

#include "daemon/keys/key_store.h"
#include "daemon/rpc/operation_task.h"
#include "uacced/v1/keys.grpc.pb.h"

namespace uacced {

// Raw methods, so that a message is measured before it is parsed.
class KeysService final
    : public v1::Keys::WithRawCallbackMethod_CreateKey<
          v1::Keys::WithRawCallbackMethod_ImportKey<
              v1::Keys::WithRawCallbackMethod_ListKeys<
                  v1::Keys::WithRawCallbackMethod_RotateKey<
                      v1::Keys::WithRawCallbackMethod_DestroyKey<
                          v1::Keys::Service>>>>> {
 public:
  KeysService(KeyStore& keys, const RequestPath& path)
      : keys_(keys), path_(path) {}

  grpc::ServerUnaryReactor* CreateKey(grpc::CallbackServerContext* context,
                                      const grpc::ByteBuffer* request,
                                      grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* ImportKey(grpc::CallbackServerContext* context,
                                      const grpc::ByteBuffer* request,
                                      grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* ListKeys(grpc::CallbackServerContext* context,
                                     const grpc::ByteBuffer* request,
                                     grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* RotateKey(grpc::CallbackServerContext* context,
                                      const grpc::ByteBuffer* request,
                                      grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* DestroyKey(grpc::CallbackServerContext* context,
                                       const grpc::ByteBuffer* request,
                                       grpc::ByteBuffer* response) override;

 private:
  KeyStore& keys_;
  const RequestPath path_;
};

}  // namespace uacced

#endif  // UACCED_DAEMON_RPC_KEYS_SERVICE_H_
