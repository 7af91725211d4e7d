// What is wrong with accelerators in a configuration is told with its place.
#include <string>

#include "absl/strings/str_cat.h"
#include "daemon/config/config.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace uacced {
namespace {

using testing::HasSubstr;

// With these devices alone, from line 2 on.
std::string DevicesError(const std::string& devices) {
  const auto config = ParseConfig(
      "listener { unix { path: \"/run/u.sock\" } }\n" + devices, "f", 4);
  if (config.ok()) return "no error";
  EXPECT_EQ(config.status().code(), absl::StatusCode::kInvalidArgument);
  return std::string(config.status().message());
}

// Of a model with these fields.
std::string ModelError(const std::string& fields) {
  return DevicesError("device { name: \"zip\" hisi_model { " + fields + " } }");
}

TEST(ModelErrorsTest, AcceleratorsOutputMustFitTwice) {
  EXPECT_EQ(DevicesError("device { name: \"zip\" hisi_model { engine: ZIP } }\n"
                         "limits {\n  max_message_bytes: 5000\n"
                         "  max_output_bytes: 10000\n  max_bytes: 24999\n}"),
            "f:6:3: limits.max_bytes: 24999 is less than 25000, what the "
            "largest request takes with this max_message_bytes and "
            "max_output_bytes");
}

TEST(ModelErrorsTest, VerificationNeedsACpu) {
  const std::string zip = "device { name: \"zip\" hisi_model { engine: ZIP } }";
  EXPECT_THAT(
      DevicesError(zip + "policy { verify { mode: ALL } fallback_workers: 0 }"),
      HasSubstr("policy.verify.mode: needs a soft device, or "));
  EXPECT_EQ(DevicesError(zip + "policy { verify { mode: ALL } }"), "no error");
}

TEST(ModelErrorsTest, ModelsHaveBounds) {
  EXPECT_THAT(ModelError(""),
              HasSubstr("device[0].hisi_model.engine: must be"));
  EXPECT_THAT(ModelError("engine: ZIP version: 1"),
              HasSubstr("is not in 2..3"));
  EXPECT_THAT(ModelError("engine: ZIP queues: 17"),
              HasSubstr("is not in 1..16"));
  EXPECT_THAT(ModelError("engine: ZIP queue_depth: 1"),
              HasSubstr("is not in 2..1024"));
  EXPECT_THAT(ModelError("engine: ZIP parallelism: 65"),
              HasSubstr("is not in 1..64"));
  EXPECT_THAT(ModelError("engine: ZIP operations_per_second: 0"),
              HasSubstr("is not in 1..100000000"));
  EXPECT_THAT(ModelError("engine: ZIP fault { kind: STUCK } fault {}"),
              HasSubstr("hisi_model.fault[1]: kind: must be one"));
  EXPECT_THAT(ModelError("engine: ZIP fault { kind: STUCK per_mille: 1001 }"),
              HasSubstr("per_mille: 1001 is more than 1000"));
  std::string faults = "engine: ZIP";
  for (int i = 0; i < 65; ++i) faults += " fault { kind: STUCK }";
  EXPECT_THAT(ModelError(faults), HasSubstr("fault[64]: is one more than 64"));
}

TEST(ModelErrorsTest, NumbersThatAnEnumDoesNotHave) {
  EXPECT_EQ(ModelError("engine: 9"),
            "f:2:35: device[0].hisi_model.engine: 9 is not one of ZIP, SEC");
  EXPECT_THAT(
      ModelError("engine: ZIP fault { kind: STUCK }\n fault { kind: 99 }"),
      HasSubstr("f:3:10: device[0].hisi_model.fault[1].kind: 99 is not one of "
                "STATUS, CORRUPT, "));
}

// Else --check says yes, and the daemon does not start.
TEST(ModelErrorsTest, FaultsThatNoModelCanHave) {
  const auto error = [](const std::string& fault) {
    return ModelError("engine: ZIP\n fault { " + fault + " }");
  };
  EXPECT_EQ(error("kind: SLOW"),
            "f:3:2: device[0].hisi_model.fault[0]: parameter: is required for "
            "slow, in nanoseconds");
  EXPECT_EQ(error("kind: STUCK operation: \"copy\""),
            "f:3:2: device[0].hisi_model.fault[0]: operation: no accelerator "
            "does copy");
  EXPECT_THAT(error("kind: RETURN skip: 1"),
              HasSubstr("f:3:2: device[0].hisi_model.fault[0]: kind: return"));
  EXPECT_EQ(error("kind: STATUS parameter: 4294967296"),
            "f:3:2: device[0].hisi_model.fault[0]: parameter: 4294967296 is "
            "more than 4294967295");
  EXPECT_EQ(error("kind: STATUS parameter: 4294967295"), "no error");
}

TEST(ModelErrorsTest, QueuesOfAllReactorsAreBounded) {
  const auto error = [](const std::string& fields, int reactors) {
    return DevicesError(absl::StrCat("reactor { count: ", reactors,
                                     " }\ndevice { name: \"d\" hisi_model {\n",
                                     " ", fields, " } }"));
  };
  EXPECT_EQ(error("queues: 16 engine: ZIP", 64),
            "f:4:2: device[0].hisi_model.queues: 16 of each kind for each "
            "of 64 reactors are 2048, more than the 1022 that a device has");
  EXPECT_EQ(error("queues: 16 engine: SEC", 64),
            "f:4:2: device[0].hisi_model.queues: 16 of each kind for each "
            "of 64 reactors are 1024, more than the 1022 that a device has");
  EXPECT_EQ(error("queues: 15 engine: SEC", 64), "no error");
  EXPECT_EQ(error("queues: 16 engine: ZIP", 31), "no error");
  EXPECT_EQ(ModelError("queues: 16 engine: ZIP"), "no error");
}

TEST(ModelErrorsTest, WithHardwareThereIsRoomForTheFallbackDevice) {
  const std::string zip =
      "device { name: \"zip\" hisi_model { engine: ZIP } }\n";
  EXPECT_THAT(DevicesError(zip + "device { name: \"fallback\" soft {} }"),
              HasSubstr("\"fallback\" is the daemon's own"));
  EXPECT_EQ(DevicesError("device { name: \"fallback\" soft {} }"), "no error");
  std::string devices = zip;
  for (int i = 0; i < 62; ++i) {
    absl::StrAppend(&devices, "device { name: \"d", i, "\" soft {} }\n");
  }
  EXPECT_EQ(DevicesError(devices), "no error");
  EXPECT_THAT(DevicesError(devices + "device { name: \"e\" soft {} }"),
              HasSubstr("device[63]: is one more than 63"));
}

}  // namespace
}  // namespace uacced
