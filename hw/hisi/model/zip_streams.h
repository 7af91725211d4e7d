// The streams of stateful requests between their packets. Hardware keeps their
// state in memory of software's; this model keeps it here, where nobody
// scribbles, and leaves in that memory a token by which it is found again.
//
// A token is random and serves once: every packet writes another. So whoever
// cannot read the memory cannot guess its way to somebody else's stream, and an
// old copy of a context names nothing.
//
// Memory:  at most `max_streams`; beyond that the one unused for longest goes.
//          Software abandons streams and tells nobody.
// Threads: thread-safe.
#ifndef UACCED_HW_HISI_MODEL_ZIP_STREAMS_H_
#define UACCED_HW_HISI_MODEL_ZIP_STREAMS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>

#include "hw/hisi/model/zip_coder.h"
#include "hw/hisi/model/zip_request.h"

namespace uacced::hw::hisi {

struct ZipStream {
  ZipFormat format = ZipFormat::kDeflate;
  bool compress = false;
  std::unique_ptr<ZipCoder> coder;
};

class ZipStreams {
 public:
  using Token = std::array<uint64_t, 2>;

  // REQUIRES: max_streams > 0.
  explicit ZipStreams(size_t max_streams) : max_streams_(max_streams) {}

  Token Put(ZipStream stream);

  // Whoever takes a stream has it alone until Put(). nullopt: there is none.
  std::optional<ZipStream> Take(const Token& token);

  size_t count() const;

 private:
  struct Kept {
    Token token;
    ZipStream stream;
  };
  using Order = std::list<Kept>;

  const size_t max_streams_;
  mutable std::mutex mutex_;
  // Guarded by mutex_.
  std::random_device random_;
  Order order_;  // The first is unused for longest.
  std::map<Token, Order::iterator> by_token_;
};

}  // namespace uacced::hw::hisi

#endif  // UACCED_HW_HISI_MODEL_ZIP_STREAMS_H_
