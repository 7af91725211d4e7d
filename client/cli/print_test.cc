#include "client/cli/print.h"

#include <limits>
#include <string>

#include "gtest/gtest.h"

namespace uacced::cli {
namespace {

TEST(TableTest, ColumnsAreAlignedAndLinesHaveNoTrailingSpace) {
  Table table({"NAME", "N"});
  table.AddRow({"long-name", "1"});
  table.AddRow({"x", "22"});
  EXPECT_EQ(table.ToString(),
            "NAME       N\n"
            "long-name  1\n"
            "x          22\n");
}

TEST(TableTest, CellsCannotForgeRows) {
  Table table({"NAME"});
  table.AddRow({"a\nb\x1b[2J"});
  EXPECT_EQ(table.ToString(), "NAME\na?b?[2J\n");
}

TEST(JsonTest, ObjectKeepsOrderAndWholeNumbers) {
  EXPECT_EQ(JsonObject()
                .Add("name", "x")
                .Add("n", std::numeric_limits<uint64_t>::max())
                .Add("yes", true)
                .AddRatio("ratio", 2.5)
                .AddJson("list", JsonArray({"1", "\"a\""}))
                .ToString(),
            R"({"name":"x","n":18446744073709551615,"yes":true,)"
            R"("ratio":2.5000,"list":[1,"a"]})");
  EXPECT_EQ(JsonObject().ToString(), "{}");
  EXPECT_EQ(JsonArray({}), "[]");
}

TEST(JsonTest, StringsAreEscaped) {
  EXPECT_EQ(JsonString("a\"b\\c\n\x01\x7f"), R"("a\"b\\c\u000a\u0001\u007f")");
  EXPECT_EQ(JsonString(""), "\"\"");
}

TEST(JsonTest, BytesThatAreNotUtf8AreReplaced) {
  // Whole sequences of every length stay.
  EXPECT_EQ(JsonString("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80"),
            "\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\"");
  // Lone tail, cut short, overlong, surrogate, beyond U+10FFFF.
  EXPECT_EQ(JsonString("\x80"), R"("\ufffd")");
  EXPECT_EQ(JsonString("\xe2\x82"), R"("\ufffd\ufffd")");
  EXPECT_EQ(JsonString("\xc0\x80"), R"("\ufffd\ufffd")");
  EXPECT_EQ(JsonString("\xe0\x80\x80"), R"("\ufffd\ufffd\ufffd")");
  EXPECT_EQ(JsonString("\xed\xa0\x80"), R"("\ufffd\ufffd\ufffd")");
  EXPECT_EQ(JsonString("\xf4\x90\x80\x80"), R"("\ufffd\ufffd\ufffd\ufffd")");
}

}  // namespace
}  // namespace uacced::cli
