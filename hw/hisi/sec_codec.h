// The SqeCodec of SEC: ciphers, AEAD, hashes and HMACs, as descriptors of type
// 2 or 3.
//
// Where hw::Request and the hardware differ:
//   AEAD     the hardware wants associated data and payload in a row, and room
//            for both in the destination. Lists join ours; what is written in
//            the place of associated data goes to a gap that all entries share
//            and nobody reads.
//   PKCS#7   the hardware knows no padding. To encrypt, a list adds it; what is
//            decrypted is looked at when it comes back.
//   nothing  no bytes to encrypt without a tag are a descriptor that asks for
//            nothing.
// Requests beyond what Capability can say are kUnimplemented: associated data
// and payload of together more than HISI_SEC_MAX_DATA_BYTES, and padding that
// makes it more.
//
// A MAC goes through memory of the codec, so that a request's has its bytes
// only when the device has succeeded.
#ifndef UACCED_HW_HISI_SEC_CODEC_H_
#define UACCED_HW_HISI_SEC_CODEC_H_

#include <cstdint>
#include <memory>

#include "hw/hisi/sqe_codec.h"

namespace uacced::hw::hisi {

// For a queue of `depth` entries of a device whose api is hisi_qm_v<version>.
// Null when out of memory. REQUIRES: qm_version >= 2, depth <= 65536.
// Requests with a stream must have one of NewSecStream().
std::unique_ptr<SqeCodec> NewSecCodec(int qm_version, uint32_t depth);

}  // namespace uacced::hw::hisi

#endif  // UACCED_HW_HISI_SEC_CODEC_H_
