// Accelerator.Process by gRPC.
#ifndef UACCED_CLIENT_CPP_PROCESS_STREAM_H_
#define UACCED_CLIENT_CPP_PROCESS_STREAM_H_

#include <memory>

#include "client/cpp/pipeline_core.h"
#include "grpcpp/channel.h"

namespace uacced::client {

// Threads:  thread-safe.
// Lifetime: must outlive its streams, until their OnClosed() has come.
class GrpcProcessStreamOpener final : public ProcessStreamOpener {
 public:
  explicit GrpcProcessStreamOpener(std::shared_ptr<grpc::Channel> channel);
  ~GrpcProcessStreamOpener() override;

  std::shared_ptr<ProcessStream> Make(
      std::shared_ptr<ProcessStreamEvents> events) override;

 private:
  struct Stub;
  const std::unique_ptr<Stub> stub_;
};

}  // namespace uacced::client

#endif  // UACCED_CLIENT_CPP_PROCESS_STREAM_H_
