// The driver on queue files, with a kernel that is a folder and a function.
#include "hw/hisi/file_port.h"

#include <misc/uacce/hisi_qm.h>
#include <misc/uacce/uacce.h>
#include <sys/ioctl.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "hw/hisi/abi/qm.h"
#include "hw/hisi/hisi_device.h"
#include "hw/queue.h"
#include "uacce/sysfs/fake_sysfs.h"

namespace uacced::hw::hisi {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct FakeQm {
  std::vector<unsigned long> calls;
  std::vector<uint16_t> qc_types;
  uint16_t sqn = 7;
  hisi_qp_info info = {.sqe_size = 128, .sq_depth = 1024, .cq_depth = 1024};
  unsigned long failing = 0;
  int error_number = 0;
};
FakeQm* qm = nullptr;

int Control(int /*fd*/, unsigned long request, void* argument) {
  qm->calls.push_back(request);
  if (request == qm->failing) {
    errno = qm->error_number;
    return -1;
  }
  if (request == UACCE_CMD_QM_SET_QP_CTX) {
    auto* context = static_cast<hisi_qp_ctx*>(argument);
    qm->qc_types.push_back(context->qc_type);
    context->id = qm->sqn;
  } else if (request == UACCE_CMD_QM_SET_QP_INFO) {
    *static_cast<hisi_qp_info*>(argument) = qm->info;
  }
  return 0;
}

class FilePortTest : public testing::Test {
 protected:
  FilePortTest() {
    qm = &qm_;
    fake_.Add("hisi_zip-0");
  }
  ~FilePortTest() override { qm = nullptr; }

  absl::StatusOr<std::unique_ptr<FilePort>> Create(
      const std::string& device = "hisi_zip-0") {
    return FilePort::Create({.device = device,
                             .sysfs_root = fake_.root(),
                             .dev_root = fake_.dev_root(),
                             .control = &Control});
  }
  std::unique_ptr<HisiDevice> Device() {
    auto device = HisiDevice::Create("zip", *Create());
    EXPECT_TRUE(device.ok()) << device.status();
    return *std::move(device);
  }
  std::string node() const { return fake_.node("hisi_zip-0"); }
  static std::string Message(const absl::Status& status) {
    return std::string(status.message());
  }

  FakeQm qm_;
  FakeSysfs fake_;
};

TEST_F(FilePortTest, TheNameDecidesTheEngine) {
  EXPECT_EQ((*Create())->facts().engine, Port::Engine::kZip);
  fake_.Add("hisi_sec2-1");
  EXPECT_EQ((*Create("hisi_sec2-1"))->facts().engine, Port::Engine::kSec);
  for (const char* name : {"hisi_hpre-0", "hisi_zip", "hisi_sec-0", ""}) {
    EXPECT_FALSE(FilePort::IsOurs(name));
    EXPECT_EQ(Create(name).status().code(), absl::StatusCode::kUnimplemented);
  }
}

TEST_F(FilePortTest, FactsAreThoseOfSysfs) {
  fake_.Set("hisi_zip-0", "device/numa_node", "2\n");
  fake_.Set("hisi_zip-0", "device/simulated", "1\n");
  const auto port = *Create();
  EXPECT_EQ(port->facts().name, "hisi_zip-0");
  EXPECT_EQ(port->facts().api, "hisi_qm_v3");
  EXPECT_EQ(port->facts().numa_node, 2);
  EXPECT_TRUE(port->facts().simulated);
  const auto device = Device();
  EXPECT_TRUE(device->info().hardware);
  EXPECT_TRUE(device->info().simulated);
  EXPECT_EQ(device->info().kind, "hisi_zip");
}

TEST_F(FilePortTest, WithoutSvaItSaysWhatToDo) {
  fake_.Set("hisi_zip-0", "flags", "0\n");
  EXPECT_EQ(Create().status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(Message(Create().status()), HasSubstr("IOMMU"));
  fake_.Add("hisi_zip-0");
  fake_.Unset("hisi_zip-0", "region_dus_size");
  EXPECT_THAT(Message(Create().status()), HasSubstr("uacce_mode=1"));
}

TEST_F(FilePortTest, AQueueIsSetUpInTheKernelsOrder) {
  const auto device = Device();
  for (size_t kind = 0; kind < 2; ++kind) {
    auto queue = device->OpenQueue(kind);
    ASSERT_TRUE(queue.ok()) << queue.status();
    EXPECT_EQ((*queue)->depth(), 1023u);
    EXPECT_GE((*queue)->event_fd(), 0);
  }
  EXPECT_THAT(qm_.qc_types, ElementsAre(HISI_QM_QC_TYPE_COMPRESS,
                                        HISI_QM_QC_TYPE_DECOMPRESS));
  const auto one = {UACCE_CMD_QM_SET_QP_CTX, UACCE_CMD_QM_SET_QP_INFO,
                    static_cast<unsigned long>(UACCE_CMD_START_Q),
                    static_cast<unsigned long>(UACCE_CMD_PUT_Q)};
  std::vector<unsigned long> two(one);
  two.insert(two.end(), one);
  EXPECT_EQ(qm_.calls, two);
}

// Its doorbells carry the number that the kernel gave.
TEST_F(FilePortTest, DoorbellsAreOfTheQueuesNumber) {
  const auto device = Device();
  auto queue = *device->OpenQueue(0);
  (void)queue->Arm();
  std::ifstream file(node(), std::ios::binary);
  file.seekg(HISI_QM_V2_DOORBELL_OFFSET);
  uint64_t doorbell = 0;
  file.read(reinterpret_cast<char*>(&doorbell), sizeof(doorbell));
  EXPECT_EQ(doorbell & HISI_QM_V2_DOORBELL_SQN_MASK, qm_.sqn);
  EXPECT_EQ(
      doorbell >> HISI_QM_V2_DOORBELL_CMD_SHIFT & HISI_QM_V2_DOORBELL_CMD_MASK,
      HISI_QM_DOORBELL_CQ);
}

TEST_F(FilePortTest, AnOldKernelDoesNotTellTheDepth) {
  const auto device = Device();
  qm_.failing = UACCE_CMD_QM_SET_QP_INFO;
  qm_.error_number = EINVAL;
  EXPECT_EQ((*device->OpenQueue(0))->depth(), 1023u);
  qm_.error_number = ENXIO;
  EXPECT_EQ(device->OpenQueue(0).status().code(),
            absl::StatusCode::kUnavailable);
}

TEST_F(FilePortTest, NonsenseFromTheKernelIsRefused) {
  const auto device = Device();
  const hisi_qp_info kCases[] = {
      {.sqe_size = 64, .sq_depth = 1024, .cq_depth = 1024},
      {.sqe_size = 128, .sq_depth = 0, .cq_depth = 1024},
      {.sqe_size = 128, .sq_depth = 1024, .cq_depth = 65535},
  };
  for (const hisi_qp_info& info : kCases) {
    qm_.info = info;
    EXPECT_EQ(device->OpenQueue(0).status().code(),
              absl::StatusCode::kInvalidArgument);
  }
  qm_.info = {.sqe_size = 128, .sq_depth = 1024, .cq_depth = 1024};
  qm_.sqn = 1024;
  EXPECT_EQ(device->OpenQueue(0).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(FilePortTest, EveryFailedStepIsToldAndLeavesNothing) {
  const auto device = Device();
  qm_.error_number = EIO;
  for (const unsigned long failing :
       {UACCE_CMD_QM_SET_QP_CTX, UACCE_CMD_QM_SET_QP_INFO,
        static_cast<unsigned long>(UACCE_CMD_START_Q)}) {
    qm_.failing = failing;
    const auto queue = device->OpenQueue(0);
    EXPECT_EQ(queue.status().code(), absl::StatusCode::kUnavailable);
    EXPECT_THAT(Message(queue.status()), HasSubstr(node()));
  }
  qm_.failing = 0;
  EXPECT_TRUE(device->OpenQueue(0).ok());
}

TEST_F(FilePortTest, PresenceIsWhatSysfsShows) {
  const auto port = *Create();
  EXPECT_EQ(port->presence(), Presence::kPresent);
  fake_.Set("hisi_zip-0", "isolate", "1\n");
  EXPECT_EQ(port->presence(), Presence::kIsolated);
  fake_.Remove("hisi_zip-0");
  EXPECT_EQ(port->presence(), Presence::kGone);
  EXPECT_EQ(port->OpenQueue(0).status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(port->Reset().code(), absl::StatusCode::kUnimplemented);
}

TEST_F(FilePortTest, WhoComesBackMustBeTheSame) {
  const auto port = *Create();
  fake_.Remove("hisi_zip-0");
  fake_.Add("hisi_zip-0");
  EXPECT_TRUE(port->OpenQueue(0).ok());
  fake_.Set("hisi_zip-0", "api", "hisi_qm_v2\n");
  EXPECT_EQ(port->OpenQueue(0).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

// The queue of a device that was removed looks stopped, and nothing in it like
// an answer.
TEST_F(FilePortTest, AVanishedDeviceIsAStoppedQueue) {
  const auto device = Device();
  auto queue = *device->OpenQueue(0);
  EXPECT_TRUE(queue->Arm());
  queue->Disarm();
  std::filesystem::resize_file(node(), 0);
  Completion completion;
  EXPECT_EQ(queue->Poll({&completion, 1}), 0u);
  EXPECT_EQ(queue->fault(), QueueFault::kStopped);
  EXPECT_EQ(queue->free_slots(), 0u);
  queue.reset();
}

// Nothing is in flight, so nobody polls it: who wants to sleep finds it.
TEST_F(FilePortTest, AnIdleQueueOfAVanishedDeviceIsFoundBeforeSleeping) {
  const auto device = Device();
  auto queue = *device->OpenQueue(0);
  std::filesystem::resize_file(node(), 0);
  EXPECT_FALSE(queue->Arm());
  EXPECT_EQ(queue->fault(), QueueFault::kStopped);
}

TEST_F(FilePortTest, ADoorbellOfAVanishedDeviceGoesNowhere) {
  const auto port = *Create();
  auto queue = *port->OpenQueue(0);
  std::filesystem::resize_file(node(), 0);
  queue->mmio().Write64(HISI_QM_V2_DOORBELL_OFFSET, 1);
  EXPECT_EQ(queue->dus()[queue->dus_bytes() - HISI_QM_DUS_RX_STOP_FROM_END],
            HISI_QM_STOPPED);
}

}  // namespace
}  // namespace uacced::hw::hisi
