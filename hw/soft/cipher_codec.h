// Encryption on the host CPU through OpenSSL 3: GCM, CCM, ChaCha20-Poly1305,
// XTS, CTR and CBC, with AES or SM4; and XAES-256-GCM (C2SP).
//
// Contexts are made on first use, one for each algorithm, and keyed anew for
// every request, which allocates nothing.
// Threads: thread-compatible; each worker has its own.
#ifndef UACCED_HW_SOFT_CIPHER_CODEC_H_
#define UACCED_HW_SOFT_CIPHER_CODEC_H_

#include <array>
#include <cstdint>

#include "hw/request.h"
#include "hw/soft/evp_algorithms.h"
#include "hw/soft/result.h"
#include "hw/soft/sm4_xts.h"
#include "hw/soft/xaes_kdf.h"

namespace uacced::hw {

class CipherCodec {
 public:
  // Of one XTS message (data unit): 2^20 blocks (IEEE 1619-2007, 5.1).
  static constexpr size_t kMaxXtsBytes = size_t{16} << 20;

  // `algorithms` must outlive the codec.
  explicit CipherCodec(const EvpAlgorithms& algorithms);

  // INVALID_ARGUMENT: the message is too long for its mode (CCM: 2^(8*(15 -
  //   nonce bytes)) - 1, XTS: kMaxXtsBytes, all: INT_MAX), too short for XTS
  //   (16), not whole blocks for CBC without padding; or both halves of an XTS
  //   key are the same, which would void its security proof.
  // OUT_OF_RANGE: the destination is too small.
  // UNIMPLEMENTED: no provider has the algorithm, or it refuses such nonces.
  Result Encrypt(const Request& request);

  // Codes as above. INVALID_ARGUMENT also when authentication or padding is
  // wrong, with no word on which; the destination is then cleansed.
  Result Decrypt(const Request& request);

  // Overwrites the keys that contexts still hold, so that destroyed keys do not
  // linger in sleeping workers. Costs nothing when there are none.
  void Scrub();

 private:
  EVP_CIPHER_CTX* ContextFor(Algorithm algorithm);
  Result Process(const Request& request, bool encrypt);
  Result ProcessXts(const Request& request, bool encrypt);
  Result ProcessXaes(const Request& request, bool encrypt);

  const EvpAlgorithms& algorithms_;
  std::array<CipherContext, kAlgorithmCount> contexts_;
  Sm4Xts sm4_xts_;
  XaesKdf xaes_kdf_;
  // Which contexts have held a key since the last Scrub(), a bit for each.
  uint64_t keyed_ = 0;
};

}  // namespace uacced::hw

#endif  // UACCED_HW_SOFT_CIPHER_CODEC_H_
