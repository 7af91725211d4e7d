// The units of SEC that do the work: ciphers, and authentication alone.
//
// Memory:  twice the source at most, whose length has 24 bits.
// Threads: thread-safe.
// REQUIRES, of both: the operation was judged as `kind`, without an error.
#ifndef UACCED_HW_HISI_MODEL_SEC_UNITS_H_
#define UACCED_HW_HISI_MODEL_SEC_UNITS_H_

#include "hw/hisi/model/dma_space.h"
#include "hw/hisi/model/sec_ciphers.h"
#include "hw/hisi/model/sec_operation.h"
#include "hw/hisi/model/sec_rules.h"
#include "hw/hisi/model/sec_status.h"

namespace uacced::hw::hisi {

// op.cipher is not none.
SecAnswer RunCipherUnit(const SecCiphers& ciphers, DmaSpace& memory,
                        SecKind kind, const SecOperation& op);

// op.cipher is none.
SecAnswer RunAuthUnit(const SecCiphers& ciphers, DmaSpace& memory, SecKind kind,
                      const SecOperation& op);

}  // namespace uacced::hw::hisi

#endif  // UACCED_HW_HISI_MODEL_SEC_UNITS_H_
