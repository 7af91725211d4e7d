// Arbitrary bytes as the beginning of an encrypted file, read as a stream reads
// them: only as many as are asked for. Whatever they are, no more than a header
// is asked for, and a header that is accepted is written back the same.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "daemon/stream/encrypted_file.h"
#include "hw/request.h"

namespace uacced {
namespace {

void Require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "encrypted_file_fuzz: %s\n", what);
  std::abort();
}

void TestOneInput(hw::Bytes file) {
  size_t seen = 0;
  for (;;) {
    const size_t needed = FileHeaderBytesNeeded(file.first(seen));
    Require(needed >= seen, "fewer bytes than there are");
    Require(needed <= kMaxFileHeaderBytes, "more than a header");
    if (needed == seen || needed > file.size()) break;
    seen = needed;
  }
  const hw::Bytes header = file.first(seen);
  const absl::StatusOr<FileHeader> parsed = ParseFileHeader(header);
  if (!parsed.ok()) {
    Require(parsed.status().code() == absl::StatusCode::kInvalidArgument,
            "another error than INVALID_ARGUMENT");
    return;
  }
  const std::vector<uint8_t> again = SerializeFileHeader(*parsed);
  Require(std::equal(again.begin(), again.end(), header.begin(), header.end()),
          "two headers of one meaning");
  Require(parsed->chunk_bytes >= kMinChunkBytes &&
              parsed->chunk_bytes <= kMaxChunkBytes,
          "chunks of a wrong size");
  const std::vector<uint8_t> secret(hw::Info(parsed->algorithm).key_bytes,
                                    0x42);
  const auto key = FileKey::Derive(parsed->algorithm, secret, header);
  Require(key.ok(), "no key");
  Require((*key)->Nonce(0, false) != (*key)->Nonce(0, true),
          "the last chunk is as the first");
}

}  // namespace
}  // namespace uacced

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  uacced::TestOneInput({data, size});
  return 0;
}
