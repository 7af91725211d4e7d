#include "daemon/rpc/accelerator_service.h"

#include "daemon/rpc/process_call.h"
#include "daemon/rpc/unary_call.h"

namespace uacced {
namespace {

grpc::ServerUnaryReactor* StartCall(const RequestPath& path, OperationKind kind,
                                    grpc::CallbackServerContext* context,
                                    const grpc::ByteBuffer* request,
                                    grpc::ByteBuffer* response) {
  auto* call = new UnaryCall(path, kind, context, response);
  // gRPC made the buffer for this call alone and does not look at it again;
  // const is only the generated signature's.
  call->Start(const_cast<grpc::ByteBuffer&>(*request));
  return call;
}

}  // namespace

grpc::ServerUnaryReactor* AcceleratorService::Compress(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return StartCall(path_, OperationKind::kCompress, context, request, response);
}

grpc::ServerUnaryReactor* AcceleratorService::Decompress(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return StartCall(path_, OperationKind::kDecompress, context, request,
                   response);
}

grpc::ServerUnaryReactor* AcceleratorService::Encrypt(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return StartCall(path_, OperationKind::kEncrypt, context, request, response);
}

grpc::ServerUnaryReactor* AcceleratorService::Decrypt(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return StartCall(path_, OperationKind::kDecrypt, context, request, response);
}

grpc::ServerUnaryReactor* AcceleratorService::Digest(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return StartCall(path_, OperationKind::kDigest, context, request, response);
}

grpc::ServerUnaryReactor* AcceleratorService::Copy(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return StartCall(path_, OperationKind::kCopy, context, request, response);
}

grpc::ServerUnaryReactor* AcceleratorService::Chain(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return StartCall(path_, OperationKind::kChain, context, request, response);
}

AcceleratorService::RawStream* AcceleratorService::Process(
    grpc::CallbackServerContext* context) {
  auto* call = new ProcessCall(path_, streams_, context);
  call->Start();
  return call;
}

AcceleratorService::RawStream* AcceleratorService::StartStream(
    StreamKind kind, grpc::CallbackServerContext* context) {
  return StreamCall::Start({.path = path_.path,
                            .runner = piece_runner_,
                            .keys = path_.keys,
                            .answers = path_.answers,
                            .max_bytes_per_stream = path_.max_bytes_per_stream,
                            .max_stall = path_.max_stream_stall,
                            .mode = path_.mode},
                           kind, context);
}

AcceleratorService::RawStream* AcceleratorService::CompressStream(
    grpc::CallbackServerContext* context) {
  return StartStream(StreamKind::kCompress, context);
}

AcceleratorService::RawStream* AcceleratorService::DecompressStream(
    grpc::CallbackServerContext* context) {
  return StartStream(StreamKind::kDecompress, context);
}

AcceleratorService::RawStream* AcceleratorService::EncryptStream(
    grpc::CallbackServerContext* context) {
  return StartStream(StreamKind::kEncrypt, context);
}

AcceleratorService::RawStream* AcceleratorService::DecryptStream(
    grpc::CallbackServerContext* context) {
  return StartStream(StreamKind::kDecrypt, context);
}

AcceleratorService::RawStream* AcceleratorService::DigestStream(
    grpc::CallbackServerContext* context) {
  return StartStream(StreamKind::kDigest, context);
}

}  // namespace uacced
