// The reference that the daemon is measured against: a bare gRPC server of the
// same API (callback), library and allocator. It listens the ordinary way,
// with AddListeningPort(). Runs until SIGTERM.
#include <grpc/grpc.h>
#include <grpcpp/grpcpp.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <memory>
#include <string>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "tests/bench/echo_service.h"

ABSL_FLAG(std::string, socket, "", "Path of the Unix socket to listen on");

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  // Never paired: in gRPC 1.51 the last grpc_shutdown() may wait 10 s.
  grpc_init();
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  uacced::bench::EchoService service;
  grpc::ServerBuilder builder;
  builder.AddListeningPort("unix:" + absl::GetFlag(FLAGS_socket),
                           grpc::InsecureServerCredentials());
  builder.SetMaxReceiveMessageSize(64 << 20);
  builder.RegisterService(&service);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr) {
    std::fprintf(stderr, "echo_server: cannot listen\n");
    return 1;
  }
  int signal = 0;
  sigwait(&signals, &signal);
  server->Shutdown(std::chrono::system_clock::now());
  return 0;
}
