// A client of uacced. The type of the request names the operation:
//
//   auto client = Client::Connect({.server = "unix:/run/uacced/uacced.sock"});
//   v1::CompressRequest request;
//   request.set_format(v1::COMPRESSION_FORMAT_GZIP);
//   request.set_input(data);
//   absl::StatusOr<v1::CompressResponse> response = (*client)->Call(request);
//
// Every call has a deadline. UNAVAILABLE is retried within it (call_retry.h).
//
// Threads:  thread-safe, the destructor excepted.
// Lifetime: ~Client() cancels the calls in flight and returns when the last
//           callback has returned.
// Errors:   the daemon's code and text; GetErrorDetails() (error.h) has the
//           rest. CANCELLED: the client was destroyed.
#ifndef UACCED_CLIENT_CPP_CLIENT_H_
#define UACCED_CLIENT_CPP_CLIENT_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/cpp/client_options.h"
#include "client/cpp/method.h"
#include "client/cpp/payload.h"

namespace grpc {
class Channel;
}  // namespace grpc

namespace uacced::client {

class Client {
 public:
  template <typename Request>
  using ResponseOf = typename Method<Request>::Response;
  template <typename Request>
  using Callback = std::function<void(absl::StatusOr<ResponseOf<Request>>)>;

  // Does not wait for the daemon: the first call connects.
  // INVALID_ARGUMENT: an option is out of range.
  static absl::StatusOr<std::unique_ptr<Client>> Connect(ClientOptions options);

  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client();

  // Blocks until the answer or the deadline. Not from within a Callback.
  template <typename Request>
  absl::StatusOr<ResponseOf<Request>> Call(const Request& request,
                                           const CallOptions& options = {}) {
    ResponseOf<Request> response;
    absl::Status status;
    if (kHasPayload<Request> && crc32c_) {
      Request protected_request = request;
      Protect(protected_request);
      status = Wait(InfoOf<Request>(), protected_request, &response, options);
    } else {
      status = Wait(InfoOf<Request>(), request, &response, options);
    }
    if (!status.ok()) return status;
    return response;
  }

  // Calls `done` exactly once, on a thread of gRPC or of the retry timer, and
  // perhaps before CallAsync returns. `done` must not block and must not
  // destroy the client.
  template <typename Request>
  void CallAsync(Request request, Callback<Request> done,
                 const CallOptions& options = {}) {
    struct Messages {
      Request request;
      ResponseOf<Request> response;
    };
    auto messages = std::make_shared<Messages>();
    messages->request = std::move(request);
    if (crc32c_) Protect(messages->request);
    Start(InfoOf<Request>(), messages->request, &messages->response, options,
          [messages, done = std::move(done)](absl::Status status) {
            if (!status.ok()) {
              done(std::move(status));
            } else {
              done(std::move(messages->response));
            }
          });
  }

 private:
  struct Core;
  struct Resources;
  struct UnaryCall;
  using Done = std::function<void(absl::Status)>;

  // Streams share the connection and the options.
  friend class Stream;
  const std::shared_ptr<grpc::Channel>& channel() const;
  const ClientOptions& options() const;

  // What a call needs to know of its method. `check`, which may be null, is
  // asked about a response before it is delivered.
  struct CallInfo {
    MethodInfo method;
    absl::Status (*check)(const google::protobuf::MessageLite& response);
  };

  template <typename Response>
  static absl::Status CheckCrc(const google::protobuf::MessageLite& response) {
    return CheckPayloadCrc(static_cast<const Response&>(response));
  }
  template <typename Request>
  CallInfo InfoOf() const {
    CallInfo info = {{Method<Request>::kPath, Method<Request>::kRetrySafety},
                     nullptr};
    if constexpr (kHasPayload<Request>) {
      if (crc32c_) info.check = &CheckCrc<ResponseOf<Request>>;
    }
    return info;
  }
  template <typename Request>
  static void Protect(Request& request) {
    if constexpr (kHasPayload<Request>) SetPayloadCrc(request);
  }

  Client(std::unique_ptr<Resources> resources, std::shared_ptr<Core> core,
         bool crc32c);

  // Borrows the messages until `done` is called.
  void Start(CallInfo info, const google::protobuf::MessageLite& request,
             google::protobuf::MessageLite* response,
             const CallOptions& options, Done done);
  absl::Status Wait(CallInfo info, const google::protobuf::MessageLite& request,
                    google::protobuf::MessageLite* response,
                    const CallOptions& options);

  const std::unique_ptr<Resources> resources_;
  const std::shared_ptr<Core> core_;
  const bool crc32c_;
};

}  // namespace uacced::client

#endif  // UACCED_CLIENT_CPP_CLIENT_H_
