// The commands of the program against a FakeDaemon: what they print, write and
// return.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/unique_fd.h"
#include "client/cli/uaccectl_fixture.h"
#include "gtest/gtest.h"

namespace uacced::cli {
namespace {

TEST_F(UaccectlTest, CompressesAndDecompressesThroughPipesAndFiles) {
  const Outcome piped = Run({"compress"}, "hello");
  EXPECT_EQ(piped.exit_code, 0) << piped.err;
  EXPECT_EQ(piped.out, "FAKE1-hello");
  EXPECT_EQ(piped.err, "");

  Put("f", "hello");
  const Outcome file = Run(
      {"compress", "-f", "zstd", "-l", "3", Path("f"), "-o", Path("f.zst")});
  EXPECT_EQ(file.exit_code, 0) << file.err;
  EXPECT_EQ(file.out, "");
  EXPECT_EQ(Get("f.zst"), "FAKE4dhello");
  EXPECT_EQ(Run({"decompress", Path("f.zst")}).out, "hello");
  EXPECT_EQ(Run({"decompress", "-f", "gzip", Path("f.zst")}).exit_code, 4);
}

TEST_F(UaccectlTest, CorruptInputIsExitFourOneLineAndNoFile) {
  const Outcome outcome = Run({"decompress", "-o", Path("out")}, "garbage");
  EXPECT_EQ(outcome.exit_code, 4);
  EXPECT_EQ(outcome.err,
            "uaccectl: standard input: corrupt?input; the input is damaged or "
            "of another kind\n");
  EXPECT_FALSE(Exists("out"));
}

TEST_F(UaccectlTest, OutputOverTheLimitIsExitFive) {
  const Outcome outcome =
      Run({"decompress", "--max-output", "4"}, "FAKE1-hello");
  EXPECT_EQ(outcome.exit_code, 5);
  EXPECT_TRUE(absl::StrContains(outcome.err, "raise --max-output"));
  EXPECT_EQ(Run({"decompress", "--max-output", "5"}, "FAKE1-hello").out,
            "hello");
}

TEST_F(UaccectlTest, EncryptsAndDecryptsWithTheKeyTheFileNames) {
  EXPECT_EQ(Run({"keys", "create", "k1"}).out, "created k1 (aes-256-gcm)\n");
  const Outcome encrypted = Run({"encrypt", "-k", "k1"}, "secret");
  ASSERT_EQ(encrypted.exit_code, 0) << encrypted.err;
  EXPECT_TRUE(absl::StartsWith(encrypted.out, "UACC\1"));
  EXPECT_FALSE(absl::StrContains(encrypted.out, "secret"));
  EXPECT_EQ(Run({"decrypt"}, encrypted.out).out, "secret");
  EXPECT_EQ(
      Run({"decrypt", "-k", "k1", "-a", "aes-256-gcm"}, encrypted.out).out,
      "secret");
  const Outcome other = Run({"decrypt", "-a", "aes-128-gcm"}, encrypted.out);
  EXPECT_EQ(other.exit_code, 1);
}

TEST_F(UaccectlTest, TheUsersKeyWinsOverTheFiles) {
  const std::string material(32, 'K');
  Run({"keys", "import", "old", "-a", "aes-256-gcm", "--from", "-"}, material);
  const Outcome encrypted = Run({"encrypt", "-k", "old"}, "secret");
  Run({"keys", "destroy", "old"});
  Run({"keys", "import", "new", "-a", "aes-256-gcm", "--from", "-"}, material);
  EXPECT_EQ(Run({"decrypt"}, encrypted.out).exit_code, 6);
  EXPECT_EQ(Run({"decrypt", "-k", "new"}, encrypted.out).out, "secret");
}

TEST_F(UaccectlTest, EveryFlippedByteMakesDecryptFailAndWriteNothing) {
  Run({"keys", "create", "k"});
  const Outcome encrypted = Run({"encrypt", "-k", "k"}, "some text");
  ASSERT_EQ(encrypted.exit_code, 0) << encrypted.err;
  const std::string& good = encrypted.out;
  for (size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] ^= 1;
    const Outcome outcome = Run({"decrypt", "-o", Path("out")}, bad);
    // The last byte of the associated data is the key's name.
    const bool is_key_name = i == 4 + 1 + 1 + 11 + 1;
    EXPECT_EQ(outcome.exit_code, is_key_name ? 6 : 4) << i << outcome.err;
    EXPECT_EQ(outcome.out, "");
    EXPECT_FALSE(Exists("out"));
  }
}

TEST_F(UaccectlTest, KeysForVersionZeroTakeNoMoreThanARequest) {
  const UniqueFd big(Open("big", O_RDWR | O_CREAT));
  ASSERT_EQ(ftruncate(big.get(), (int64_t{64} << 20) + 1), 0);
  Run({"keys", "create", "k", "--caller-nonce"});
  const Outcome outcome =
      Run({"encrypt", "-k", "k", Path("big"), "-o", Path("out")});
  EXPECT_EQ(outcome.exit_code, 5);
  EXPECT_TRUE(absl::StrContains(outcome.err, "67108864 bytes")) << outcome.err;
  EXPECT_FALSE(Exists("out"));
  EXPECT_EQ(Run({"encrypt", "-k", "k", "--chunk-size=4K"}, "x").exit_code, 2);
}

TEST_F(UaccectlTest, UnauthenticatedCiphersMustBeAskedFor) {
  Run({"keys", "create", "k", "-a", "aes-256-ctr"});
  const Outcome refused = Run({"encrypt", "-k", "k"}, "x");
  EXPECT_EQ(refused.exit_code, 7);
  EXPECT_TRUE(absl::StrContains(refused.err, "--allow-unauthenticated"));
  const Outcome done =
      Run({"encrypt", "-k", "k", "--allow-unauthenticated"}, "x");
  ASSERT_EQ(done.exit_code, 0) << done.err;
  EXPECT_EQ(Run({"decrypt"}, done.out).exit_code, 7);
  EXPECT_EQ(Run({"decrypt", "--allow-unauthenticated"}, done.out).out, "x");
}

TEST_F(UaccectlTest, KeysThatWantACallersNonceGetARandomOne) {
  Run({"keys", "create", "k", "--caller-nonce"});
  const Outcome first = Run({"encrypt", "-k", "k"}, "x");
  const Outcome second = Run({"encrypt", "-k", "k"}, "x");
  ASSERT_EQ(first.exit_code, 0) << first.err;
  EXPECT_EQ(first.out.substr(0, 5), std::string("UACC\0", 5));
  EXPECT_NE(first.out, second.out);
  EXPECT_EQ(Run({"decrypt"}, first.out).out, "x");
}

TEST_F(UaccectlTest, EncryptWithoutTheKeyIsExitSix) {
  EXPECT_EQ(Run({"encrypt", "-k", "none"}, "x").exit_code, 6);
  EXPECT_EQ(Run({"keys", "destroy", "none"}).exit_code, 6);
}

TEST_F(UaccectlTest, DigestPrintsLikeSha256sum) {
  constexpr char kAbc[] =
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  EXPECT_EQ(Run({"digest"}, "abc").out, absl::StrCat(kAbc, "  -\n"));
  Put("a\\b", "abc");
  const Outcome two = Run({"digest", Path("a\\b"), "-"}, "abc");
  EXPECT_EQ(two.out, absl::StrCat("\\", kAbc, "  ", folder_, "/a\\\\b\n", kAbc,
                                  "  -\n"));
  EXPECT_EQ(Run({"digest", "-a", "sha1"}, "abc").out,
            "a9993e364706816aba3e25717850c26c9cd0d89d  -\n");
  EXPECT_EQ(Run({"digest", "--json"}, "abc").out,
            absl::StrCat(R"({"name":"-","algorithm":"sha256","digest":")", kAbc,
                         "\"}\n"));
}

TEST_F(UaccectlTest, DigestGoesOnAfterAMissingFile) {
  const Outcome outcome = Run({"digest", Path("none"), "-"}, "abc");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_TRUE(absl::StrContains(outcome.err, "No such file"));
  EXPECT_TRUE(absl::EndsWith(outcome.out, "  -\n"));
}

TEST_F(UaccectlTest, DigestWithAKeyIsAnHmac) {
  // RFC 4231, test case 2.
  const Outcome imported =
      Run({"keys", "import", "h", "-a", "hmac-sha256", "--hex", "--from", "-"},
          "4a65 6665\n");
  EXPECT_EQ(imported.out, "imported h (hmac-sha256)\n") << imported.err;
  EXPECT_EQ(
      Run({"digest", "-k", "h"}, "what do ya want for nothing?").out,
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843  -\n");
}

TEST_F(UaccectlTest, BadKeyMaterialIsRefused) {
  const Words import = {"keys",        "import", "k", "-a",
                        "aes-256-gcm", "--from", "-"};
  Words hex = import;
  hex.push_back("--hex");
  EXPECT_EQ(Run(hex, "0").exit_code, 1);
  EXPECT_EQ(Run(hex, "zz").exit_code, 1);
  EXPECT_EQ(Run(import, "short").exit_code, 1);
  EXPECT_EQ(Run(import, std::string(257, 'x')).exit_code, 5);
  EXPECT_EQ(Run({"keys", "list", "--json"}).out, "[]\n");
}

TEST_F(UaccectlTest, ListsKeys) {
  Run({"keys", "create", "b", "-a", "hmac-sha512"});
  Run({"keys", "create", "a"});
  EXPECT_EQ(Run({"keys", "create", "a"}).exit_code, 1);
  EXPECT_EQ(Run({"keys", "list"}).out,
            "NAME  ALGORITHM    NONCE   ORIGIN   CREATED               NEWEST  "
            "VERSIONS  MESSAGES\n"
            "a     aes-256-gcm  daemon  created  2001-09-09T01:46:40Z  1       "
            "1         10 of 4294967296\n"
            "b     hmac-sha512  daemon  created  2001-09-09T01:46:40Z  1       "
            "1         10\n");
  EXPECT_EQ(Run({"keys", "destroy", "b"}).out, "destroyed b\n");
  EXPECT_EQ(Run({"keys", "list", "--json"}).out,
            R"([{"name":"a","algorithm":"aes-256-gcm","caller_nonce":false,)"
            R"("imported":false,"create_time":"2001-09-09T01:46:40Z",)"
            R"("newest_version":1,"versions":[{"version":1,"imported":false,)"
            R"("create_time":"2001-09-09T01:46:40Z","messages":10,)"
            R"("max_messages":4294967296}]}])"
            "\n");
}

TEST_F(UaccectlTest, RotatesKeys) {
  EXPECT_EQ(Run({"keys", "rotate", "k"}).exit_code, 6);
  Run({"keys", "create", "k", "-a", "hmac-sha256"});
  EXPECT_EQ(Run({"keys", "rotate", "k"}).out,
            "rotated k to version 2 (hmac-sha256)\n");
  EXPECT_EQ(Run({"keys", "rotate", "k", "--from", "-", "--hex"}, "00 01\n").out,
            "rotated k to version 3 (hmac-sha256)\n");
  EXPECT_EQ(Run({"keys", "rotate", "k", "--from", "-"}, "").exit_code, 1);
  EXPECT_EQ(Run({"keys", "rotate", "k", "--from", "-", "--hex"}, "zz").err,
            "uaccectl: keys rotate: --from: not hexadecimal digits\n");
  const std::string json = Run({"keys", "rotate", "k", "--json"}).out;
  EXPECT_TRUE(absl::StrContains(json, R"("newest_version":4)")) << json;
  EXPECT_TRUE(absl::StrContains(
      json, R"({"version":3,"imported":true,)"
            R"("create_time":"2001-09-09T01:46:40Z","messages":30})"))
      << json;
}

TEST_F(UaccectlTest, ShowsDevicesAndStatus) {
  EXPECT_EQ(
      Run({"devices"}).out,
      "NAME  KIND       PATH                  STATE                         "
      "IN FLIGHT  WAITING  DONE  FAILED  LOST  WRONG\n"
      "cpu   soft       software              up                            "
      "0/64       0        7     0       0     0\n"
      "zip   hisi_zip   hardware (simulated)  down: timeout, again in 1.5s  "
      "0/16       0        0     0       3     2\n"
      "sec   hisi_sec2  hardware              gone                          "
      "0/8        0        0     0       0     0\n"
      "\n"
      "Done by the CPU in place of an accelerator: DEVICE_LOST 6\n");
  const std::string verbose = Run({"devices", "-v"}).out;
  for (const char* part :
       {"DEVICE  REACTOR  KIND  QUEUE  IN FLIGHT  WAITING  DONE  TIMEOUTS  "
        "RESETS  ERRORS\n"
        "zip     0        1     lost   0/16       0        0     0         "
        "4       unavailable 5\n",
        "zip     timeout 3  "}) {
    EXPECT_TRUE(absl::StrContains(verbose, part)) << verbose;
  }
  const std::string devices = Run({"devices", "--json"}).out;
  for (const char* part :
       {R"("state":"down","reason":"timeout","retry_after_ms":1500)",
        R"("losses":{"timeout":3})", R"("mismatches_total":2)",
        R"("errors":{"unavailable":5},"timeouts_total":0,"resets_total":4)"}) {
    EXPECT_TRUE(absl::StrContains(devices, part)) << devices;
  }
  EXPECT_TRUE(absl::StrContains(
      Run({"devices", "--json"}).out,
      R"("capabilities":[{"operation":"compress","algorithms":["gzip","zstd"]}])"));
  EXPECT_TRUE(
      absl::StrContains(Run({"status"}).out, "connections       2 of 100\n"));
  EXPECT_TRUE(absl::StrContains(Run({"status", "--json"}).out,
                                R"("requests_total":1152921504606846976)"));
}

TEST_F(UaccectlTest, FaultsAreInjectedListedAndCleared) {
  EXPECT_EQ(Run({"faults", "inject", "zip", "lose-completion"}).exit_code, 0);
  EXPECT_EQ(Run({"faults", "inject", "zip", "slow", "--operation", "compress",
                 "--skip", "1", "--count", "2", "--per-mille", "3",
                 "--parameter", "4"})
                .exit_code,
            0);
  EXPECT_EQ(Run({"faults", "list", "zip"}).out,
            "KIND             OPERATION  SKIP  COUNT  PER MILLE  PARAMETER  "
            "HITS\n"
            "lose-completion  all        0     0      0          0          7\n"
            "slow             compress   1     2      3          4          "
            "7\n");
  EXPECT_TRUE(absl::StrContains(
      Run({"faults", "list", "zip", "--json"}).out,
      R"({"kind":"slow","operation":"compress","skip":1,"count":2,)"
      R"("per_mille":3,"parameter":4,"hits":7})"));
  EXPECT_EQ(Run({"faults", "clear", "zip"}).exit_code, 0);
  EXPECT_EQ(Run({"faults", "list", "zip", "--json"}).out, "[]\n");
  EXPECT_EQ(Run({"faults", "inject", "zip", "nonsense"}).exit_code, 2);
  EXPECT_EQ(Run({"faults", "inject", "zip"}).exit_code, 2);
  EXPECT_EQ(Run({"faults"}).exit_code, 2);
}

TEST_F(UaccectlTest, TheModeReachesTheDaemon) {
  EXPECT_EQ(Run({"compress", "--mode", "hardware-only"}, "x").exit_code, 0);
  EXPECT_EQ(daemon_->accelerator.compress_options().mode(),
            v1::EXECUTION_MODE_HARDWARE_ONLY);
  EXPECT_EQ(Run({"compress", "--mode", "fastest"}, "x").exit_code, 2);
}

TEST_F(UaccectlTest, VerboseTellsWhoDidTheWork) {
  const Outcome text = Run({"compress", "-v"}, "hello");
  EXPECT_EQ(text.err,
            "uaccectl: standard input: cpu (software), queue wait 1.5us, "
            "service time 2ms, 5 -> 11 bytes, ratio 0.45\n");
  const Outcome json = Run({"copy", "-v", "--json"}, "hello");
  EXPECT_EQ(json.out, "hello");
  EXPECT_TRUE(absl::StrContains(json.err, R"("service_time_ns":2000000)"));
}

}  // namespace
}  // namespace uacced::cli
