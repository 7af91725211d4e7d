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

class Stream;

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

  // kCompress, kDecompress: source (or destination) is one block of a longer
  // input, and what stands for it is a fragment, made without knowledge of its
  // neighbours. Fragments put one after the other become whole by
  //   kGzip, kZlib, kDeflate  a header before, and behind them an empty final
  //                           block (03 00) and the trailer. A fragment is
  //                           deflate blocks, none final, that end on a byte
  //   kLz4                    the frame header 04 22 4D 18 70 70 72 before and
  //                           an end mark (four zero bytes) behind. A fragment
  //                           is independent blocks of at most 4 MiB with their
  //                           checksums
  //   kZstd                   nothing: a fragment is a frame
  // An empty block gives an empty fragment, for kZstd an empty frame.
  bool fragment = false;
  // kCompress with `fragment`: gets the source's CRC-32 for kGzip (RFC 1952),
  // its Adler-32 for kZlib (RFC 1950). May be null.
  uint32_t* checksum = nullptr;

  // One piece of a stateful operation (hw/stream.h); null for whole ones. Of
  // the fields above only operation, algorithm, source and destination count
  // then.
  Stream* stream = nullptr;
  // The source is the last of the stream's input.
  bool last = false;
};

}  // namespace uacced::hw

#endif  // UACCED_HW_REQUEST_H_
