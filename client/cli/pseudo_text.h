// Text to work on: words of a made-up language, the frequent ones often, so
// that it compresses about as well as prose does.
//
// Threads: pure functions.
#ifndef UACCED_CLIENT_CLI_PSEUDO_TEXT_H_
#define UACCED_CLIENT_CLI_PSEUDO_TEXT_H_

#include <cstddef>
#include <cstdint>
#include <string>

namespace uacced::cli {

// `bytes` of it. The same seed gives the same text, another one another text.
std::string PseudoText(uint64_t seed, size_t bytes);

}  // namespace uacced::cli

#endif  // UACCED_CLIENT_CLI_PSEUDO_TEXT_H_
