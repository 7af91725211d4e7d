// What accelerators make, others read, and the other way round: the daemon's
// answers, of its accelerators alone, against zlib, libdeflate and OpenSSL in
// this process.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "hw/test_data.h"
#include "tests/vm/checks.h"
#include "tests/vm/daemon_inquiry.h"
#include "tests/vm/daemon_keys.h"
#include "tests/vm/reference_crypto.h"
#include "tests/vm/reference_deflate.h"
#include "uacced/v1/accelerator.pb.h"

namespace uacced::vm {
namespace {

constexpr size_t kMiB = size_t{1} << 20;
constexpr size_t kMuch = 100'000;

struct Format {
  v1::CompressionFormat format;
  const char* name;
};
constexpr Format kFormats[] = {
    {v1::COMPRESSION_FORMAT_GZIP, "gzip"},
    {v1::COMPRESSION_FORMAT_ZLIB, "zlib"},
    {v1::COMPRESSION_FORMAT_DEFLATE, "deflate"},
};

struct Input {
  std::string name;
  std::string bytes;
};

std::string Text(size_t bytes, uint32_t seed) {
  const std::vector<uint8_t> data = hw::TextBytes(bytes, seed);
  return std::string(data.begin(), data.end());
}

std::string Random(size_t bytes, uint32_t seed) {
  const std::vector<uint8_t> data = hw::RandomBytes(bytes, seed);
  return std::string(data.begin(), data.end());
}

std::vector<Input> MakeInputs() {
  std::vector<Input> inputs = {{"empty", ""}, {"one byte", "x"}};
  for (const size_t bytes : {size_t{1000}, size_t{65'537}, kMiB + 1}) {
    const uint32_t seed = static_cast<uint32_t>(bytes);
    inputs.push_back({absl::StrCat("text of ", bytes), Text(bytes, seed)});
    inputs.push_back({absl::StrCat("random ", bytes), Random(bytes, seed)});
    if (bytes < kMuch) {
      inputs.push_back(
          {absl::StrCat("zeros ", bytes), std::string(bytes, '\0')});
    }
  }
  return inputs;
}

class Interop {
 public:
  void Compression() {
    for (const Format& format : kFormats) {
      for (const Input& input : inputs_) Compress(format, input);
      inquiry_.Conclude(absl::StrCat("interop.others_read_its_", format.name),
                        10);
      for (const Input& input : inputs_) DecompressAll(format, input);
      inquiry_.Conclude(absl::StrCat("interop.it_reads_others_", format.name),
                        60);
    }
    GzipFiles();
  }

  void Ciphers() {
    uint32_t seed = 1;
    for (const CipherKind& kind : CipherKinds()) {
      for (const Input& input : inputs_) {
        if (input.bytes.size() >= kind.min_bytes) {
          Cipher(kind, input, seed++);
        }
      }
      inquiry_.Conclude(absl::StrCat("interop.", kind.name), 16);
    }
  }

  void Digests() {
    uint32_t seed = 1;
    for (const HashKind& kind : HashKinds()) {
      for (const Input& input : inputs_) {
        v1::DigestRequest hash;
        hash.set_input(input.bytes);
        hash.set_algorithm(kind.algorithm);
        Digest(std::move(hash), vm::Digest(kind, input.bytes), input.name);
      }
      inquiry_.Conclude(absl::StrCat("interop.", kind.name), 10);
      for (const Input& input : inputs_) {
        const size_t key_bytes = 1 + seed * size_t{7} % kind.block_bytes;
        const std::string key = Random(key_bytes, seed++);
        v1::DigestRequest hmac;
        hmac.set_input(input.bytes);
        hmac.set_key(keys_.Hmac(kind.algorithm, key));
        Digest(std::move(hmac), Hmac(kind, key, input.bytes), input.name);
      }
      inquiry_.Conclude(absl::StrCat("interop.HMAC-", kind.name), 10);
    }
  }

  int Finish() { return checks_.Finish(); }

 private:
  void Compress(const Format& format, const Input& input) {
    v1::CompressRequest request;
    request.set_format(format.format);
    request.set_input(input.bytes);
    inquiry_.Ask<v1::CompressRequest>(
        std::move(request),
        [&input, format = format.format](const v1::CompressResponse& answer) {
          const size_t bytes = input.bytes.size();
          return ZlibDecompress(format, answer.output(), bytes) ==
                     input.bytes &&
                 LibdeflateDecompress(format, answer.output(), bytes) ==
                     input.bytes;
        },
        input.name);
  }

  // What others make of `input`. To make much of it at every level takes long.
  void DecompressAll(const Format& format, const Input& input) {
    const bool all = input.bytes.size() < kMuch;
    for (const int level : {0, 1, 6, 9}) {
      if (level == 6 || all) {
        Decompress(format, ZlibCompress(format.format, level, input.bytes),
                   input.bytes, absl::StrCat(input.name, " by zlib ", level));
      }
    }
    for (const int level : {1, 6, 12}) {
      if (level == 1 || all) {
        Decompress(
            format, LibdeflateCompress(format.format, level, input.bytes),
            input.bytes, absl::StrCat(input.name, " by libdeflate ", level));
      }
    }
  }

  // Borrows `expected`.
  void Decompress(const Format& format, std::string packed,
                  const std::string& expected, std::string what) {
    v1::DecompressRequest request;
    request.set_format(format.format);
    request.set_input(std::move(packed));
    inquiry_.Ask<v1::DecompressRequest>(
        std::move(request),
        [&expected](const v1::DecompressResponse& answer) {
          return answer.output() == expected;
        },
        std::move(what));
  }

  // What gzip's format has besides.
  void GzipFiles() {
    const Format gzip = kFormats[0];
    for (const Input& input : inputs_) {
      Decompress(gzip, ZlibCompressWithName(input.bytes), input.bytes,
                 input.name);
    }
    inquiry_.Conclude("interop.it_reads_gzip_with_a_name", 10);
    std::string packed, expected;
    for (const Input& input : inputs_) {
      packed += ZlibCompress(gzip.format, 6, input.bytes);
      expected += input.bytes;
    }
    Decompress(gzip, packed, expected, "all inputs");
    inquiry_.Conclude("interop.it_reads_gzip_of_many_members", 1);
    packed = ZlibCompress(gzip.format, 6, inputs_[2].bytes);
    packed[packed.size() - 6] = static_cast<char>(~packed[packed.size() - 6]);
    v1::DecompressRequest damaged;
    damaged.set_format(gzip.format);
    damaged.set_input(packed);
    inquiry_.AskInVain(std::move(damaged), "CORRUPT_INPUT", "a wrong checksum");
    inquiry_.Conclude("interop.it_refuses_a_wrong_checksum", 1);
  }

  void Cipher(const CipherKind& kind, const Input& input, uint32_t seed) {
    const std::string key = Random(kind.key_bytes, seed);
    const std::string nonce = Random(kind.nonce_bytes, seed + 1000);
    const std::string associated = kind.authenticated ? Random(seed, seed) : "";
    const Sealed sealed = Seal(kind, key, nonce, associated, input.bytes);
    v1::EncryptRequest encrypt;
    encrypt.set_key(keys_.Cipher(kind.algorithm, key));
    encrypt.set_nonce(nonce);
    encrypt.set_associated_data(associated);
    encrypt.set_allow_unauthenticated(true);
    encrypt.set_plaintext(input.bytes);
    v1::DecryptRequest decrypt;
    decrypt.set_key(encrypt.key());
    decrypt.set_nonce(nonce);
    decrypt.set_associated_data(associated);
    decrypt.set_allow_unauthenticated(true);
    decrypt.set_ciphertext(sealed.ciphertext);
    decrypt.set_tag(sealed.tag);
    inquiry_.Ask<v1::EncryptRequest>(
        std::move(encrypt),
        [&input, &kind, key, nonce, associated,
         sealed](const v1::EncryptResponse& answer) {
          return answer.ciphertext() == sealed.ciphertext &&
                 answer.tag() == sealed.tag &&
                 Open(kind, key, nonce, associated,
                      {answer.ciphertext(), answer.tag()}) == input.bytes;
        },
        input.name + " encrypted");
    inquiry_.Ask<v1::DecryptRequest>(
        std::move(decrypt),
        [&input](const v1::DecryptResponse& answer) {
          return answer.plaintext() == input.bytes;
        },
        input.name + " decrypted");
  }

  void Digest(v1::DigestRequest request, std::string expected,
              const std::string& what) {
    inquiry_.Ask<v1::DigestRequest>(
        std::move(request),
        [expected = std::move(expected)](const v1::DigestResponse& answer) {
          return answer.digest() == expected;
        },
        what);
  }

  const std::vector<Input> inputs_ = MakeInputs();
  Checks checks_;
  DaemonKeys keys_;
  Inquiry inquiry_{checks_};
};

}  // namespace
}  // namespace uacced::vm

int main() {
  uacced::vm::Interop interop;
  interop.Compression();
  interop.Ciphers();
  interop.Digests();
  return interop.Finish();
}
