#include "daemon/rpc/accelerator_service.h"

#include <string>
#include <utility>

#include "daemon/core/error.h"
#include "daemon/rpc/algorithm_proto.h"
#include "daemon/rpc/wire.h"

namespace uacced {
namespace {

std::string AsString(hw::Bytes bytes) {
  return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

// What responses carry beside payload and execution.
void FillResponse(const Conversion&, v1::CompressResponse&) {}
void FillResponse(const Conversion&, v1::DecryptResponse&) {}
void FillResponse(const Conversion&, v1::DigestResponse&) {}
void FillResponse(const Conversion&, v1::CopyResponse&) {}

void FillResponse(const Conversion& conversion,
                  v1::DecompressResponse& response) {
  response.set_format(ToFormat(conversion.request.algorithm));
}

void FillResponse(const Conversion& conversion, v1::EncryptResponse& response) {
  response.set_nonce(AsString(conversion.request.nonce));
  response.set_tag(AsString(conversion.request.mac));
  response.set_algorithm(ToCipher(conversion.request.algorithm));
}

template <typename Request, typename Response>
grpc::ServerUnaryReactor* StartCall(const RequestPath& path,
                                    hw::Operation operation,
                                    grpc::CallbackServerContext* context,
                                    const grpc::ByteBuffer* request,
                                    grpc::ByteBuffer* response) {
  auto* call =
      new TypedCall<Request, Response>(path, operation, context, response);
  // gRPC made the buffer for this call alone and does not look at it again;
  // const is only the generated signature's.
  call->Start(const_cast<grpc::ByteBuffer&>(*request));
  return call;
}

}  // namespace

template <typename Request, typename Response>
absl::Status TypedCall<Request, Response>::Prepare(
    grpc::ByteBuffer& request, const ConvertContext& context, Conversion& out) {
  const bool parsed = ParseMessage(request, message_);
  // Its memory is not needed twice while the request waits.
  request.Clear();
  if (!parsed) {
    return MakeError(absl::StatusCode::kInvalidArgument,
                     "the request is not a valid protobuf message",
                     {.reason = "MALFORMED_MESSAGE"});
  }
  return Convert(message_, context, out);
}

template <typename Request, typename Response>
grpc::ByteBuffer TypedCall<Request, Response>::BuildResponse(
    const Conversion& conversion, const v1::Execution& execution,
    hw::DmaBuffer payload, size_t produced_bytes) {
  Response response;
  *response.mutable_execution() = execution;
  FillResponse(conversion, response);
  return SerializeWithPayload(response, std::move(payload), produced_bytes);
}

grpc::ServerUnaryReactor* AcceleratorService::Compress(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return StartCall<v1::CompressRequest, v1::CompressResponse>(
      path_, hw::Operation::kCompress, context, request, response);
}

grpc::ServerUnaryReactor* AcceleratorService::Decompress(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return StartCall<v1::DecompressRequest, v1::DecompressResponse>(
      path_, hw::Operation::kDecompress, context, request, response);
}

grpc::ServerUnaryReactor* AcceleratorService::Encrypt(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return StartCall<v1::EncryptRequest, v1::EncryptResponse>(
      path_, hw::Operation::kEncrypt, context, request, response);
}

grpc::ServerUnaryReactor* AcceleratorService::Decrypt(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return StartCall<v1::DecryptRequest, v1::DecryptResponse>(
      path_, hw::Operation::kDecrypt, context, request, response);
}

grpc::ServerUnaryReactor* AcceleratorService::Digest(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return StartCall<v1::DigestRequest, v1::DigestResponse>(
      path_, hw::Operation::kDigest, context, request, response);
}

grpc::ServerUnaryReactor* AcceleratorService::Copy(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return StartCall<v1::CopyRequest, v1::CopyResponse>(
      path_, hw::Operation::kCopy, context, request, response);
}

}  // namespace uacced
