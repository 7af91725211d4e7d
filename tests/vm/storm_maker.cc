#include "tests/vm/storm_maker.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "hw/test_data.h"
#include "tests/vm/reference_crypto.h"
#include "tests/vm/reference_deflate.h"

namespace uacced::vm {
namespace {

constexpr size_t kPoolBytes = size_t{512} << 10;
// Most inputs are of 16 bytes to 8 KiB, each size as likely as its half; one in
// kLargeOneIn of up to 256 KiB, one in as many of fewer than 16 bytes.
constexpr double kSmallest = 16, kSmall = 8192, kLarge = 262144;
constexpr size_t kLargeOneIn = 500;
constexpr v1::CompressionFormat kFormats[] = {v1::COMPRESSION_FORMAT_GZIP,
                                              v1::COMPRESSION_FORMAT_ZLIB,
                                              v1::COMPRESSION_FORMAT_DEFLATE};

std::string Characters(const std::vector<uint8_t>& bytes) {
  return std::string(bytes.begin(), bytes.end());
}

}  // namespace

StormPool::StormPool()
    : text(Characters(hw::TextBytes(kPoolBytes, 1))),
      noise(Characters(hw::RandomBytes(kPoolBytes, 2))) {}

StormKeys::StormKeys(DaemonKeys& daemon) {
  uint32_t seed = 1;
  for (const CipherKind& kind : CipherKinds()) {
    for (int i = 0; i < 2; ++i) {
      const std::string key =
          Characters(hw::RandomBytes(kind.key_bytes, seed++));
      ciphers.push_back({daemon.Cipher(kind.algorithm, key), key});
    }
  }
  for (const HashKind& kind : HashKinds()) {
    for (const size_t bytes : {kind.block_bytes, size_t{20}}) {
      const std::string key = Characters(hw::RandomBytes(bytes, seed++));
      hashes.push_back({daemon.Hmac(kind.algorithm, key), key});
    }
  }
}

StormMaker::StormMaker(const StormPool& pool, const StormKeys& keys,
                       uint64_t seed)
    : pool_(pool), keys_(keys), random_(seed) {}

StormOperation StormMaker::Next() {
  switch (Below(6)) {
    case 0:
      return Compress();
    case 1:
      return Decompress();
    case 2:
      return Encrypt();
    case 3:
      return Decrypt();
    case 4:
      return Digest();
    default:
      return Hmac();
  }
}

std::string_view StormMaker::Input(size_t min_bytes) {
  const size_t luck = Below(kLargeOneIn);
  size_t bytes = 0;
  if (luck == 0) {
    bytes = Below(static_cast<size_t>(kSmallest));
  } else {
    const double most = luck == 1 ? kLarge : kSmall;
    const double share = static_cast<double>(Below(1 << 20)) / (1 << 20);
    bytes = static_cast<size_t>(kSmallest * std::pow(most / kSmallest, share));
  }
  bytes = std::max(bytes, min_bytes);
  const std::string_view from = Below(4) == 0 ? pool_.noise : pool_.text;
  return from.substr(Below(from.size() - bytes), bytes);
}

std::string StormMaker::Noise(size_t bytes) {
  return pool_.noise.substr(Below(pool_.noise.size() - bytes), bytes);
}

StormOperation StormMaker::Compress() {
  const std::string_view input = Input(0);
  Riddle<v1::CompressRequest> riddle;
  const v1::CompressionFormat format = kFormats[Below(3)];
  riddle.request.set_format(format);
  riddle.request.set_input(std::string(input));
  riddle.is_right = [input, format](const v1::CompressResponse& answer) {
    return ZlibDecompress(format, answer.output(), input.size()) == input;
  };
  return riddle;
}

StormOperation StormMaker::Decompress() {
  const std::string_view input = Input(0);
  Riddle<v1::DecompressRequest> riddle;
  const v1::CompressionFormat format = kFormats[Below(3)];
  riddle.request.set_format(format);
  riddle.request.set_input(
      ZlibCompress(format, static_cast<int>(1 + Below(3)), input));
  riddle.is_right = [input](const v1::DecompressResponse& answer) {
    return answer.output() == input;
  };
  return riddle;
}

StormOperation StormMaker::Encrypt() {
  const size_t index = Below(keys_.ciphers.size());
  const CipherKind& kind = CipherKinds()[index / 2];
  const StormKey& key = keys_.ciphers[index];
  const std::string_view input = Input(kind.min_bytes);
  Riddle<v1::EncryptRequest> riddle;
  riddle.request.set_key(key.name);
  riddle.request.set_nonce(Noise(kind.nonce_bytes));
  if (kind.authenticated) {
    riddle.request.set_associated_data(Noise(Below(64)));
  }
  riddle.request.set_allow_unauthenticated(!kind.authenticated);
  riddle.request.set_plaintext(std::string(input));
  riddle.is_right = [&kind, &key, input, nonce = riddle.request.nonce(),
                     associated = riddle.request.associated_data()](
                        const v1::EncryptResponse& answer) {
    const Sealed sealed = Seal(kind, key.material, nonce, associated, input);
    return answer.nonce() == nonce &&
           answer.ciphertext() == sealed.ciphertext &&
           answer.tag() == sealed.tag;
  };
  return riddle;
}

StormOperation StormMaker::Decrypt() {
  const size_t index = Below(keys_.ciphers.size());
  const CipherKind& kind = CipherKinds()[index / 2];
  const StormKey& key = keys_.ciphers[index];
  const std::string_view input = Input(kind.min_bytes);
  const std::string nonce = Noise(kind.nonce_bytes);
  const std::string associated = kind.authenticated ? Noise(Below(64)) : "";
  Sealed sealed = Seal(kind, key.material, nonce, associated, input);
  Riddle<v1::DecryptRequest> riddle;
  riddle.request.set_key(key.name);
  riddle.request.set_nonce(nonce);
  riddle.request.set_associated_data(associated);
  riddle.request.set_allow_unauthenticated(!kind.authenticated);
  riddle.request.set_ciphertext(std::move(sealed.ciphertext));
  riddle.request.set_tag(std::move(sealed.tag));
  riddle.is_right = [input](const v1::DecryptResponse& answer) {
    return answer.plaintext() == input;
  };
  return riddle;
}

StormOperation StormMaker::Digest() {
  const HashKind& kind = HashKinds()[Below(HashKinds().size())];
  const std::string_view input = Input(0);
  Riddle<v1::DigestRequest> riddle;
  riddle.request.set_algorithm(kind.algorithm);
  riddle.request.set_input(std::string(input));
  riddle.is_right = [&kind, input](const v1::DigestResponse& answer) {
    return answer.digest() == vm::Digest(kind, input);
  };
  return riddle;
}

StormOperation StormMaker::Hmac() {
  const size_t index = Below(keys_.hashes.size());
  const HashKind& kind = HashKinds()[index / 2];
  const StormKey& key = keys_.hashes[index];
  const std::string_view input = Input(0);
  Riddle<v1::DigestRequest> riddle;
  riddle.request.set_key(key.name);
  riddle.request.set_input(std::string(input));
  riddle.is_right = [&kind, &key, input](const v1::DigestResponse& answer) {
    return answer.digest() == vm::Hmac(kind, key.material, input);
  };
  return riddle;
}

}  // namespace uacced::vm
