#include "hw/hisi/model/zip_streams.h"

#include <iterator>
#include <utility>

namespace uacced::hw::hisi {

ZipStreams::Token ZipStreams::Put(ZipStream stream) {
  Order dropped;  // Freed without the lock.
  const std::lock_guard lock(mutex_);
  Token token;
  do {
    for (uint64_t& half : token) {
      half = uint64_t{random_()} << 32;
      half |= random_();
    }
  } while (by_token_.count(token) != 0);
  order_.push_back({token, std::move(stream)});
  by_token_[token] = std::prev(order_.end());
  if (order_.size() > max_streams_) {
    by_token_.erase(order_.front().token);
    dropped.splice(dropped.begin(), order_, order_.begin());
  }
  return token;
}

std::optional<ZipStream> ZipStreams::Take(const Token& token) {
  const std::lock_guard lock(mutex_);
  const auto found = by_token_.find(token);
  if (found == by_token_.end()) return std::nullopt;
  ZipStream stream = std::move(found->second->stream);
  order_.erase(found->second);
  by_token_.erase(found);
  return stream;
}

size_t ZipStreams::count() const {
  const std::lock_guard lock(mutex_);
  return order_.size();
}

}  // namespace uacced::hw::hisi
