// One operation on memory, as any accelerator takes it. A Request owns
// nothing: whoever submits it keeps every buffer alive and untouched until its
// completion is polled.
//
// Units: all lengths in bytes.
// A Request has been validated before it reaches a Queue (daemon/rpc/convert):
// levels, key, nonce and MAC lengths fit the algorithm. The *content* of
// source, nonce and associated data is hostile.
#ifndef UACCED_HW_REQUEST_H_
#define UACCED_HW_REQUEST_H_

#include <cstdint>
#include <span>

#include "hw/algorithm.h"

namespace uacced::hw {

using Bytes = std::span<const uint8_t>;
using MutableBytes = std::span<uint8_t>;

struct Request {
  Operation operation = Operation::kCopy;
  Algorithm algorithm = Algorithm::kNone;

  Bytes source;
  // Room for the output. May be larger than needed. Never overlaps source.
  MutableBytes destination;

  // kCompress.
  int8_t level = 0;

  // kEncrypt, kDecrypt, and kDigest with an HMAC algorithm. Keys of XTS are
  // both halves, data key first.
  Bytes key;
  Bytes nonce;
  Bytes associated_data;  // Family::kAead

  // Family::kAead. kEncrypt writes `mac`, kDecrypt compares with
  // `expected_mac`; the length of each is the tag length wanted.
  MutableBytes mac;
  Bytes expected_mac;

  // CBC: kEncrypt adds, kDecrypt checks and takes away PKCS#7 padding.
  bool pkcs7_padding = false;
};

}  // namespace uacced::hw

#endif  // UACCED_HW_REQUEST_H_
