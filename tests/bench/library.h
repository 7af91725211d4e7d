// The codecs' libraries called in this process, without a daemon: what the
// work itself costs, and a second opinion on what the daemon answers.
//
// Threads: a LibraryCodec is thread-compatible; the functions are thread-safe.
#ifndef UACCED_TESTS_BENCH_LIBRARY_H_
#define UACCED_TESTS_BENCH_LIBRARY_H_

#include <memory>
#include <string>

#include "absl/strings/string_view.h"

namespace uacced::bench {

// Contexts and buffers are made once, as the daemon does.
class LibraryCodec {
 public:
  virtual ~LibraryCodec() = default;
  // Does the work on `block`, at most the max_block_bytes it was made for.
  // The output, valid until the next Run(); empty when the library failed.
  virtual absl::string_view Run(absl::string_view block) = 0;
};

// The daemon's levels 1..3 are ISA-L's, 4..12 libdeflate's.
std::unique_ptr<LibraryCodec> NewIsalGzip(int level, size_t max_block_bytes);
std::unique_ptr<LibraryCodec> NewLibdeflateGzip(int level,
                                                size_t max_block_bytes);
std::unique_ptr<LibraryCodec> NewZstd(int level, size_t max_block_bytes);
// A new nonce for each block; its output is the ciphertext alone.
// REQUIRES: key has 32 bytes.
std::unique_ptr<LibraryCodec> NewAes256Gcm(std::string key,
                                           size_t max_block_bytes);
std::unique_ptr<LibraryCodec> NewSha256();

// Whether `output` is what the name says of `original`.
bool GzipRestores(absl::string_view output, absl::string_view original);
bool ZstdRestores(absl::string_view output, absl::string_view original);
// REQUIRES: key has 32 bytes.
bool Aes256GcmRestores(absl::string_view key, absl::string_view nonce,
                       absl::string_view tag, absl::string_view ciphertext,
                       absl::string_view original);

}  // namespace uacced::bench

#endif  // UACCED_TESTS_BENCH_LIBRARY_H_
