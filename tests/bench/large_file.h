// A file that is too large to be one request, and rounds of work on it.
//
// Threads: thread-compatible.
#ifndef UACCED_TESTS_BENCH_LARGE_FILE_H_
#define UACCED_TESTS_BENCH_LARGE_FILE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tests/bench/library.h"
#include "tests/bench/round.h"

namespace uacced::bench {

// `corpus` with each lower-case letter replaced by the one `pass` further on in
// the alphabet: as compressible as before, and no repeat of another pass (of
// 26).
std::string Vary(const std::string& corpus, int pass);

// Makes `path`: `bytes` of `corpus` again and again, varied each time, so that
// what is further back than the corpus is long does not come again.
// REQUIRES: corpus is not empty.
absl::Status WriteLargeFile(const std::string& path, const std::string& corpus,
                            int64_t bytes);

// One pass over a file.
struct FileRound {
  Round round;  // One operation; no latencies.
  int64_t output_bytes = 0;
};

// What a library does with the file at `path` on `threads` threads, each with a
// codec of its own from `make` and taking the next `block_bytes` when it is
// done. Nothing is joined or kept.
absl::StatusOr<FileRound> RunLibraryOnFile(
    const std::function<std::unique_ptr<LibraryCodec>()>& make,
    const std::string& path, size_t block_bytes, int threads);

}  // namespace uacced::bench

#endif  // UACCED_TESTS_BENCH_LARGE_FILE_H_
