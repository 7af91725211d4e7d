// Random operations for a daemon, each with what tells whether its answer is
// right. The same seed makes the same operations.
//
// Threads: a StormMaker is thread-compatible. What judges an answer may be
// called
//          by any thread, once.
#ifndef UACCED_TESTS_VM_STORM_MAKER_H_
#define UACCED_TESTS_VM_STORM_MAKER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "client/cpp/method.h"
#include "tests/vm/daemon_keys.h"
#include "uacced/v1/accelerator.pb.h"

namespace uacced::vm {

template <typename Request>
struct Riddle {
  Request request;
  std::function<bool(const typename client::Method<Request>::Response&)>
      is_right;
};
using StormOperation =
    std::variant<Riddle<v1::CompressRequest>, Riddle<v1::DecompressRequest>,
                 Riddle<v1::EncryptRequest>, Riddle<v1::DecryptRequest>,
                 Riddle<v1::DigestRequest>>;

// Bytes that inputs are pieces of.
struct StormPool {
  StormPool();
  std::string text;
  std::string noise;
};

// The keys that all operations use, by kind; of each two.
struct StormKey {
  std::string name;
  std::string material;
};
struct StormKeys {
  // Imports them, if they are not there.
  explicit StormKeys(DaemonKeys& daemon);
  std::vector<StormKey> ciphers;  // 2 * index in CipherKinds() and the next
  std::vector<StormKey> hashes;   // the same of HashKinds()
};

class StormMaker {
 public:
  // Borrows both for as long as its operations are there.
  StormMaker(const StormPool& pool, const StormKeys& keys, uint64_t seed);

  StormOperation Next();

 private:
  size_t Below(size_t bound) { return random_() % bound; }
  std::string_view Input(size_t min_bytes);
  std::string Noise(size_t bytes);

  StormOperation Compress();
  StormOperation Decompress();
  StormOperation Encrypt();
  StormOperation Decrypt();
  StormOperation Digest();
  StormOperation Hmac();

  const StormPool& pool_;
  const StormKeys& keys_;
  std::mt19937_64 random_;
};

}  // namespace uacced::vm

#endif  // UACCED_TESTS_VM_STORM_MAKER_H_
