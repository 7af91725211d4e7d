// The daemon's methods, found by the type of their request.
#ifndef UACCED_CLIENT_CPP_METHOD_H_
#define UACCED_CLIENT_CPP_METHOD_H_

#include "client/cpp/call_retry.h"
#include "uacced/v1/accelerator.pb.h"
#include "uacced/v1/admin.pb.h"
#include "uacced/v1/keys.pb.h"

namespace uacced::client {

struct MethodInfo {
  const char* path;
  RetrySafety retry_safety;
};

template <typename ResponseType, RetrySafety kSafety>
struct MethodTraits {
  using Response = ResponseType;
  static constexpr RetrySafety kRetrySafety = kSafety;
};

template <typename Response>
using PureMethod = MethodTraits<Response, RetrySafety::kPure>;
template <typename Response>
using ChangingMethod = MethodTraits<Response, RetrySafety::kOnlyWhenRefused>;

// Method<Request>: kPath, Response and kRetrySafety.
template <typename Request>
struct Method;

template <>
struct Method<v1::CompressRequest> : PureMethod<v1::CompressResponse> {
  static constexpr char kPath[] = "/uacced.v1.Accelerator/Compress";
};
template <>
struct Method<v1::DecompressRequest> : PureMethod<v1::DecompressResponse> {
  static constexpr char kPath[] = "/uacced.v1.Accelerator/Decompress";
};
template <>
struct Method<v1::EncryptRequest> : PureMethod<v1::EncryptResponse> {
  static constexpr char kPath[] = "/uacced.v1.Accelerator/Encrypt";
};
template <>
struct Method<v1::DecryptRequest> : PureMethod<v1::DecryptResponse> {
  static constexpr char kPath[] = "/uacced.v1.Accelerator/Decrypt";
};
template <>
struct Method<v1::DigestRequest> : PureMethod<v1::DigestResponse> {
  static constexpr char kPath[] = "/uacced.v1.Accelerator/Digest";
};
template <>
struct Method<v1::CopyRequest> : PureMethod<v1::CopyResponse> {
  static constexpr char kPath[] = "/uacced.v1.Accelerator/Copy";
};
template <>
struct Method<v1::ChainRequest> : PureMethod<v1::ChainResponse> {
  static constexpr char kPath[] = "/uacced.v1.Accelerator/Chain";
};
template <>
struct Method<v1::CreateKeyRequest> : ChangingMethod<v1::CreateKeyResponse> {
  static constexpr char kPath[] = "/uacced.v1.Keys/CreateKey";
};
template <>
struct Method<v1::ImportKeyRequest> : ChangingMethod<v1::ImportKeyResponse> {
  static constexpr char kPath[] = "/uacced.v1.Keys/ImportKey";
};
template <>
struct Method<v1::ListKeysRequest> : PureMethod<v1::ListKeysResponse> {
  static constexpr char kPath[] = "/uacced.v1.Keys/ListKeys";
};
template <>
struct Method<v1::RotateKeyRequest> : ChangingMethod<v1::RotateKeyResponse> {
  static constexpr char kPath[] = "/uacced.v1.Keys/RotateKey";
};
template <>
struct Method<v1::DestroyKeyRequest> : ChangingMethod<v1::DestroyKeyResponse> {
  static constexpr char kPath[] = "/uacced.v1.Keys/DestroyKey";
};
template <>
struct Method<v1::GetStatusRequest> : PureMethod<v1::GetStatusResponse> {
  static constexpr char kPath[] = "/uacced.v1.Admin/GetStatus";
};
template <>
struct Method<v1::ListDevicesRequest> : PureMethod<v1::ListDevicesResponse> {
  static constexpr char kPath[] = "/uacced.v1.Admin/ListDevices";
};
template <>
struct Method<v1::InjectFaultRequest>
    : ChangingMethod<v1::InjectFaultResponse> {
  static constexpr char kPath[] = "/uacced.v1.Admin/InjectFault";
};
template <>
struct Method<v1::ClearFaultsRequest>
    : ChangingMethod<v1::ClearFaultsResponse> {
  static constexpr char kPath[] = "/uacced.v1.Admin/ClearFaults";
};
template <>
struct Method<v1::ListFaultsRequest> : PureMethod<v1::ListFaultsResponse> {
  static constexpr char kPath[] = "/uacced.v1.Admin/ListFaults";
};

}  // namespace uacced::client

#endif  // UACCED_CLIENT_CPP_METHOD_H_
