// What descriptors of hashes and HMACs have in common, whole messages and
// pieces of long ones.
#ifndef UACCED_HW_HISI_SEC_DIGEST_COMMAND_H_
#define UACCED_HW_HISI_SEC_DIGEST_COMMAND_H_

#include <cstdint>

#include "hw/algorithm.h"
#include "hw/hisi/abi/sec.h"
#include "hw/hisi/sec_algorithms.h"
#include "hw/hisi/sec_command.h"
#include "hw/hisi/sec_descriptor.h"
#include "hw/hisi/sec_scratch.h"
#include "hw/request.h"

namespace uacced::hw::hisi {

// The digest of `source` as one whole message, to `mac`. `mac` stands for the
// source as well when that is empty: it has an address.
inline SecCommand DigestCommand(SecType type, Algorithm algorithm, Bytes source,
                                const uint8_t* mac) {
  SecCommand command;
  command.scene =
      type == SecType::k2 ? HISI_SEC_SCENE_IPSEC : HISI_SEC_SCENE_STREAM;
  command.auth = HISI_SEC_AUTH_COMPUTE;
  command.a_alg = SecAlgorithmOf(algorithm).a_alg;
  command.mac_words = static_cast<uint8_t>(Info(algorithm).digest_bytes / 4);
  command.a_bytes = static_cast<uint32_t>(source.size());
  command.source = DeviceAddress(source.empty() ? mac : source.data());
  command.prefetch = source.size() <= HISI_SEC_PREFETCH_BYTES;
  command.mac = DeviceAddress(mac);
  return command;
}

// A descriptor that asks for nothing and always succeeds.
inline SecCommand NothingCommand() {
  SecCommand command;
  command.invalid = true;
  command.scene = HISI_SEC_SCENE_STREAM;
  command.cipher = HISI_SEC_CIPHER_ENCRYPT;
  command.has_destination = true;
  return command;
}

}  // namespace uacced::hw::hisi

#endif  // UACCED_HW_HISI_SEC_DIGEST_COMMAND_H_
