#include "tests/bench/command.h"

#include <filesystem>
#include <fstream>
#include <iterator>

#include "gtest/gtest.h"

namespace uacced::bench {
namespace {

std::string Path(const std::string& name) { return testing::TempDir() + name; }

void WriteFile(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

std::string ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(CommandTest, KeepsOutputAndMeasuresBothTimes) {
  const std::string output = Path("output");
  const auto cost =
      RunCommand({"sh", "-c",
                  "i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done; echo hi"},
                 output);
  ASSERT_TRUE(cost.ok()) << cost.status();
  EXPECT_EQ(ReadFile(output), "hi\n");
  EXPECT_GT(cost->wall_ns, 0);
  EXPECT_GT(cost->cpu_ns, 0);
}

TEST(CommandTest, DoesNotCountSleepAsProcessorTime) {
  const auto cost = RunCommand({"sleep", "0.2"}, "/dev/null");
  ASSERT_TRUE(cost.ok()) << cost.status();
  EXPECT_GE(cost->wall_ns, 200'000'000);
  EXPECT_LT(cost->cpu_ns, cost->wall_ns / 2);
}

TEST(CommandTest, FailureIsAnError) {
  const auto failed = RunCommand({"sh", "-c", "exit 3"}, "/dev/null");
  EXPECT_EQ(failed.status().code(), absl::StatusCode::kInternal);
  EXPECT_NE(failed.status().message().find("exit code 3"), std::string::npos);
  const auto killed = RunCommand({"sh", "-c", "kill -9 $$"}, "/dev/null");
  EXPECT_NE(killed.status().message().find("signal 9"), std::string::npos);
  EXPECT_EQ(RunCommand({"no-such-program"}, "/dev/null").status().code(),
            absl::StatusCode::kNotFound);
}

TEST(CommandTest, CheckDecodesSeesEveryDifference) {
  const std::string original = Path("original");
  const std::string encoded = Path("encoded");
  WriteFile(original, std::string(100'000, 'a') + "the end");
  ASSERT_TRUE(RunCommand({"gzip", "-c", original}, encoded).ok());
  EXPECT_TRUE(CheckDecodes("gzip -dc", encoded, original).ok());

  const std::string good = ReadFile(encoded);
  std::string wrong_checksum = good;
  wrong_checksum[good.size() - 6] ^= 1;
  WriteFile(encoded, wrong_checksum);
  EXPECT_EQ(CheckDecodes("gzip -dc", encoded, original).code(),
            absl::StatusCode::kDataLoss);

  WriteFile(encoded, good);
  WriteFile(original, "something else");
  EXPECT_EQ(CheckDecodes("gzip -dc", encoded, original).code(),
            absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace uacced::bench
