// Text to compress: the licences and C headers that every Debian system with
// a compiler has, in a fixed order.
//
// Threads: thread-compatible; constant once made.
#ifndef UACCED_TESTS_BENCH_CORPUS_H_
#define UACCED_TESTS_BENCH_CORPUS_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace uacced::bench {

// Reads regular files below `directories`, sorted by path, until there are
// `bytes`. FAILED_PRECONDITION: there are fewer.
absl::StatusOr<std::string> ReadCorpus(
    const std::vector<std::string>& directories, size_t bytes);

// Cuts whole blocks of `block_bytes` off `corpus`, spread over all of it, at
// most `max_count`. REQUIRES: 0 < block_bytes <= corpus.size().
std::vector<std::string> CutBlocks(const std::string& corpus,
                                   size_t block_bytes, size_t max_count);

}  // namespace uacced::bench

#endif  // UACCED_TESTS_BENCH_CORPUS_H_
