// Published vectors through a daemon, of its accelerators alone: usage
//
//   daemon_vectors FILE
//
// A line of FILE, which make_vectors.py makes, is one of
//
//   cipher ALGORITHM KEY NONCE ASSOCIATED PLAINTEXT CIPHERTEXT TAG
//   hash ALGORITHM MESSAGE DIGEST
//   hmac ALGORITHM KEY MESSAGE DIGEST
//   end COUNT
//
// bytes in hexadecimal digits, "-" for none; PLAINTEXT "fail" if opening must
// fail. Lines of an algorithm stand together; "end", the last, has their
// number.
#include <cstdio>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tests/vm/checks.h"
#include "tests/vm/daemon_inquiry.h"
#include "tests/vm/daemon_keys.h"
#include "uacced/v1/accelerator.pb.h"

namespace uacced::vm {
namespace {

using Fields = std::vector<std::string>;

std::string Octets(const std::string& field) {
  return field == "-" ? "" : absl::HexStringToBytes(field);
}

class Vectors {
 public:
  // False: there is no such line.
  bool Take(const std::string& line) {
    const Fields fields = absl::StrSplit(line, ' ');
    const std::string group =
        fields.size() < 2 ? "" : absl::StrCat(fields[0], " ", fields[1]);
    if (group != group_) Conclude();
    if (fields[0] == "end" && fields.size() == 2) {
      size_t count = 0;
      checks_.That("vectors.all_lines_are_there",
                   absl::SimpleAtoi(fields[1], &count) && count == lines_);
      ended_ = true;
      return true;
    }
    group_ = group;
    ++lines_;
    if (fields[0] == "cipher" && fields.size() == 8) return Cipher(fields);
    if (fields[0] == "hash" && fields.size() == 4) return Hash(fields);
    if (fields[0] == "hmac" && fields.size() == 5) return Hmac(fields);
    return false;
  }

  int Finish() {
    Conclude();
    checks_.That("vectors.the_file_has_an_end", ended_);
    return checks_.Finish();
  }

 private:
  void Conclude() {
    if (!group_.empty()) inquiry_.Conclude("vectors." + group_, 1);
    group_.clear();
  }

  bool Cipher(const Fields& fields) {
    v1::CipherAlgorithm algorithm;
    if (!v1::CipherAlgorithm_Parse(fields[1], &algorithm)) return false;
    const std::string key = keys_.Cipher(algorithm, Octets(fields[2]));
    const std::string ciphertext = Octets(fields[6]), tag = Octets(fields[7]);
    const std::string what = absl::StrCat("line ", lines_);
    v1::DecryptRequest open;
    open.set_key(key);
    open.set_nonce(Octets(fields[3]));
    open.set_associated_data(Octets(fields[4]));
    open.set_ciphertext(ciphertext);
    open.set_tag(tag);
    open.set_allow_unauthenticated(true);
    open.set_padding(v1::PADDING_NONE);
    if (fields[5] == "fail") {
      inquiry_.AskInVain(std::move(open), "DECRYPT_FAILED", what + " opened");
      return true;
    }
    const std::string plaintext = Octets(fields[5]);
    v1::EncryptRequest seal;
    seal.set_key(key);
    seal.set_nonce(open.nonce());
    seal.set_associated_data(open.associated_data());
    seal.set_tag_bytes(static_cast<uint32_t>(tag.size()));
    seal.set_plaintext(plaintext);
    seal.set_allow_unauthenticated(true);
    seal.set_padding(v1::PADDING_NONE);
    inquiry_.Ask<v1::EncryptRequest>(
        std::move(seal),
        [ciphertext, tag](const v1::EncryptResponse& answer) {
          return answer.ciphertext() == ciphertext && answer.tag() == tag;
        },
        what + " sealed");
    inquiry_.Ask<v1::DecryptRequest>(
        std::move(open),
        [plaintext](const v1::DecryptResponse& answer) {
          return answer.plaintext() == plaintext;
        },
        what + " opened");
    return true;
  }

  bool Hash(const Fields& fields) {
    v1::DigestRequest request;
    v1::HashAlgorithm algorithm;
    if (!v1::HashAlgorithm_Parse(fields[1], &algorithm)) return false;
    request.set_algorithm(algorithm);
    request.set_input(Octets(fields[2]));
    AskDigest(std::move(request), Octets(fields[3]));
    return true;
  }

  bool Hmac(const Fields& fields) {
    v1::DigestRequest request;
    v1::HashAlgorithm algorithm;
    if (!v1::HashAlgorithm_Parse(fields[1], &algorithm)) return false;
    request.set_key(keys_.Hmac(algorithm, Octets(fields[2])));
    request.set_input(Octets(fields[3]));
    AskDigest(std::move(request), Octets(fields[4]));
    return true;
  }

  void AskDigest(v1::DigestRequest request, std::string digest) {
    inquiry_.Ask<v1::DigestRequest>(
        std::move(request),
        [digest = std::move(digest)](const v1::DigestResponse& answer) {
          return answer.digest() == digest;
        },
        absl::StrCat("line ", lines_));
  }

  Checks checks_;
  DaemonKeys keys_;
  std::string group_;  // of the last line
  size_t lines_ = 0;
  bool ended_ = false;
  Inquiry inquiry_{checks_};
};

int Run(const char* path) {
  std::ifstream file(path);
  Vectors vectors;
  std::string line;
  while (std::getline(file, line)) {
    if (!vectors.Take(line)) {
      std::printf("FAIL vectors: no such line: %s\n", line.c_str());
      return 1;
    }
  }
  return vectors.Finish();
}

}  // namespace
}  // namespace uacced::vm

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: daemon_vectors FILE\n");
    return 2;
  }
  return uacced::vm::Run(argv[1]);
}
