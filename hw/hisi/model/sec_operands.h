// Where the operands of a descriptor are: the source and the destination, flat
// or as lists, and what is flat always.
//
// Units:   bytes.
// Threads: as DmaSpace.
#ifndef UACCED_HW_HISI_MODEL_SEC_OPERANDS_H_
#define UACCED_HW_HISI_MODEL_SEC_OPERANDS_H_

#include <cstddef>
#include <cstdint>
#include <optional>

#include "hw/hisi/model/dma_space.h"
#include "hw/hisi/model/sec_operation.h"
#include "hw/hisi/model/sec_rules.h"
#include "hw/hisi/model/sec_status.h"
#include "hw/hisi/model/sgl_reader.h"
#include "hw/request.h"

namespace uacced::hw::hisi {

// What is compared or written at mac_addr: MAC, tag, digest or a state that
// goes on. 0: nothing is. REQUIRES: the operation was judged as `kind`.
size_t MacBytes(SecKind kind, const SecOperation& op);

// What is at mac_addr is expected there; nothing is written.
bool VerifiesMac(SecKind kind, const SecOperation& op);

// False: it cannot be read, or is not all there.
bool ReadSource(DmaSpace& memory, const SecOperation& op, uint64_t offset,
                MutableBytes out);

// Where c_bytes of payload go: as far behind the beginning of the destination
// as they were behind that of the source. nullopt: not all of it is there.
std::optional<DmaRange> PayloadRange(DmaSpace& memory, const SecOperation& op);

// Writes the payload, and writes or compares the MAC. What was deciphered is
// written even if the MAC is not the expected one.
SecAnswer Deliver(DmaSpace& memory, SecKind kind, const SecOperation& op,
                  Bytes payload, Bytes mac);

}  // namespace uacced::hw::hisi

#endif  // UACCED_HW_HISI_MODEL_SEC_OPERANDS_H_
