// The program itself against a daemon of FakeDaemon's kind: what it prints,
// writes and returns.
#include <dirent.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <future>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/unique_fd.h"
#include "client/cli/fake_daemon.h"
#include "grpc/grpc.h"
#include "gtest/gtest.h"

namespace uacced::cli {
namespace {

using Words = std::vector<std::string>;

// Ends with the process: the last grpc_shutdown() now and then takes 10 s.
const bool kGrpcHeld = (grpc_init(), true);

constexpr char kProgram[] = "client/cli/uaccectl";

struct Outcome {
  int exit_code;  // 128 + the signal when one ended it
  std::string out;
  std::string err;
};

class UaccectlTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_NE(mkdtemp(folder_), nullptr);
    daemon_.emplace(absl::StrCat("unix:", Path("s")));
  }
  void TearDown() override {
    daemon_.reset();
    for (const std::string& name : Listing()) unlink(Path(name).c_str());
    rmdir(folder_);
  }

  std::string Path(const std::string& name) const {
    return absl::StrCat(folder_, "/", name);
  }
  void Put(const std::string& name, const std::string& bytes) const {
    std::ofstream(Path(name), std::ios::binary) << bytes;
  }
  std::string Get(const std::string& name) const {
    std::ifstream file(Path(name), std::ios::binary);
    std::stringstream bytes;
    bytes << file.rdbuf();
    return bytes.str();
  }
  std::set<std::string> Listing() const {
    std::set<std::string> names;
    DIR* const folder = opendir(folder_);
    while (const dirent* entry = readdir(folder)) {
      const std::string name = entry->d_name;
      if (name != "." && name != "..") names.insert(name);
    }
    closedir(folder);
    return names;
  }
  bool Exists(const std::string& name) const {
    return Listing().contains(name);
  }

  // Starts the program with its three files; returns its process id.
  pid_t Start(const Words& words, int in, int out, int err) const {
    Words all = {kProgram, "--server", Path("s")};
    all.insert(all.end(), words.begin(), words.end());
    std::vector<char*> argv;
    for (std::string& word : all) argv.push_back(word.data());
    argv.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in, 0);
    posix_spawn_file_actions_adddup2(&actions, out, 1);
    posix_spawn_file_actions_adddup2(&actions, err, 2);
    pid_t child = -1;
    EXPECT_EQ(
        posix_spawn(&child, kProgram, &actions, nullptr, argv.data(), environ),
        0);
    posix_spawn_file_actions_destroy(&actions);
    return child;
  }

  static int Wait(pid_t child) {
    int status = -1;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

  int Open(const std::string& name, int flags) const {
    return open(Path(name).c_str(), flags | O_CLOEXEC, 0600);
  }

  // Runs it to its end with `input` as standard input.
  Outcome Run(const Words& words, const std::string& input = "") const {
    Put(".in", input);
    const UniqueFd in(Open(".in", O_RDONLY));
    const UniqueFd out(Open(".out", O_RDWR | O_CREAT | O_TRUNC));
    const UniqueFd err(Open(".err", O_RDWR | O_CREAT | O_TRUNC));
    const int code = Wait(Start(words, in.get(), out.get(), err.get()));
    Outcome outcome = {code, Get(".out"), Get(".err")};
    for (const char* name : {".in", ".out", ".err"}) unlink(Path(name).c_str());
    return outcome;
  }

  // Runs it with `out` as standard output; what it says on standard error.
  std::string RunInto(int out, const Words& words, int* exit_code) const {
    Put("input", std::string(300'000, 'x'));
    const UniqueFd in(Open("input", O_RDONLY));
    const UniqueFd err(Open(".err", O_RDWR | O_CREAT | O_TRUNC));
    *exit_code = Wait(Start(words, in.get(), out, err.get()));
    return Get(".err");
  }

  char folder_[32] = "/tmp/uaccectl_XXXXXX";
  std::optional<FakeDaemon> daemon_;
};

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

TEST_F(UaccectlTest, InputOverTheLimitIsExitFiveAndNeverSent) {
  const UniqueFd big(Open("big", O_RDWR | O_CREAT));
  ASSERT_EQ(ftruncate(big.get(), (int64_t{64} << 20) + 1), 0);
  const Outcome outcome = Run({"compress", Path("big"), "-o", Path("out")});
  EXPECT_EQ(outcome.exit_code, 5);
  EXPECT_TRUE(absl::StrContains(outcome.err, "67108864 bytes"));
  EXPECT_FALSE(Exists("out"));
}

TEST_F(UaccectlTest, TheLargestInputGoesThrough) {
  const UniqueFd big(Open("big", O_RDWR | O_CREAT));
  ASSERT_EQ(ftruncate(big.get(), int64_t{64} << 20), 0);
  const Outcome outcome = Run({"copy", Path("big"), "-o", Path("out")});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  struct stat facts;
  ASSERT_EQ(stat(Path("out").c_str(), &facts), 0);
  EXPECT_EQ(facts.st_size, int64_t{64} << 20);
}

TEST_F(UaccectlTest, EncryptsAndDecryptsWithTheKeyTheFileNames) {
  EXPECT_EQ(Run({"keys", "create", "k1"}).out, "created k1 (aes-256-gcm)\n");
  const Outcome encrypted = Run({"encrypt", "-k", "k1"}, "secret");
  ASSERT_EQ(encrypted.exit_code, 0) << encrypted.err;
  EXPECT_TRUE(absl::StartsWith(encrypted.out, "UACC"));
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
            "NAME  ALGORITHM    NONCE   ORIGIN   CREATED\n"
            "a     aes-256-gcm  daemon  created  2001-09-09T01:46:40Z\n"
            "b     hmac-sha512  daemon  created  2001-09-09T01:46:40Z\n");
  EXPECT_EQ(Run({"keys", "destroy", "b"}).out, "destroyed b\n");
  EXPECT_EQ(Run({"keys", "list", "--json"}).out,
            R"([{"name":"a","algorithm":"aes-256-gcm","caller_nonce":false,)"
            R"("imported":false,"create_time":"2001-09-09T01:46:40Z"}])"
            "\n");
}

TEST_F(UaccectlTest, ShowsDevicesAndStatus) {
  EXPECT_EQ(Run({"devices"}).out,
            "NAME  KIND  PATH      STATE  IN FLIGHT  WAITING  DONE  FAILED\n"
            "cpu   soft  software  up     0/64       0        7     0\n");
  EXPECT_TRUE(absl::StrContains(
      Run({"devices", "--json"}).out,
      R"("capabilities":[{"operation":"compress","algorithms":["gzip","zstd"]}])"));
  EXPECT_TRUE(
      absl::StrContains(Run({"status"}).out, "connections       2 of 100\n"));
  EXPECT_TRUE(absl::StrContains(Run({"status", "--json"}).out,
                                R"("requests_total":1152921504606846976)"));
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

TEST_F(UaccectlTest, UnreachableDaemonIsExitThree) {
  daemon_.reset();
  const Outcome outcome = Run({"status"});
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_TRUE(absl::StrContains(outcome.err, "is uacced running there?"));
}

TEST_F(UaccectlTest, RefusalsHaveTheirExitCodes) {
  daemon_->accelerator.before = [](grpc::ServerContext*) {
    return Refuse(grpc::StatusCode::PERMISSION_DENIED, "not you", "DENIED");
  };
  EXPECT_EQ(Run({"copy"}, "x").exit_code, 7);
  daemon_->accelerator.before = [](grpc::ServerContext*) {
    return Refuse(grpc::StatusCode::RESOURCE_EXHAUSTED, "too much", "SIZE");
  };
  EXPECT_EQ(Run({"copy"}, "x").exit_code, 5);
}

TEST_F(UaccectlTest, DeadlineIsExitEight) {
  std::promise<void> release;
  auto released = release.get_future().share();
  daemon_->accelerator.before = [released](grpc::ServerContext*) {
    released.wait();
    return grpc::Status::OK;
  };
  const Outcome outcome = Run({"copy", "--timeout", "0.2"}, "x");
  release.set_value();
  EXPECT_EQ(outcome.exit_code, 8) << outcome.err;
}

TEST_F(UaccectlTest, ASignalLeavesTheOldOutputAndNothingElse) {
  for (const int signal_number : {SIGTERM, SIGINT}) {
    std::promise<void> arrived, release;
    auto released = release.get_future().share();
    daemon_->accelerator.before = [&arrived, released](grpc::ServerContext*) {
      arrived.set_value();
      released.wait();
      return grpc::Status::OK;
    };
    Put("out", "old");
    const UniqueFd null(open("/dev/null", O_RDWR | O_CLOEXEC));
    const pid_t child = Start({"compress", "-o", Path("out")}, null.get(),
                              null.get(), null.get());
    arrived.get_future().wait();
    EXPECT_EQ(Listing().size(), 3u);  // socket, out, temporary
    kill(child, signal_number);
    EXPECT_EQ(Wait(child), 128 + signal_number);
    release.set_value();
    EXPECT_EQ(Listing(), (std::set<std::string>{"out", "s"}));
    EXPECT_EQ(Get("out"), "old");
  }
}

TEST_F(UaccectlTest, AClosedPipeEndsItQuietly) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  UniqueFd read_end(ends[0]);
  const UniqueFd write_end(ends[1]);
  read_end.reset();
  for (const Words& words :
       std::vector<Words>{{"compress"}, {"digest"}, {"status"}, {"--help"}}) {
    int code;
    EXPECT_EQ(RunInto(write_end.get(), words, &code), "");
    EXPECT_EQ(code, 1) << words[0];
  }
}

TEST_F(UaccectlTest, AFullStandardOutputIsReported) {
  const UniqueFd full(open("/dev/full", O_WRONLY | O_CLOEXEC));
  for (const Words& words : std::vector<Words>{
           {"compress"}, {"digest"}, {"status", "--json"}, {"--version"}}) {
    int code;
    EXPECT_EQ(RunInto(full.get(), words, &code),
              "uaccectl: standard output: No space left on device\n");
    EXPECT_EQ(code, 1) << words[0];
  }
}

TEST_F(UaccectlTest, BinaryIsNotWrittenToATerminal) {
  const UniqueFd master(posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
  ASSERT_EQ(grantpt(master.get()), 0);
  ASSERT_EQ(unlockpt(master.get()), 0);
  const UniqueFd terminal(
      open(ptsname(master.get()), O_RDWR | O_NOCTTY | O_CLOEXEC));
  ASSERT_TRUE(static_cast<bool>(terminal));
  int code;
  EXPECT_TRUE(absl::StrContains(RunInto(terminal.get(), {"compress"}, &code),
                                "--force"));
  EXPECT_EQ(code, 1);
  EXPECT_TRUE(absl::StrContains(
      RunInto(terminal.get(), {"encrypt", "-k", "k"}, &code), "--force"));
  const Words forced = {"compress", "--force", "/dev/null"};
  EXPECT_EQ(RunInto(terminal.get(), forced, &code), "");
  EXPECT_EQ(code, 0);
}

TEST_F(UaccectlTest, HelpGoesToStandardOutputAndUsageErrorsDoNot) {
  for (const Words& words :
       std::vector<Words>{{"--help"}, {"compress", "--help"}, {"keys", "-h"}}) {
    const Outcome outcome = Run(words);
    EXPECT_EQ(outcome.exit_code, 0);
    EXPECT_TRUE(absl::StartsWith(outcome.out, "Usage: uaccectl"));
    EXPECT_EQ(outcome.err, "");
  }
  const Outcome wrong = Run({"compress", "--frob"});
  EXPECT_EQ(wrong.exit_code, 2);
  EXPECT_EQ(wrong.out, "");
  EXPECT_TRUE(absl::StartsWith(wrong.err, "uaccectl: --frob: "));
  EXPECT_EQ(Run({}).exit_code, 2);
}

}  // namespace
}  // namespace uacced::cli
