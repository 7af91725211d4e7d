// What is made of CBC-MAC: CCM (NIST SP 800-38C) with blocks that software
// prepared, AES-CMAC (RFC 4493) and AES-XCBC-MAC (RFC 3566).
//
// Threads: thread-safe.
// False: OpenSSL gave up.
#ifndef UACCED_HW_HISI_MODEL_SEC_CBC_MAC_H_
#define UACCED_HW_HISI_MODEL_SEC_CBC_MAC_H_

#include <cstdint>

#include "hw/hisi/model/sec_ciphers.h"
#include "hw/request.h"

namespace uacced::hw::hisi {

struct CcmInput {
  CipherBlock first_counter;  // A1: of the first block of payload.
  CipherBlock first_block;    // B0: taken as it is.
  Bytes aad;                  // Less than 0xff00 bytes.
};

// In place; `tag` in full. REQUIRES: IsCcmCounter(input.first_counter).
bool RunCcm(const SecCiphers& ciphers, BlockCipher cipher, Direction direction,
            Bytes key, const CcmInput& input, MutableBytes data,
            CipherBlock& tag);

// Its first byte is the size of the counter less one: 1 to 7.
bool IsCcmCounter(const CipherBlock& block);

// Of AES with a key of 16 bytes.
bool RunCmac(const SecCiphers& ciphers, Bytes key, Bytes data,
             CipherBlock& mac);
bool RunXcbc(const SecCiphers& ciphers, Bytes key, Bytes data,
             CipherBlock& mac);

}  // namespace uacced::hw::hisi

#endif  // UACCED_HW_HISI_MODEL_SEC_CBC_MAC_H_
