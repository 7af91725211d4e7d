// Arbitrary bytes as a sealed key store, and as what is in one: both are
// refused or keep their rules, and records that were taken are written as they
// were read.
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "daemon/keys/key_encryption_key.h"
#include "daemon/keys/key_records.h"
#include "daemon/keys/sealed_format.h"
#include "hw/request.h"

namespace uacced {
namespace {

constexpr size_t kMaxKeys = 100;

void Require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "key_store_fuzz: %s\n", what);
  std::abort();
}

const KeyEncryptionKey& Kek() {
  static const auto* const kek = [] {
    char path[] = "/tmp/uacced_fuzz_XXXXXX";
    const int fd = mkstemp(path);
    Require(fd >= 0 && write(fd, std::string(32, 'k').data(), 32) == 32,
            "no file for a key");
    close(fd);
    auto key = KeyEncryptionKey::FromFile(path);
    unlink(path);
    Require(key.ok(), "no key");
    return new KeyEncryptionKey(*std::move(key));
  }();
  return *kek;
}

void TestRecords(hw::Bytes body) {
  const auto records = DecodeKeyRecords(body, kMaxKeys);
  if (!records.ok()) return;
  Require(records->size() <= kMaxKeys, "more records than keys");
  Require(EncodedBytes(*records) == body.size(), "another length");
  std::vector<uint8_t> again(body.size());
  EncodeKeyRecords(*records, again);
  Require(std::equal(again.begin(), again.end(), body.begin()),
          "another encoding");
}

void TestOneInput(hw::Bytes input) {
  std::vector<uint8_t> image(input.begin(), input.end());
  Require(!Unseal(Kek(), image).ok(), "a forged store");

  TestRecords(input);

  std::vector<uint8_t> sealed(input.size() + kSealedOverheadBytes);
  std::copy(input.begin(), input.end(), sealed.begin() + kSealedHeaderBytes);
  Require(Seal(Kek(), sealed).ok(), "not sealed");
  const auto body = Unseal(Kek(), sealed);
  Require(body.ok() && std::equal(body->begin(), body->end(), input.begin(),
                                  input.end()),
          "not what was sealed");
}

}  // namespace
}  // namespace uacced

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  uacced::TestOneInput({data, size});
  return 0;
}
