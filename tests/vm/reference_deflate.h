// Deflate by libraries that no simulated accelerator has anything to do with:
// zlib and libdeflate.
//
// Threads: pure functions.
// Errors:  what is no such stream, or is not the whole of it, is nullopt. What
//          cannot be but for a mistake of the caller's ends the program.
#ifndef UACCED_TESTS_VM_REFERENCE_DEFLATE_H_
#define UACCED_TESTS_VM_REFERENCE_DEFLATE_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "uacced/v1/accelerator.pb.h"

namespace uacced::vm {

// REQUIRES: `format` is gzip, zlib or deflate; `level` is 0..9.
std::string ZlibCompress(v1::CompressionFormat format, int level,
                         std::string_view input);
// A gzip member whose header has all that RFC 1952 allows: a name, a comment,
// an extra field and a checksum of its own.
std::string ZlibCompressWithName(std::string_view input);
std::string LibdeflateCompress(v1::CompressionFormat format, int level,
                               std::string_view input);

// One stream, which has to be all of `input` and to give `bytes`.
std::optional<std::string> ZlibDecompress(v1::CompressionFormat format,
                                          std::string_view input, size_t bytes);
std::optional<std::string> LibdeflateDecompress(v1::CompressionFormat format,
                                                std::string_view input,
                                                size_t bytes);

}  // namespace uacced::vm

#endif  // UACCED_TESTS_VM_REFERENCE_DEFLATE_H_
