// Service uacced.v1.Accelerator: step 1 of the data path. Takes and gives raw
// buffers, so that payload is not copied into messages and back.
//
// Threads: thread-safe; gRPC makes the calls.
#ifndef UACCED_DAEMON_RPC_ACCELERATOR_SERVICE_H_
#define UACCED_DAEMON_RPC_ACCELERATOR_SERVICE_H_

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include "daemon/rpc/operation_task.h"
#include "daemon/rpc/stream_call.h"
#include "daemon/rpc/stream_registry.h"
#include "daemon/stream/task_runner.h"
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

template <typename Base>
using RawStreamMethods = v1::Accelerator::WithRawCallbackMethod_CompressStream<
    v1::Accelerator::WithRawCallbackMethod_DecompressStream<
        v1::Accelerator::WithRawCallbackMethod_EncryptStream<
            v1::Accelerator::WithRawCallbackMethod_DecryptStream<
                v1::Accelerator::WithRawCallbackMethod_DigestStream<Base>>>>>;

class AcceleratorService final
    : public RawUnaryMethods<
          RawStreamMethods<v1::Accelerator::WithRawCallbackMethod_Process<
              v1::Accelerator::Service>>> {
 public:
  using RawStream = grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>;

  explicit AcceleratorService(const RequestPath& path)
      : path_(path), piece_runner_(path.path) {}

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

  RawStream* CompressStream(grpc::CallbackServerContext* context) override;
  RawStream* DecompressStream(grpc::CallbackServerContext* context) override;
  RawStream* EncryptStream(grpc::CallbackServerContext* context) override;
  RawStream* DecryptStream(grpc::CallbackServerContext* context) override;
  RawStream* DigestStream(grpc::CallbackServerContext* context) override;

 private:
  RawStream* StartStream(StreamKind kind, grpc::CallbackServerContext* context);

  const RequestPath path_;
  TaskRunner piece_runner_;
  StreamRegistry streams_;
};

}  // namespace uacced

#endif  // UACCED_DAEMON_RPC_ACCELERATOR_SERVICE_H_
