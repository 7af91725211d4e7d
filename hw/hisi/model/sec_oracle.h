// What the operations of SEC should give, by OpenSSL's own modes, and by plain
// code from the standards where OpenSSL 3.0 has none. For tests.
#ifndef UACCED_HW_HISI_MODEL_SEC_ORACLE_H_
#define UACCED_HW_HISI_MODEL_SEC_ORACLE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "hw/request.h"

namespace uacced::hw::hisi {

using Data = std::vector<uint8_t>;

// `cts`: "CS1", "CS2" or "CS3" for ciphers of that kind.
Data OracleCipher(const std::string& name, bool encrypt, Bytes key, Bytes iv,
                  Bytes in, const char* cts = nullptr);

struct Sealed {
  Data data;
  Data tag;
};
// GCM and CCM of AES.
Sealed OracleSeal(const std::string& name, Bytes key, Bytes nonce, Bytes aad,
                  Bytes plaintext, size_t tag_bytes);

Data OracleHash(const std::string& name, Bytes data);
Data OracleHmac(const std::string& hash, Bytes key, Bytes data);
Data OracleCmac(Bytes key, Bytes data);               // AES-128
Data OracleGmac(Bytes key, Bytes nonce, Bytes data);  // AES

// Written out: `ecb` is the name of the cipher, "SM4-ECB".
Data PlainGhash(const std::string& ecb, Bytes key, Bytes blocks);
Sealed PlainGcm(const std::string& ecb, Bytes key, Bytes nonce, Bytes aad,
                Bytes plaintext);
Sealed PlainCcm(const std::string& cipher, Bytes key, Bytes first_counter,
                Bytes first_block, Bytes aad, Bytes plaintext);
Data PlainXcbc(Bytes key, Bytes data);
Data PlainXts(const std::string& ecb, bool gb, Bytes keys, Bytes tweak,
              Bytes plaintext);

// CBC with stealing; `variant` is 1, 2 or 3.
Data PlainCs(const std::string& cbc, int variant, Bytes key, Bytes iv,
             Bytes plaintext);

}  // namespace uacced::hw::hisi

#endif  // UACCED_HW_HISI_MODEL_SEC_ORACLE_H_
