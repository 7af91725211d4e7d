// A gRPC server in the test's process, on a Unix socket in a folder of its own.
#ifndef UACCED_CLIENT_CPP_TEST_SERVER_H_
#define UACCED_CLIENT_CPP_TEST_SERVER_H_

#include <stdlib.h>
#include <unistd.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "grpc/grpc.h"
#include "grpcpp/server_builder.h"
#include "gtest/gtest.h"
#include "uacced/v1/accelerator.grpc.pb.h"

namespace uacced::client {

class TestServer {
 public:
  explicit TestServer(std::vector<grpc::Service*> services)
      : services_(std::move(services)) {
    // Ends with the process: the last grpc_shutdown() now and then takes 10 s.
    static const bool held = (grpc_init(), true);
    static_cast<void>(held);
    EXPECT_NE(mkdtemp(folder_), nullptr);
    Start();
  }
  ~TestServer() {
    Stop();
    unlink((std::string(folder_) + "/s").c_str());
    rmdir(folder_);
  }

  std::string address() const { return std::string("unix:") + folder_ + "/s"; }

  void Start() {
    grpc::ServerBuilder builder;
    builder.AddListeningPort(address(), grpc::InsecureServerCredentials());
    for (grpc::Service* service : services_) builder.RegisterService(service);
    builder.SetMaxReceiveMessageSize(64 << 20);
    server_ = builder.BuildAndStart();
    ASSERT_NE(server_, nullptr);
  }
  // Calls that run are cancelled.
  void Stop() {
    server_->Shutdown(std::chrono::system_clock::now());
    server_.reset();
  }

 private:
  char folder_[32] = "/tmp/uacced_client_XXXXXX";
  const std::vector<grpc::Service*> services_;
  std::unique_ptr<grpc::Server> server_;
};

inline google::rpc::Status ErrorWith(absl::StatusCode code,
                                     const std::string& reason) {
  google::rpc::Status status;
  status.set_code(static_cast<int>(code));
  status.set_message("no: " + reason);
  google::rpc::ErrorInfo info;
  info.set_reason(reason);
  info.set_domain("uacced");
  status.add_details()->PackFrom(info);
  return status;
}

inline grpc::Status ToGrpc(const google::rpc::Status& status) {
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()),
                      status.message(), status.SerializeAsString());
}

}  // namespace uacced::client

#endif  // UACCED_CLIENT_CPP_TEST_SERVER_H_
