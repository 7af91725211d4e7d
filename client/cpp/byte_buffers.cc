#include "client/cpp/byte_buffers.h"

#include <utility>

namespace uacced::client {

grpc::ByteBuffer ToByteBuffer(std::vector<SharedBytes> pieces) {
  std::vector<grpc::Slice> slices;
  slices.reserve(pieces.size());
  for (SharedBytes& piece : pieces) {
    auto* const owner = new SharedBytes(std::move(piece));
    slices.emplace_back(
        const_cast<char*>(owner->data.get()), owner->size,
        [](void* bytes) { delete static_cast<SharedBytes*>(bytes); }, owner);
  }
  return grpc::ByteBuffer(slices.data(), slices.size());
}

grpc::Slice Flatten(grpc::ByteBuffer& buffer) {
  grpc::Slice slice;
  if (!buffer.Valid()) return slice;
  if (!buffer.TrySingleSlice(&slice).ok() &&
      !buffer.DumpToSingleSlice(&slice).ok()) {
    return grpc::Slice();
  }
  return slice;
}

}  // namespace uacced::client
