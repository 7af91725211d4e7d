// For tests of SecEngine: descriptors of either type from one description, and
// source and destination in every way that they can be given.
#ifndef UACCED_HW_HISI_MODEL_SEC_RANDOM_BD_H_
#define UACCED_HW_HISI_MODEL_SEC_RANDOM_BD_H_

#include <cstdint>
#include <random>

#include "hw/hisi/abi/sec.h"
#include "hw/hisi/model/sec_bench.h"
#include "hw/hisi/model/sec_oracle.h"
#include "hw/test_data.h"

namespace uacced::hw::hisi {

class BdWriter {
 public:
  explicit BdWriter(uint32_t type) : type_(type) { bd_[0] = type; }

  // Use: Set(HISI_SEC2_X, HISI_SEC3_X, value).
  void Set(uint32_t dword2, uint32_t shift2, uint32_t mask2, uint32_t dword3,
           uint32_t shift3, uint32_t mask3, uint32_t value) {
    EXPECT_EQ(value & ~(type_ == 2 ? mask2 : mask3), 0u);
    bd_[type_ == 2 ? dword2 : dword3] |= value
                                         << (type_ == 2 ? shift2 : shift3);
  }
  void Address(uint32_t dword2, uint32_t dword3, uint64_t address) {
    SetAddress(bd_, type_ == 2 ? dword2 : dword3, address);
  }

  uint32_t type() const { return type_; }
  const Descriptor& bd() const { return bd_; }

 private:
  uint32_t type_;
  Descriptor bd_ = {};
};

class SecRandomBench : public SecBench {
 protected:
  size_t Below(size_t bound) { return random_() % bound; }
  bool Coin() { return Below(2) == 0; }
  Data Random(size_t bytes) {
    return RandomBytes(bytes, static_cast<uint32_t>(random_()));
  }
  // Mostly short, a multiple of `granule`, at least `least`.
  size_t Length(size_t least, size_t granule, size_t most = 12000) {
    const size_t bound = Below(8) == 0 ? most : most < 300 ? most : 300;
    const size_t bytes = least + Below(bound);
    return (bytes + granule - 1) / granule * granule;
  }

  // A descriptor of a queue of `version`, and sometimes of the earlier type.
  BdWriter Writer() {
    BdWriter bd(version_ == 3 && Below(4) != 0 ? 3 : 2);
    static constexpr uint32_t kScenes[] = {HISI_SEC_SCENE_NONE,
                                           HISI_SEC_SCENE_IPSEC};
    bd.Set(HISI_SEC2_SCENE, HISI_SEC3_SCENE, kScenes[Below(2)]);
    return bd;
  }

  void Source(BdWriter& bd, const Data& content) {
    source_bytes_ = content.size();
    source_list_ = Coin();
    if (source_list_) {
      source_piece_ = PieceBytes(content.size());
      AddList(kSourceList, content, source_piece_, 30);
      bd.Set(HISI_SEC2_SRC_ADDR_TYPE, HISI_SEC3_SRC_ADDR_TYPE,
             HISI_SEC_ADDR_SGL);
    } else {
      memory_.Add(kSource, content);
    }
    bd.Address(HISI_SEC2_DATA_SRC_ADDR, HISI_SEC3_DATA_SRC_ADDR,
               source_list_ ? kSourceList : kSource);
  }

  // As long as the source, or in its place.
  void Destination(BdWriter& bd) {
    in_place_ = Below(4) == 0;
    if (in_place_) return;
    bd.Set(HISI_SEC2_DE, HISI_SEC3_DE, 1);
    destination_list_ = Coin();
    if (destination_list_) {
      destination_piece_ = PieceBytes(source_bytes_);
      AddList(kDestinationList, Data(source_bytes_, 0xa5), destination_piece_,
              30);
      bd.Set(HISI_SEC2_DST_ADDR_TYPE, HISI_SEC3_DST_ADDR_TYPE,
             HISI_SEC_ADDR_SGL);
    } else {
      memory_.Add(kDestination, source_bytes_);
    }
    bd.Address(HISI_SEC2_DATA_DST_ADDR, HISI_SEC3_DATA_DST_ADDR,
               destination_list_ ? kDestinationList : kDestination);
  }

  Data Output() {
    if (in_place_) {
      return source_list_
                 ? ListContent(kSourceList, source_bytes_, source_piece_)
                 : at(kSource);
    }
    return destination_list_ ? ListContent(kDestinationList, source_bytes_,
                                           destination_piece_)
                             : at(kDestination);
  }

  // An operand that is always flat.
  void Flat(BdWriter& bd, uint32_t dword2, uint32_t dword3, uint64_t address,
            const Data& content) {
    memory_.Add(address, content);
    bd.Address(dword2, dword3, address);
  }

  std::mt19937_64 random_;
  uint32_t version_ = 2;

 private:
  // Not so many that the lists of AddList() run into the pieces.
  size_t PieceBytes(size_t bytes) { return 1 + bytes / 1500 + Below(700); }

  size_t source_bytes_ = 0;
  bool source_list_ = false;
  bool in_place_ = false;
  bool destination_list_ = false;
  size_t source_piece_ = 1;
  size_t destination_piece_ = 1;
};

}  // namespace uacced::hw::hisi

#endif  // UACCED_HW_HISI_MODEL_SEC_RANDOM_BD_H_
