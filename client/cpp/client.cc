#include "client/cpp/client.h"

#include <condition_variable>
#include <mutex>
#include <optional>
#include <unordered_set>
#include <vector>

#include "client/cpp/channel.h"
#include "grpcpp/client_context.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/impl/codegen/proto_utils.h"  // serializes messages

namespace uacced::client {
namespace {

using google::protobuf::MessageLite;
using Stub = grpc::TemplatedGenericStub<MessageLite, MessageLite>;

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

// What must die with the client, on its owner's thread: see channel.h. The
// timer's thread cannot join itself, either.
struct Client::Resources {
  explicit Resources(const ClientOptions& options)
      : channel(MakeChannel(options, options.own_connection
                                         ? Sharing::kNone
                                         : Sharing::kProcess)),
        stub(channel) {}
  const std::shared_ptr<grpc::Channel> channel;
  Stub stub;
  // Used unless the options bring one.
  ThreadRetryTimer timer;
};

// One call from Start() to its callback, all attempts. The pending attempt or
// the timer holds the only reference.
struct Client::UnaryCall : std::enable_shared_from_this<Client::UnaryCall> {
  UnaryCall(std::shared_ptr<Core> core, CallInfo info,
            const MessageLite& request, MessageLite* response,
            int64_t deadline_ns, Done done)
      : core(std::move(core)),
        info(info),
        request(request),
        response(response),
        deadline_ns(deadline_ns),
        done(std::move(done)),
        retry(this->core->options.retry, info.method.retry_safety,
              this->core->options.jitter, deadline_ns) {}

  void Attempt();
  void AttemptEnded(const grpc::Status& grpc_status);
  void Finish(absl::Status status);

  const std::shared_ptr<Core> core;
  const CallInfo info;
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
  next->set_deadline(DeadlineIn(left_ns));
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
  core->stub.UnaryCall(current, info.method.path, grpc::StubOptions(), &request,
                       response,
                       [call = shared_from_this()](const grpc::Status& status) {
                         call->AttemptEnded(status);
                       });
}

void Client::UnaryCall::AttemptEnded(const grpc::Status& grpc_status) {
  absl::Status status = ToStatus(grpc_status);
  if (status.ok() && info.check != nullptr) status = info.check(*response);
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

Client::Client(std::unique_ptr<Resources> resources, std::shared_ptr<Core> core,
               bool crc32c)
    : resources_(std::move(resources)),
      core_(std::move(core)),
      crc32c_(crc32c) {}

const std::shared_ptr<grpc::Channel>& Client::channel() const {
  return resources_->channel;
}

const ClientOptions& Client::options() const { return core_->options; }

absl::StatusOr<std::unique_ptr<Client>> Client::Connect(ClientOptions options) {
  absl::Status valid = Validate(options);
  if (!valid.ok()) return valid;
  auto resources = std::make_unique<Resources>(options);
  if (options.retry_timer == nullptr) options.retry_timer = &resources->timer;
  const bool crc32c = options.crc32c;
  auto core = std::make_shared<Core>(std::move(options), resources->stub);
  return std::unique_ptr<Client>(
      new Client(std::move(resources), std::move(core), crc32c));
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

void Client::Start(CallInfo info, const MessageLite& request,
                   MessageLite* response, const CallOptions& options,
                   Done done) {
  const int64_t deadline_ns = DeadlineNs(core_->options, options.timeout,
                                         core_->options.clock->NowNs());
  auto call = std::make_shared<UnaryCall>(core_, info, request, response,
                                          deadline_ns, std::move(done));
  {
    std::lock_guard<std::mutex> lock(core_->mutex);
    core_->live.insert(call.get());
  }
  call->Attempt();
}

absl::Status Client::Wait(CallInfo info, const MessageLite& request,
                          MessageLite* response, const CallOptions& options) {
  // Shared, as the callback may still hold the mutex when this returns.
  struct Waiter {
    std::mutex mutex;
    std::condition_variable ended;
    std::optional<absl::Status> result;
  };
  auto waiter = std::make_shared<Waiter>();
  Start(info, request, response, options, [waiter](absl::Status status) {
    std::lock_guard<std::mutex> lock(waiter->mutex);
    waiter->result = std::move(status);
    waiter->ended.notify_one();
  });
  std::unique_lock<std::mutex> lock(waiter->mutex);
  waiter->ended.wait(lock, [&] { return waiter->result.has_value(); });
  return *std::move(waiter->result);
}

}  // namespace uacced::client
