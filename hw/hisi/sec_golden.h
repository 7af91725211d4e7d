// Descriptors of SEC as UADK (run and captured), Linux and OP-TEE (from their
// code) write them: what section 10 of the hardware's description gives, in
// full. For tests of the driver.
//
// Addresses are made up; the other dwords are as captured.
#ifndef UACCED_HW_HISI_SEC_GOLDEN_H_
#define UACCED_HW_HISI_SEC_GOLDEN_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "hw/hisi/sec_command.h"

namespace uacced::hw::hisi {

// The dwords that are not 0.
using GoldenDwords = std::map<unsigned, uint32_t>;

inline constexpr uint64_t kGoldenTag = 0x1a2b;
inline constexpr uint64_t kGoldenSource = 0x0000'7f11'a000'1001;
inline constexpr uint64_t kGoldenDestination = 0x0000'7f22'b000'2002;
inline constexpr uint64_t kGoldenMac = 0x0000'7f33'c000'3003;
inline constexpr uint64_t kGoldenCipherKey = 0x0000'7f44'd000'4004;
inline constexpr uint64_t kGoldenCipherIv = 0x0000'7f55'e000'5005;
inline constexpr uint64_t kGoldenAuthKey = 0x0000'7f66'f000'6006;
inline constexpr uint64_t kGoldenAuthIv = 0x0000'7f77'1000'7007;

struct SecGolden {
  std::string name;
  SecCommand command;  // That makes both.
  // Empty: not sent to this type, or by a command of its own.
  GoldenDwords type2;
  GoldenDwords type3;
};

std::vector<SecGolden> SecGoldens();

// REQUIRES: there is one of that name.
SecGolden SecGoldenOf(const std::string& name);

}  // namespace uacced::hw::hisi

#endif  // UACCED_HW_HISI_SEC_GOLDEN_H_
