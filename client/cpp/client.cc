#include "client/cpp/client.h"

#include <algorithm>
#include <condition_variable>
#include <limits>
#include <mutex>
#include <optional>
#include <unordered_set>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/version.h"
#include "client/cpp/error.h"
#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/impl/codegen/proto_utils.h"  // serializes messages
#include "grpcpp/security/credentials.h"
#include "grpcpp/support/channel_arguments.h"

namespace uacced::client {
namespace {

using google::protobuf::MessageLite;
using Stub = grpc::TemplatedGenericStub<MessageLite, MessageLite>;

// sizeof(sockaddr_un::sun_path) less the final zero byte.
constexpr size_t kMaxUnixPathBytes = 107;

absl::Status Validate(const ClientOptions& options) {
  const absl::string_view server = options.server;
  if (absl::StartsWith(server, "unix:")) {
    const size_t path_bytes = server.size() - 5;
    if (path_bytes == 0 || path_bytes > kMaxUnixPathBytes) {
      return absl::InvalidArgumentError(
          absl::StrCat("server: the path of a Unix socket has 1 to ",
                       kMaxUnixPathBytes, " bytes: \"", server, "\""));
    }
  } else if (server.find(':') == absl::string_view::npos ||
             absl::StartsWith(server, ":") || absl::EndsWith(server, ":")) {
    return absl::InvalidArgumentError(absl::StrCat(
        "server: neither unix:/path nor host:port: \"", server, "\""));
  }
  if (options.timeout <= absl::ZeroDuration()) {
    return absl::InvalidArgumentError("timeout: must be more than 0");
  }
  if (options.max_message_bytes == 0 ||
      options.max_message_bytes > std::numeric_limits<int>::max()) {
    return absl::InvalidArgumentError("max_message_bytes: must be 1..2^31-1");
  }
  if (options.retry.max_attempts < 1 ||
      options.retry.initial_backoff <= absl::ZeroDuration() ||
      options.retry.max_backoff < options.retry.initial_backoff) {
    return absl::InvalidArgumentError(
        "retry: needs max_attempts >= 1 and 0 < initial_backoff <= "
        "max_backoff");
  }
  return absl::OkStatus();
}

// gRPC's own reconnection settings stay as they are: the minimal reconnect
// back-off is also its connect timeout, and its transparent retry is what
// keeps calls alive while a daemon hands its connections over.
grpc::ChannelArguments MakeChannelArguments(const ClientOptions& options) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(
      static_cast<int>(options.max_message_bytes));
  arguments.SetMaxSendMessageSize(static_cast<int>(options.max_message_bytes));
  arguments.SetUserAgentPrefix(absl::StrCat("uacced-client/", kVersion));
  // Payload is for the daemon's eyes only.
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  return arguments;
}

absl::Status ToStatus(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  return MakeError(status.error_code(), status.error_message(),
                   status.error_details());
}

}  // namespace

// What the calls share with the client; the last of them to end frees it.
struct Client::Core {
  Core(ClientOptions given, Stub& stub)
      : options(std::move(given)), stub(stub) {
    if (options.clock == nullptr) options.clock = &own_clock;
    if (!options.jitter) options.jitter = RandomJitter();
  }

  // Constant after construction.
  ClientOptions options;
  MonotonicClock own_clock;
  // The client's; used by live calls only.
  Stub& stub;

  std::mutex mutex;
  // Guarded by `mutex`: calls whose callback has not returned yet.
  std::unordered_set<UnaryCall*> live;
  std::condition_variable idle;
  bool stopping = false;
};

// What must die with the client, on its owner's thread. gRPC's channel above
// all: freed by a callback, it would join the thread that the callback runs
// on, and free a completion queue twice (seen with 1.51).
struct Client::Resources {
  explicit Resources(const ClientOptions& options)
      : stub(grpc::CreateCustomChannel(options.server,
                                       grpc::InsecureChannelCredentials(),
                                       MakeChannelArguments(options))) {}
  Stub stub;
  // Used unless the options bring one. Its thread cannot join itself, either.
  ThreadRetryTimer timer;
};

// One call from Start() to its callback, all attempts. The pending attempt or
// the timer holds the only reference.
struct Client::UnaryCall : std::enable_shared_from_this<Client::UnaryCall> {
  UnaryCall(std::shared_ptr<Core> core, MethodInfo method,
            const MessageLite& request, MessageLite* response,
            int64_t deadline_ns, Done done)
      : core(std::move(core)),
        method(method),
        request(request),
        response(response),
        deadline_ns(deadline_ns),
        done(std::move(done)),
        retry(this->core->options.retry, method.retry_safety,
              this->core->options.jitter, deadline_ns) {}

  void Attempt();
  void AttemptEnded(const grpc::Status& grpc_status);
  void Finish(absl::Status status);

  const std::shared_ptr<Core> core;
  const MethodInfo method;
  const MessageLite& request;
  MessageLite* const response;
  const int64_t deadline_ns;
  Done done;
  CallRetry retry;
  // The pointer is guarded by core->mutex: ~Client() takes a copy to cancel.
  std::shared_ptr<grpc::ClientContext> context;
};

void Client::UnaryCall::Attempt() {
  auto next = std::make_shared<grpc::ClientContext>();
  const int64_t left_ns = deadline_ns - core->options.clock->NowNs();
  next->set_deadline(gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC),
                                  gpr_time_from_nanos(left_ns, GPR_TIMESPAN)));
  grpc::ClientContext* const current = next.get();
  bool stopping;
  {
    std::lock_guard<std::mutex> lock(core->mutex);
    stopping = core->stopping;
    context.swap(next);
  }
  if (stopping) {
    Finish(absl::CancelledError("the client was destroyed"));
    return;
  }
  core->stub.UnaryCall(current, method.path, grpc::StubOptions(), &request,
                       response,
                       [call = shared_from_this()](const grpc::Status& status) {
                         call->AttemptEnded(status);
                       });
}

void Client::UnaryCall::AttemptEnded(const grpc::Status& grpc_status) {
  absl::Status status = ToStatus(grpc_status);
  if (status.ok()) return Finish(absl::OkStatus());
  const std::optional<int64_t> delay_ns =
      retry.NextDelayNs(status, core->options.clock->NowNs());
  if (!delay_ns) return Finish(std::move(status));
  core->options.retry_timer->RunAfter(
      *delay_ns, [call = shared_from_this()] { call->Attempt(); });
}

void Client::UnaryCall::Finish(absl::Status status) {
  done(std::move(status));
  done = nullptr;
  // It holds the channel, which must not outlive the client: see Resources.
  std::shared_ptr<grpc::ClientContext> last;
  {
    std::lock_guard<std::mutex> lock(core->mutex);
    last.swap(context);
  }
  last.reset();
  std::lock_guard<std::mutex> lock(core->mutex);
  core->live.erase(this);
  if (core->live.empty()) core->idle.notify_all();
}

Client::Client(std::unique_ptr<Resources> resources, std::shared_ptr<Core> core)
    : resources_(std::move(resources)), core_(std::move(core)) {}

absl::StatusOr<std::unique_ptr<Client>> Client::Connect(ClientOptions options) {
  absl::Status valid = Validate(options);
  if (!valid.ok()) return valid;
  auto resources = std::make_unique<Resources>(options);
  if (options.retry_timer == nullptr) options.retry_timer = &resources->timer;
  auto core = std::make_shared<Core>(std::move(options), resources->stub);
  return std::unique_ptr<Client>(
      new Client(std::move(resources), std::move(core)));
}

Client::~Client() {
  std::vector<std::shared_ptr<grpc::ClientContext>> contexts;
  {
    std::lock_guard<std::mutex> lock(core_->mutex);
    core_->stopping = true;
    for (UnaryCall* call : core_->live) {
      if (call->context != nullptr) contexts.push_back(call->context);
    }
  }
  // Without the lock: gRPC may run the callback within TryCancel().
  for (const auto& context : contexts) context->TryCancel();
  core_->options.retry_timer->RunAllNow();
  std::unique_lock<std::mutex> lock(core_->mutex);
  core_->idle.wait(lock, [this] { return core_->live.empty(); });
}

void Client::Start(MethodInfo method, const MessageLite& request,
                   MessageLite* response, const CallOptions& options,
                   Done done) {
  const absl::Duration timeout = options.timeout > absl::ZeroDuration()
                                     ? options.timeout
                                     : core_->options.timeout;
  const int64_t now_ns = core_->options.clock->NowNs();
  const int64_t timeout_ns =
      std::min(absl::ToInt64Nanoseconds(timeout), kInfiniteFutureNs - now_ns);
  auto call = std::make_shared<UnaryCall>(core_, method, request, response,
                                          now_ns + timeout_ns, std::move(done));
  {
    std::lock_guard<std::mutex> lock(core_->mutex);
    core_->live.insert(call.get());
  }
  call->Attempt();
}

absl::Status Client::Wait(MethodInfo method, const MessageLite& request,
                          MessageLite* response, const CallOptions& options) {
  // Shared, as the callback may still hold the mutex when this returns.
  struct Waiter {
    std::mutex mutex;
    std::condition_variable ended;
    std::optional<absl::Status> result;
  };
  auto waiter = std::make_shared<Waiter>();
  Start(method, request, response, options, [waiter](absl::Status status) {
    std::lock_guard<std::mutex> lock(waiter->mutex);
    waiter->result = std::move(status);
    waiter->ended.notify_one();
  });
  std::unique_lock<std::mutex> lock(waiter->mutex);
  waiter->ended.wait(lock, [&] { return waiter->result.has_value(); });
  return *std::move(waiter->result);
}

}  // namespace uacced::client
