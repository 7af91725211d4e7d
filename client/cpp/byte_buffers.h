// grpc::ByteBuffer made of, and read as, bytes that are not copied.
//
// Threads: pure functions.
#ifndef UACCED_CLIENT_CPP_BYTE_BUFFERS_H_
#define UACCED_CLIENT_CPP_BYTE_BUFFERS_H_

#include <vector>

#include "absl/strings/string_view.h"
#include "client/cpp/shared_bytes.h"
#include "grpcpp/support/byte_buffer.h"
#include "grpcpp/support/slice.h"

namespace uacced::client {

// Shares the bytes until gRPC has sent them.
grpc::ByteBuffer ToByteBuffer(std::vector<SharedBytes> pieces);

inline absl::string_view ViewOf(const grpc::Slice& slice) {
  return {reinterpret_cast<const char*>(slice.begin()), slice.size()};
}

// All of `buffer` in one slice: its own when it has only one, else a copy.
// An empty slice for an invalid buffer.
grpc::Slice Flatten(grpc::ByteBuffer& buffer);

}  // namespace uacced::client

#endif  // UACCED_CLIENT_CPP_BYTE_BUFFERS_H_
