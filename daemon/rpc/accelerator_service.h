// Service uacced.v1.Accelerator: step 1 of the data path. Takes and gives raw
// buffers, so that payload is not copied into messages and back.
//
// Threads: thread-safe; gRPC makes the calls.
#ifndef UACCED_DAEMON_RPC_ACCELERATOR_SERVICE_H_
#define UACCED_DAEMON_RPC_ACCELERATOR_SERVICE_H_

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include "daemon/rpc/operation_task.h"
#include "daemon/rpc/stream_registry.h"
#include "uacced/v1/accelerator.grpc.pb.h"

namespace uacced {

// Every method takes and gives raw buffers.
template <typename Base>
using RawUnaryMethods = v1::Accelerator::WithRawCallbackMethod_Compress<
    v1::Accelerator::WithRawCallbackMethod_Decompress<
        v1::Accelerator::WithRawCallbackMethod_Encrypt<
            v1::Accelerator::WithRawCallbackMethod_Decrypt<
                v1::Accelerator::WithRawCallbackMethod_Digest<
                    v1::Accelerator::WithRawCallbackMethod_Copy<
                        v1::Accelerator::WithRawCallbackMethod_Chain<
                            Base>>>>>>>;

class AcceleratorService final
    : public RawUnaryMethods<v1::Accelerator::WithRawCallbackMethod_Process<
          v1::Accelerator::Service>> {
 public:
  using RawStream = grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>;

  explicit AcceleratorService(const RequestPath& path) : path_(path) {}

  // Streams that are open.
  StreamRegistry& streams() { return streams_; }

  grpc::ServerUnaryReactor* Compress(grpc::CallbackServerContext* context,
                                     const grpc::ByteBuffer* request,
                                     grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* Decompress(grpc::CallbackServerContext* context,
                                       const grpc::ByteBuffer* request,
                                       grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* Encrypt(grpc::CallbackServerContext* context,
                                    const grpc::ByteBuffer* request,
                                    grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* Decrypt(grpc::CallbackServerContext* context,
                                    const grpc::ByteBuffer* request,
                                    grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* Digest(grpc::CallbackServerContext* context,
                                   const grpc::ByteBuffer* request,
                                   grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* Copy(grpc::CallbackServerContext* context,
                                 const grpc::ByteBuffer* request,
                                 grpc::ByteBuffer* response) override;

  grpc::ServerUnaryReactor* Chain(grpc::CallbackServerContext* context,
                                  const grpc::ByteBuffer* request,
                                  grpc::ByteBuffer* response) override;
  RawStream* Process(grpc::CallbackServerContext* context) override;

 private:
  const RequestPath path_;
  StreamRegistry streams_;
};

}  // namespace uacced

#endif  // UACCED_DAEMON_RPC_ACCELERATOR_SERVICE_H_
