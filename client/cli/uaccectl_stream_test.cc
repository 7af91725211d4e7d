// Inputs of any size, and what goes wrong in their middle.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/unique_fd.h"
#include "client/cli/uaccectl_fixture.h"
#include "gtest/gtest.h"

namespace uacced::cli {
namespace {

constexpr int64_t kBigBytes = (int64_t{65} << 20) + 1;

// Text whose every piece is different.
std::string Text(size_t bytes) {
  std::string text;
  for (int i = 0; text.size() < bytes; ++i) absl::StrAppend(&text, i, "\n");
  text.resize(bytes);
  return text;
}

TEST_F(UaccectlTest, InputsLargerThanAnyRequestGoThroughEveryCommand) {
  const UniqueFd big(Open("big", O_RDWR | O_CREAT));
  ASSERT_EQ(ftruncate(big.get(), kBigBytes), 0);
  Run({"keys", "create", "k"});
  const std::vector<std::pair<Words, Words>> pairs = {
      {{"compress"}, {"decompress"}},
      {{"encrypt", "-k", "k"}, {"decrypt"}},
      {{"copy"}, {"copy"}}};
  for (const auto& [there, back] : pairs) {
    Words words = there;
    words.insert(words.end(), {Path("big"), "-o", Path("out")});
    const Outcome outcome = Run(words);
    ASSERT_EQ(outcome.exit_code, 0) << there[0] << outcome.err;
    words = back;
    words.insert(words.end(), {Path("out"), "-o", Path("plain")});
    ASSERT_EQ(Run(words).exit_code, 0) << back[0];
    struct stat facts;
    ASSERT_EQ(stat(Path("plain").c_str(), &facts), 0);
    EXPECT_EQ(facts.st_size, kBigBytes) << back[0];
  }
  const Outcome digest = Run({"digest", Path("big"), Path("plain")});
  EXPECT_EQ(digest.exit_code, 0) << digest.err;
  EXPECT_EQ(digest.out.substr(0, 64),
            digest.out.substr(digest.out.find('\n') + 1, 64));
}

TEST_F(UaccectlTest, ContentsKeepTheirOrder) {
  const std::string text = Text(5 << 20);
  // Not EXPECT_EQ, which would print all of it.
  EXPECT_TRUE(Run({"copy"}, text).out == text);
  EXPECT_TRUE(Run({"compress"}, text).out == absl::StrCat("FAKE1-", text));
  EXPECT_TRUE(Run({"decompress"}, absl::StrCat("FAKE1-", text)).out == text);
}

TEST_F(UaccectlTest, EmptyInputsAreInputs) {
  EXPECT_EQ(Run({"copy"}).exit_code, 0);
  EXPECT_EQ(Run({"compress"}).out, "FAKE1-");
  EXPECT_EQ(Run({"decompress"}).exit_code, 4);
  EXPECT_EQ(Run({"decrypt"}).exit_code, 4);
  daemon_.reset();
  EXPECT_EQ(Run({"copy"}).exit_code, 3);
}

TEST_F(UaccectlTest, OptionsReachTheDaemon) {
  ASSERT_EQ(
      Run({"compress", "-f", "zstd", "-l", "9", "--block-size=2M", "--verify"},
          "x")
          .exit_code,
      0);
  v1::CompressStreamOptions options = daemon_->accelerator.compress_options();
  EXPECT_EQ(options.format(), v1::COMPRESSION_FORMAT_ZSTD);
  EXPECT_EQ(options.level(), 9);
  EXPECT_EQ(options.block_bytes(), 2u << 20);
  EXPECT_TRUE(options.verify());
  EXPECT_EQ(options.division(),
            v1::CompressStreamOptions::DIVISION_UNSPECIFIED);
  ASSERT_EQ(Run({"compress", "--serial"}, "x").exit_code, 0);
  options = daemon_->accelerator.compress_options();
  EXPECT_EQ(options.division(), v1::CompressStreamOptions::DIVISION_SERIAL);
  EXPECT_FALSE(options.has_level());

  Run({"keys", "create", "k"});
  const Outcome encrypted =
      Run({"encrypt", "-k", "k", "--chunk-size=4K"}, std::string(8192, 'x'));
  // Header and two chunks, each with its tag.
  EXPECT_EQ(encrypted.out.size(), 5 + 12 + 2 + 40 + 2 * (4096 + 16u));
}

TEST_F(UaccectlTest, ChecksumsCanProtectTheWay) {
  const std::string text = Text(2 << 20);
  Run({"keys", "create", "k"});
  const Outcome packed = Run({"compress", "--crc32c"}, text);
  EXPECT_EQ(packed.exit_code, 0) << packed.err;
  EXPECT_TRUE(Run({"decompress", "--crc32c"}, packed.out).out == text);
  const Outcome encrypted = Run({"encrypt", "-k", "k", "--crc32c"}, text);
  EXPECT_EQ(encrypted.exit_code, 0) << encrypted.err;
  EXPECT_TRUE(Run({"decrypt", "--crc32c"}, encrypted.out).out == text);
  EXPECT_TRUE(Run({"copy", "--crc32c"}, text).out == text);
  EXPECT_EQ(Run({"digest", "--crc32c"}, text).out, Run({"digest"}, text).out);
}

TEST_F(UaccectlTest, DamageInTheMiddleLeavesNoFileAndSaysSoOfAPipe) {
  const std::string damaged =
      absl::StrCat("FAKE1-", Text(3 << 20), "DAMAGED", Text(3 << 20));
  const Outcome file = Run({"decompress", "-o", Path("out")}, damaged);
  EXPECT_EQ(file.exit_code, 4);
  EXPECT_TRUE(absl::EndsWith(file.err, "damaged or of another kind\n"));
  EXPECT_FALSE(Exists("out"));
  int code;
  Put("damaged", damaged);
  const UniqueFd null(open("/dev/null", O_WRONLY | O_CLOEXEC));
  const std::string said =
      RunInto(null.get(), {"decompress", Path("damaged")}, &code);
  EXPECT_EQ(code, 4);
  EXPECT_TRUE(absl::EndsWith(said, "bytes of output so far are not all\n"))
      << said;
}

TEST_F(UaccectlTest, WhatIsTooMuchForAStreamIsDoneWhole) {
  EXPECT_EQ(Run({"decompress"}, "FAKE4-WIDE").out, "WIDE");
  Put("in", absl::StrCat("FAKE4-WIDE", Text(3 << 20)));
  EXPECT_EQ(Run({"decompress", Path("in"), "-o", Path("out")}).exit_code, 0);
  EXPECT_EQ(Get("out").size(), 4 + (3u << 20));
  const UniqueFd big(Open("in", O_RDWR));
  ASSERT_EQ(ftruncate(big.get(), kBigBytes), 0);
  EXPECT_EQ(Run({"decompress", Path("in")}).exit_code, 5);
  EXPECT_EQ(Run({"decompress", "--max-output", "1M"}, "FAKE4-WIDE").exit_code,
            5);
}

TEST_F(UaccectlTest, EncryptedFilesThatWereCutOrReorderedAreRefused) {
  Run({"keys", "create", "k"});
  const std::string file =
      Run({"encrypt", "-k", "k", "--chunk-size=4K"}, Text(20'000)).out;
  const size_t header = 5 + 12 + 2 + 40, chunk = 4096 + 16;
  const std::string first = file.substr(header, chunk);
  const std::string second = file.substr(header + chunk, chunk);
  const std::string head = file.substr(0, header);
  const std::string rest = file.substr(header + 2 * chunk);
  ASSERT_EQ(Run({"decrypt"}, head + first + second + rest).exit_code, 0);
  for (const std::string& bad :
       {head + second + first + rest, head + first + rest,
        head + first + first + second + rest, head + first + second,
        file.substr(0, file.size() - 1), file + "x", head,
        file.substr(0, header - 1), file.substr(0, 5)}) {
    const Outcome outcome = Run({"decrypt", "-o", Path("out")}, bad);
    EXPECT_EQ(outcome.exit_code, 4) << bad.size() << outcome.err;
    EXPECT_FALSE(Exists("out"));
  }
}

TEST_F(UaccectlTest, AFailureDoesNotWaitForInputThatDoesNotCome) {
  daemon_->accelerator.before = [](grpc::ServerContext*) {
    return Refuse(grpc::StatusCode::PERMISSION_DENIED, "not you", "DENIED");
  };
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  const UniqueFd read_end(ends[0]), write_end(ends[1]);
  const UniqueFd null(open("/dev/null", O_RDWR | O_CLOEXEC));
  EXPECT_EQ(Wait(Start({"compress"}, read_end.get(), null.get(), null.get())),
            7);
  ASSERT_EQ(write(write_end.get(), "x", 1), 1);
  EXPECT_EQ(Wait(Start({"copy"}, read_end.get(), null.get(), null.get())), 7);
}

TEST_F(UaccectlTest, WhatTheDaemonPutsOffIsTriedAgainFromTheBeginning) {
  std::atomic<int> refusals = 0;
  daemon_->accelerator.before = [&refusals](grpc::ServerContext*) {
    if (refusals.fetch_sub(1) <= 0) return grpc::Status::OK;
    return Refuse(grpc::StatusCode::UNAVAILABLE, "busy", "OVERLOADED");
  };
  const std::string text = Text(100'000);
  Put("file", text);
  refusals = 2;
  const Outcome file = Run({"compress", Path("file"), "-o", Path("out")});
  EXPECT_EQ(file.exit_code, 0) << file.err;
  EXPECT_TRUE(Get("out") == absl::StrCat("FAKE1-", text));
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  UniqueFd read_end(ends[0]), write_end(ends[1]);
  ASSERT_EQ(write(write_end.get(), "from a pipe", 11), 11);
  write_end.reset();
  refusals = 1;
  const UniqueFd out(Open("out", O_RDWR | O_TRUNC));
  EXPECT_EQ(Wait(Start({"compress"}, read_end.get(), out.get(), out.get())), 0);
  EXPECT_EQ(Get("out"), "FAKE1-from a pipe");
  refusals = 100;
  EXPECT_EQ(Run({"compress", Path("file")}).exit_code, 3);
}

TEST_F(UaccectlTest, AnInputThatIsTheOutputIsRefusedUnlessItIsReplaced) {
  Put("file", "text");
  const UniqueFd in(Open("file", O_RDONLY)), out(Open("file", O_WRONLY));
  const UniqueFd err(Open("err", O_RDWR | O_CREAT));
  for (const char* const command : {"compress", "copy"}) {
    EXPECT_EQ(Wait(Start({command}, in.get(), out.get(), err.get())), 1);
  }
  EXPECT_TRUE(absl::StrContains(Get("err"), "is the output, too"));
  EXPECT_EQ(Get("file"), "text");
  EXPECT_EQ(Run({"compress", Path("file"), "-o", Path("file")}).exit_code, 0);
  EXPECT_EQ(Get("file"), "FAKE1-text");
}

}  // namespace
}  // namespace uacced::cli
