// A SEC for tests of the driver, all in one function: reads a descriptor by bit
// positions written down here once more, does what it asks for with OpenSSL on
// memory of this process, and is stricter than silicon may be.
#ifndef UACCED_HW_HISI_SEC_TEST_DEVICE_H_
#define UACCED_HW_HISI_SEC_TEST_DEVICE_H_

#include <cstdint>
#include <map>
#include <vector>

#include "hw/hisi/sqe_codec.h"
#include "hw/request.h"

namespace uacced::hw::hisi {

class SecTestDevice {
 public:
  explicit SecTestDevice(int version) : version_(version) {}

  // Does what `sqe` says and leaves the status in it.
  void Execute(Sqe& sqe);

  // Writes associated data to the destination, too: nobody knows whether the
  // hardware does.
  void set_copies_associated_data(bool copies) { copies_ = copies; }

  int executed() const { return executed_; }
  int idle() const { return idle_; }    // Of these, asked for nothing.
  int lists() const { return lists_; }  // Lists that were read or written.

 private:
  using ByteVector = std::vector<uint8_t>;
  struct Bd;

  Bd Parse(const Sqe& sqe) const;
  // The status word.
  uint32_t Run(const Bd& bd);
  uint32_t RunCipher(const Bd& bd);
  uint32_t RunAead(const Bd& bd);
  uint32_t RunDigest(const Bd& bd);

  // `bytes` from or to `address`; false: a list is too short or malformed.
  bool Read(uint64_t address, uint32_t type, ByteVector& out);
  bool Write(uint64_t address, uint32_t type, const ByteVector& in,
             size_t skip_bytes);
  bool Walk(uint64_t address, size_t bytes, std::vector<MutableBytes>& pieces);

  const int version_;
  bool copies_ = false;
  int executed_ = 0;
  int idle_ = 0;
  int lists_ = 0;
  // Unfinished hashes: what they were given, by the number that stands for
  // them where the hardware has its state.
  std::map<uint64_t, ByteVector> messages_;
};

}  // namespace uacced::hw::hisi

#endif  // UACCED_HW_HISI_SEC_TEST_DEVICE_H_
