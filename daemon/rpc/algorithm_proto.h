// Between the API's enums and hw::Algorithm.
//
// Threads: pure functions.
#ifndef UACCED_DAEMON_RPC_ALGORITHM_PROTO_H_
#define UACCED_DAEMON_RPC_ALGORITHM_PROTO_H_

#include "hw/algorithm.h"
#include "uacced/v1/accelerator.pb.h"

namespace uacced {

// kNone for UNSPECIFIED and for numbers this version does not know.
hw::Algorithm FromProto(v1::CompressionFormat format);
hw::Algorithm FromProto(v1::CipherAlgorithm cipher);
hw::Algorithm FromProto(v1::HashAlgorithm hash);

// UNSPECIFIED when `algorithm` is of another family. HMACs give their hash.
v1::CompressionFormat ToFormat(hw::Algorithm algorithm);
v1::CipherAlgorithm ToCipher(hw::Algorithm algorithm);
v1::HashAlgorithm ToHash(hw::Algorithm algorithm);

}  // namespace uacced

#endif  // UACCED_DAEMON_RPC_ALGORITHM_PROTO_H_
