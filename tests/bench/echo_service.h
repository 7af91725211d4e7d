// The least a gRPC server can do with a payload: send it back.
//
// Threads: thread-safe.
#ifndef UACCED_TESTS_BENCH_ECHO_SERVICE_H_
#define UACCED_TESTS_BENCH_ECHO_SERVICE_H_

#include <grpcpp/grpcpp.h>

#include "uacced/bench/echo.grpc.pb.h"

namespace uacced::bench {

class EchoService final : public Echo::CallbackService {
 public:
  grpc::ServerUnaryReactor* Echo(grpc::CallbackServerContext* context,
                                 const EchoRequest* request,
                                 EchoResponse* response) override {
    response->set_data(request->data());
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }
};

}  // namespace uacced::bench

#endif  // UACCED_TESTS_BENCH_ECHO_SERVICE_H_
