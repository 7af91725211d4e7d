#include "tests/vm/reference_deflate.h"

#include <libdeflate.h>
#include <zlib.h>

#include <cstdlib>
#include <memory>

namespace uacced::vm {
namespace {

void Require(bool holds) {
  if (!holds) std::abort();
}

// As zlib encodes formats.
int WindowBits(v1::CompressionFormat format) {
  switch (format) {
    case v1::COMPRESSION_FORMAT_GZIP:
      return 15 + 16;
    case v1::COMPRESSION_FORMAT_ZLIB:
      return 15;
    case v1::COMPRESSION_FORMAT_DEFLATE:
      return -15;
    default:
      std::abort();
  }
}

Bytef* BytesOf(std::string_view text) {
  return reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
}

std::string Deflate(v1::CompressionFormat format, int level, gz_header* header,
                    std::string_view input) {
  z_stream stream = {};
  // With little memory for little: to clear it takes longer than the rest.
  const int memory_level = input.size() < 10'000 ? 4 : 8;
  Require(deflateInit2(&stream, level, Z_DEFLATED, WindowBits(format),
                       memory_level, Z_DEFAULT_STRATEGY) == Z_OK);
  if (header != nullptr) {
    Require(deflateSetHeader(&stream, header) == Z_OK);
  }
  std::string output(deflateBound(&stream, input.size()), '\0');
  stream.next_in = BytesOf(input);
  stream.avail_in = static_cast<uInt>(input.size());
  stream.next_out = BytesOf(output);
  stream.avail_out = static_cast<uInt>(output.size());
  Require(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  output.resize(stream.total_out);
  deflateEnd(&stream);
  return output;
}

struct FreeCompressor {
  void operator()(libdeflate_compressor* it) const {
    libdeflate_free_compressor(it);
  }
};
struct FreeDecompressor {
  void operator()(libdeflate_decompressor* it) const {
    libdeflate_free_decompressor(it);
  }
};

}  // namespace

std::string ZlibCompress(v1::CompressionFormat format, int level,
                         std::string_view input) {
  return Deflate(format, level, nullptr, input);
}

std::string ZlibCompressWithName(std::string_view input) {
  char name[] = "name", comment[] = "a comment", extra[] = "ab\2\0xy";
  gz_header header = {};
  header.name = BytesOf(name);
  header.comment = BytesOf(comment);
  header.extra = BytesOf(extra);
  header.extra_len = sizeof(extra) - 1;
  header.hcrc = 1;
  return Deflate(v1::COMPRESSION_FORMAT_GZIP, 6, &header, input);
}

std::string LibdeflateCompress(v1::CompressionFormat format, int level,
                               std::string_view input) {
  const std::unique_ptr<libdeflate_compressor, FreeCompressor> compressor(
      libdeflate_alloc_compressor(level));
  Require(compressor != nullptr);
  // Of the three formats gzip adds the most.
  std::string output(
      libdeflate_gzip_compress_bound(compressor.get(), input.size()), '\0');
  const auto compress =
      format == v1::COMPRESSION_FORMAT_GZIP   ? libdeflate_gzip_compress
      : format == v1::COMPRESSION_FORMAT_ZLIB ? libdeflate_zlib_compress
                                              : libdeflate_deflate_compress;
  output.resize(compress(compressor.get(), input.data(), input.size(),
                         output.data(), output.size()));
  Require(!output.empty());
  return output;
}

std::optional<std::string> ZlibDecompress(v1::CompressionFormat format,
                                          std::string_view input,
                                          size_t bytes) {
  z_stream stream = {};
  Require(inflateInit2(&stream, WindowBits(format)) == Z_OK);
  // One more, so that too much is noticed.
  std::string output(bytes + 1, '\0');
  stream.next_in = BytesOf(input);
  stream.avail_in = static_cast<uInt>(input.size());
  stream.next_out = BytesOf(output);
  stream.avail_out = static_cast<uInt>(output.size());
  const int result = inflate(&stream, Z_FINISH);
  const size_t left = stream.avail_in, made = stream.total_out;
  inflateEnd(&stream);
  if (result != Z_STREAM_END || left != 0 || made != bytes) {
    return std::nullopt;
  }
  output.resize(bytes);
  return output;
}

std::optional<std::string> LibdeflateDecompress(v1::CompressionFormat format,
                                                std::string_view input,
                                                size_t bytes) {
  const std::unique_ptr<libdeflate_decompressor, FreeDecompressor> decompressor(
      libdeflate_alloc_decompressor());
  Require(decompressor != nullptr);
  std::string output(bytes, '\0');
  const auto decompress = format == v1::COMPRESSION_FORMAT_GZIP
                              ? libdeflate_gzip_decompress_ex
                          : format == v1::COMPRESSION_FORMAT_ZLIB
                              ? libdeflate_zlib_decompress_ex
                              : libdeflate_deflate_decompress_ex;
  size_t taken = 0;
  // Without room for the size it must be exactly `bytes`.
  if (decompress(decompressor.get(), input.data(), input.size(), output.data(),
                 bytes, &taken, nullptr) != LIBDEFLATE_SUCCESS ||
      taken != input.size()) {
    return std::nullopt;
  }
  return output;
}

}  // namespace uacced::vm
