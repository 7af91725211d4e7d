// The least a gRPC server can do with a payload: send it back.
//
// Threads: thread-safe.
#ifndef UACCED_TESTS_BENCH_ECHO_SERVICE_H_
#define UACCED_TESTS_BENCH_ECHO_SERVICE_H_

#include <grpcpp/grpcpp.h>
#include <grpcpp/support/byte_buffer.h>

#include "uacced/bench/echo.grpc.pb.h"

namespace uacced::bench {

// Message by message, without a look at what is in it.
class EchoStreamCall final
    : public grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  EchoStreamCall() { StartRead(&buffer_); }
  void OnReadDone(bool ok) override {
    if (ok) {
      StartWrite(&buffer_);
    } else {
      Finish(grpc::Status::OK);
    }
  }
  void OnWriteDone(bool ok) override {
    if (ok) {
      StartRead(&buffer_);
    } else {
      Finish(grpc::Status::OK);
    }
  }
  void OnDone() override { delete this; }

 private:
  grpc::ByteBuffer buffer_;
};

class EchoService final
    : public Echo::WithCallbackMethod_Echo<
          Echo::WithRawCallbackMethod_EchoStream<Echo::Service>> {
 public:
  grpc::ServerUnaryReactor* Echo(grpc::CallbackServerContext* context,
                                 const EchoRequest* request,
                                 EchoResponse* response) override {
    response->set_data(request->data());
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }

  grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* EchoStream(
      grpc::CallbackServerContext* /*context*/) override {
    return new EchoStreamCall;
  }
};

}  // namespace uacced::bench

#endif  // UACCED_TESTS_BENCH_ECHO_SERVICE_H_
