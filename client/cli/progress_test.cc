#include "client/cli/progress.h"

#include <fcntl.h>
#include <unistd.h>

#include <string>

#include "absl/strings/match.h"
#include "base/clock.h"
#include "base/unique_fd.h"
#include "gtest/gtest.h"

namespace uacced::cli {
namespace {

constexpr uint64_t kMiB = uint64_t{1} << 20;
constexpr int64_t kSecondNs = 1'000'000'000;

TEST(ProgressLineTest, KnownSizesHavePercentageBarAndTimeLeft) {
  EXPECT_EQ(ProgressLine({512 * kMiB, 2048 * kMiB, 256.0 * kMiB, 2}, 79),
            "512.0 MiB of 2.0 GiB  25 %  [######...................]  "
            "256.0 MiB/s  0:06 left");
}

TEST(ProgressLineTest, UnknownSizesHaveRateAndTime) {
  EXPECT_EQ(ProgressLine({3 * kMiB, {}, 1024, 3700}, 79),
            "3.0 MiB  1.0 KiB/s  1:01:40");
}

TEST(ProgressLineTest, NeverWiderThanTheTerminal) {
  for (size_t columns = 0; columns < 200; ++columns) {
    EXPECT_LE(ProgressLine({kMiB, 3 * kMiB, 1e6, 1}, columns).size(), columns);
    EXPECT_LE(ProgressLine({kMiB, {}, 1e6, 1}, columns).size(), columns);
  }
  EXPECT_TRUE(absl::StartsWith(ProgressLine({kMiB, 3 * kMiB, 1e6, 1}, 40),
                               "1.0 MiB of 3.0 MiB  33 %"));
}

TEST(ProgressLineTest, OddFactsDoNoHarm) {
  EXPECT_TRUE(absl::StrContains(ProgressLine({0, 0, 0, 0}, 79), "100 %"));
  // A file that grew, and one that stands still.
  EXPECT_TRUE(absl::StrContains(ProgressLine({2, 1, 0, 9}, 79), "100 %"));
  EXPECT_TRUE(absl::StrContains(ProgressLine({0, 9, 0, 9}, 79), "-:-- left"));
  EXPECT_TRUE(absl::StrContains(ProgressLine({0, UINT64_MAX, 1e-9, 9}, 120),
                                "99:59:59 left"));
}

class ProgressTest : public testing::Test {
 protected:
  ProgressTest() {
    int ends[2];
    EXPECT_EQ(pipe2(ends, O_NONBLOCK | O_CLOEXEC), 0);
    read_end_.reset(ends[0]);
    write_end_.reset(ends[1]);
  }
  std::string Drawn() {
    char buffer[4096];
    const ssize_t got = read(read_end_.get(), buffer, sizeof(buffer));
    return std::string(buffer, got < 0 ? 0 : static_cast<size_t>(got));
  }

  ManualClock clock_{5};
  UniqueFd read_end_, write_end_;
};

TEST_F(ProgressTest, NothingIsDrawnInTheFirstSecond) {
  Progress progress(write_end_.get(), 4 * kMiB, clock_);
  clock_.Advance(kSecondNs - 1);
  progress.Update(kMiB);
  EXPECT_EQ(Drawn(), "");
  clock_.Advance(1);
  progress.Update(2 * kMiB);
  EXPECT_EQ(Drawn().substr(0, 19), "\r\033[K2.0 MiB of 4.0 ");
}

TEST_F(ProgressTest, TheRateIsThatOfTheLastSeconds) {
  Progress progress(write_end_.get(), {}, clock_);
  for (int i = 1; i <= 10; ++i) {
    clock_.Advance(kSecondNs);
    progress.Update(100 * kMiB);
    const std::string line = Drawn();
    EXPECT_EQ(absl::StrContains(line, "  0 B/s"), i > 5) << i << line;
  }
}

TEST_F(ProgressTest, TheLineIsClearedAtTheEnd) {
  {
    Progress progress(write_end_.get(), {}, clock_);
    clock_.Advance(2 * kSecondNs);
    progress.Update(1);
    Drawn();
  }
  EXPECT_EQ(Drawn(), "\r\033[K");
  { const Progress quiet(write_end_.get(), {}, clock_); }
  EXPECT_EQ(Drawn(), "");
}

}  // namespace
}  // namespace uacced::cli
