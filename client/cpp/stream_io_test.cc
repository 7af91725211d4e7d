#include "client/cpp/stream_io.h"

#include <algorithm>
#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "client/cpp/stream_fixture.h"
#include "gtest/gtest.h"

namespace uacced::client {
namespace {

using StreamIoTest = StreamFixture;

TEST_F(StreamIoTest, AWriterGivesOutputToItsSink) {
  const std::string input = Noise(3'000'000);
  std::string output;
  StreamWriter writer(Open(), [&](const StreamOutput& given) {
    output += Join(given);
    return absl::OkStatus();
  });
  for (size_t at = 0; at < input.size(); at += 70'000) {
    ASSERT_TRUE(writer.Write(absl::string_view(input).substr(at, 70'000)).ok());
  }
  const auto summary = writer.Finish();
  ASSERT_TRUE(summary.ok()) << summary.status();
  EXPECT_EQ(summary->input_bytes(), input.size());
  EXPECT_EQ(output, input);
}

TEST_F(StreamIoTest, ASinksErrorStopsTheWriter) {
  StreamWriter writer(Open(), [&](const StreamOutput&) {
    return absl::ResourceExhaustedError("disk full");
  });
  absl::Status status;
  const std::string block(100'000, 'x');
  while (status.ok()) status = writer.Write(block);
  EXPECT_EQ(status.message(), "disk full");
  EXPECT_EQ(writer.Finish().status().message(), "disk full");
}

TEST_F(StreamIoTest, AReaderTakesInputFromItsSource) {
  const std::string input = Noise(3'000'000);
  size_t at = 0;
  StreamReader reader(Open(), [&](absl::Span<char> room) {
    const size_t bytes = std::min(room.size(), input.size() - at);
    input.copy(room.data(), bytes, at);
    at += bytes;
    return bytes;
  });
  std::string output, room(12'345, '\0');
  while (true) {
    const auto bytes = reader.Read(absl::MakeSpan(&room[0], room.size()));
    ASSERT_TRUE(bytes.ok()) << bytes.status();
    if (*bytes == 0) break;
    output.append(room, 0, *bytes);
  }
  EXPECT_EQ(output, input);
  EXPECT_EQ(reader.summary().input_bytes(), input.size());
}

TEST_F(StreamIoTest, ASourcesErrorIsTheReaders) {
  StreamReader reader(Open(), [&](absl::Span<char>) -> absl::StatusOr<size_t> {
    return absl::NotFoundError("no such file");
  });
  char room[10];
  EXPECT_EQ(reader.Read(absl::MakeSpan(room)).status().message(),
            "no such file");
}

TEST_F(StreamIoTest, ReadersAndWritersMayBeLeftInTheMiddle) {
  {
    StreamWriter writer(Open(),
                        [](const StreamOutput&) { return absl::OkStatus(); });
    ASSERT_TRUE(writer.Write(Noise(100'000)).ok());
  }
  mood_.messages = 0;
  {
    StreamReader reader(Open(), [](absl::Span<char> room) {
      std::fill(room.begin(), room.end(), 'x');
      return room.size();
    });
    char room[10];
    EXPECT_TRUE(reader.Read(absl::MakeSpan(room)).ok());
  }
}

}  // namespace
}  // namespace uacced::client
