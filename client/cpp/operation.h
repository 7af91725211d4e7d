// One operation of a Pipeline, from the request to its callback: serialized
// once, and kept so until it is answered, as it may have to be sent again.
//
// Threads:   one at a time.
// Ownership: whoever holds it answers it. One that dies unanswered never calls
//            its callback: a bug.
#ifndef UACCED_CLIENT_CPP_OPERATION_H_
#define UACCED_CLIENT_CPP_OPERATION_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "client/cpp/method.h"
#include "client/cpp/payload.h"
#include "client/cpp/shared_bytes.h"

namespace uacced::client {

// Field of v1::Operation and of v1::OperationResult.
template <typename Request>
inline constexpr int kOperationField = 0;
template <>
inline constexpr int kOperationField<v1::CompressRequest> = 3;
template <>
inline constexpr int kOperationField<v1::DecompressRequest> = 4;
template <>
inline constexpr int kOperationField<v1::EncryptRequest> = 5;
template <>
inline constexpr int kOperationField<v1::DecryptRequest> = 6;
template <>
inline constexpr int kOperationField<v1::DigestRequest> = 7;
template <>
inline constexpr int kOperationField<v1::CopyRequest> = 8;
template <>
inline constexpr int kOperationField<v1::ChainRequest> = 9;

class PendingOperation {
 public:
  PendingOperation(int field, SharedBytes request)
      : field_(field), request_(std::move(request)) {}
  PendingOperation(const PendingOperation&) = delete;
  PendingOperation& operator=(const PendingOperation&) = delete;
  virtual ~PendingOperation() = default;

  int field() const { return field_; }
  // The serialized request message.
  const SharedBytes& request() const { return request_; }

  // Takes the serialized response. INTERNAL: it is no such message. DATA_LOSS:
  // its CRC is wrong. After an error it may be given another one.
  virtual absl::Status Parse(absl::string_view response) = 0;
  // Calls the callback, with what was parsed when `status` is OK. Once.
  virtual void Answer(absl::Status status) = 0;

 private:
  const int field_;
  const SharedBytes request_;
};

template <typename Request>
class TypedOperation final : public PendingOperation {
 public:
  using Response = typename Method<Request>::Response;
  using Callback = std::function<void(absl::StatusOr<Response>)>;

  TypedOperation(SharedBytes request, Callback done, bool check_crc)
      : PendingOperation(kOperationField<Request>, std::move(request)),
        check_crc_(check_crc),
        done_(std::move(done)) {}

  absl::Status Parse(absl::string_view response) override {
    if (response.size() > std::numeric_limits<int>::max() ||
        !response_.ParseFromArray(response.data(),
                                  static_cast<int>(response.size()))) {
      return absl::InternalError("the daemon's result is malformed");
    }
    return check_crc_ ? CheckPayloadCrc(response_) : absl::OkStatus();
  }
  void Answer(absl::Status status) override {
    if (status.ok()) {
      done_(std::move(response_));
    } else {
      done_(std::move(status));
    }
  }

 private:
  const bool check_crc_;
  const Callback done_;
  Response response_;
};

// REQUIRES: `request` was not changed since its ByteSizeLong() gave `size`.
template <typename Request>
std::unique_ptr<PendingOperation> MakeOperation(
    const Request& request, size_t size,
    typename TypedOperation<Request>::Callback done, bool check_crc) {
  static_assert(kOperationField<Request> != 0, "no operation of Process");
  auto bytes = std::make_shared_for_overwrite<char[]>(size);
  request.SerializeWithCachedSizesToArray(
      reinterpret_cast<uint8_t*>(bytes.get()));
  return std::make_unique<TypedOperation<Request>>(
      SharedBytes{std::move(bytes), size}, std::move(done), check_crc);
}

}  // namespace uacced::client

#endif  // UACCED_CLIENT_CPP_OPERATION_H_
