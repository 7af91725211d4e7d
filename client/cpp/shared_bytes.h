// Bytes that several own and nobody changes.
#ifndef UACCED_CLIENT_CPP_SHARED_BYTES_H_
#define UACCED_CLIENT_CPP_SHARED_BYTES_H_

#include <cstddef>
#include <memory>

namespace uacced::client {

struct SharedBytes {
  std::shared_ptr<const char[]> data;
  size_t size = 0;
};

}  // namespace uacced::client

#endif  // UACCED_CLIENT_CPP_SHARED_BYTES_H_
