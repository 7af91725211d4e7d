#include "client/cpp/process_stream.h"

#include <mutex>
#include <utility>

#include "client/cpp/byte_buffers.h"
#include "client/cpp/channel.h"
#include "grpcpp/client_context.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/support/client_callback.h"

namespace uacced::client {
namespace {

using GenericStub =
    grpc::TemplatedGenericStub<grpc::ByteBuffer, grpc::ByteBuffer>;
using Reactor = grpc::ClientBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>;

constexpr char kPath[] = "/uacced.v1.Accelerator/Process";

// Owns itself from Start() to OnDone().
class GrpcProcessStream final
    : public ProcessStream,
      public Reactor,
      public std::enable_shared_from_this<GrpcProcessStream> {
 public:
  GrpcProcessStream(GenericStub& stub,
                    std::shared_ptr<ProcessStreamEvents> events)
      : stub_(stub),
        events_(std::move(events)),
        context_(std::make_shared<grpc::ClientContext>()) {}

  void Start() override {
    self_ = shared_from_this();
    stub_.PrepareBidiStreamingCall(context_.get(), kPath, grpc::StubOptions(),
                                   this);
    // Until OnReadDone() sees the end, others than gRPC may write.
    AddHold();
    StartRead(&incoming_);
    StartCall();
  }

  void Write(std::vector<SharedBytes> pieces) override {
    bool ended;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      ended = ended_;
      if (!ended) AddHold();  // allowed, as the one of Start() is still there
    }
    if (ended) return;
    outgoing_ = ToByteBuffer(std::move(pieces));
    StartWrite(&outgoing_);
    RemoveHold();
  }

  void Cancel() override {
    std::shared_ptr<grpc::ClientContext> context;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      context = context_;
    }
    // Without the lock: gRPC may run reactions within TryCancel().
    if (context != nullptr) context->TryCancel();
  }

 private:
  void OnWriteDone(bool) override {
    outgoing_.Clear();
    events_->OnWritten();
  }

  void OnReadDone(bool ok) override {
    if (!ok) {
      {
        std::lock_guard<std::mutex> lock(mutex_);
        ended_ = true;
      }
      RemoveHold();
      return;
    }
    {
      const grpc::Slice message = Flatten(incoming_);
      incoming_.Clear();
      events_->OnResults(ViewOf(message));
    }
    StartRead(&incoming_);
  }

  void OnDone(const grpc::Status& status) override {
    std::shared_ptr<grpc::ClientContext> context;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      context.swap(context_);
    }
    // It holds the channel, which must not outlive its owner: see channel.h.
    context.reset();
    const std::shared_ptr<GrpcProcessStream> self = std::move(self_);
    const std::shared_ptr<ProcessStreamEvents> events = std::move(events_);
    events->OnClosed(ToStatus(status));
  }

  GenericStub& stub_;
  std::shared_ptr<ProcessStreamEvents> events_;
  std::shared_ptr<GrpcProcessStream> self_;
  grpc::ByteBuffer incoming_;
  grpc::ByteBuffer outgoing_;

  std::mutex mutex_;
  // Guarded by mutex_.
  std::shared_ptr<grpc::ClientContext> context_;
  bool ended_ = false;
};

}  // namespace

struct GrpcProcessStreamOpener::Stub {
  explicit Stub(std::shared_ptr<grpc::Channel> channel)
      : generic(std::move(channel)) {}
  GenericStub generic;
};

GrpcProcessStreamOpener::GrpcProcessStreamOpener(
    std::shared_ptr<grpc::Channel> channel)
    : stub_(std::make_unique<Stub>(std::move(channel))) {}

GrpcProcessStreamOpener::~GrpcProcessStreamOpener() = default;

std::shared_ptr<ProcessStream> GrpcProcessStreamOpener::Make(
    std::shared_ptr<ProcessStreamEvents> events) {
  return std::make_shared<GrpcProcessStream>(stub_->generic, std::move(events));
}

}  // namespace uacced::client
