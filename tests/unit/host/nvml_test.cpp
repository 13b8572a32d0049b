#include "tsctl/host/nvml.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace tsctl {
namespace {

class NvmlTest : public testing::Test {
 protected:
  ~NvmlTest() override { unsetenv("TSCTL_FAKE_NVML"); }
};

TEST_F(NvmlTest, is_nothing_where_the_library_is_missing) {
  EXPECT_EQ(Nvml::open("/nowhere/libnvidia-ml.so.1"), nullptr);
}

TEST_F(NvmlTest, is_nothing_where_it_does_not_start) {
  setenv("TSCTL_FAKE_NVML", "no_driver", 1);
  EXPECT_EQ(Nvml::open(TSCTL_FAKE_NVML), nullptr);
}

TEST_F(NvmlTest, is_nothing_where_the_library_is_another) {
  EXPECT_EQ(Nvml::open("libm.so.6"), nullptr);
}

TEST_F(NvmlTest, describes_each_gpu_as_the_driver_does) {
  const auto nvml = Nvml::open(TSCTL_FAKE_NVML);
  ASSERT_NE(nvml, nullptr);
  const std::vector<GpuInfo> gpus = nvml->gpus();
  ASSERT_EQ(gpus.size(), 2U);
  EXPECT_EQ(gpus[0].name, "Fake GPU");
  EXPECT_EQ(gpus[0].driver, "580.1");
  EXPECT_EQ(gpus[0].clock_mhz, 1410.0);
  EXPECT_EQ(gpus[0].clock_max_mhz, 1755.0);
  EXPECT_EQ(gpus[0].memory_clock_mhz, 5001.0);
  EXPECT_FALSE(gpus[0].temperature_c);
  EXPECT_EQ(gpus[0].memory_total_bytes, std::int64_t{8} << 30);
  EXPECT_EQ(gpus[1].name, "");
  EXPECT_EQ(gpus[1].driver, "580.1");
  EXPECT_FALSE(gpus[1].clock_mhz);
  EXPECT_EQ(nvml->uuids(), (std::vector<std::string>{"GPU-0a1b", ""}));
}

TEST_F(NvmlTest, names_the_throttle_reasons) {
  const auto nvml = Nvml::open(TSCTL_FAKE_NVML);
  ASSERT_NE(nvml, nullptr);
  const GpuMoment moment = nvml->look(0);
  EXPECT_EQ(moment.clock_mhz, 1410.0);
  EXPECT_FALSE(moment.idle);
  EXPECT_EQ(moment.throttle_reasons,
            (std::vector<std::string>{"sw_power_cap", "hw_thermal_slowdown"}));
  EXPECT_FALSE(nvml->look(1).clock_mhz);
  EXPECT_FALSE(nvml->look(7).clock_mhz);
}

TEST_F(NvmlTest, does_not_call_an_idle_gpu_throttled) {
  setenv("TSCTL_FAKE_NVML", "idle", 1);
  const auto nvml = Nvml::open(TSCTL_FAKE_NVML);
  ASSERT_NE(nvml, nullptr);
  EXPECT_TRUE(nvml->look(0).idle);
  EXPECT_TRUE(nvml->look(0).throttle_reasons.empty());
}

const std::vector<GpuInfo> kAlike{{.name = "A"}, {.name = "A"}, {.name = "A"}};
const std::vector<GpuInfo> kUnlike{{.name = "A"}, {.name = "B"}};
const std::vector<std::string> kUuids{"GPU-11", "GPU-12", "GPU-2"};

TEST(GpuOfDevice, is_the_number_where_all_are_alike) {
  EXPECT_EQ(gpu_of_device("cuda", {}, kAlike, kUuids), 0U);
  EXPECT_EQ(gpu_of_device("cuda:2", {}, kAlike, kUuids), 2U);
  EXPECT_FALSE(gpu_of_device("cuda:3", {}, kAlike, kUuids));
}

TEST(GpuOfDevice, follows_the_list_of_visible_devices) {
  EXPECT_EQ(gpu_of_device("cuda", {.visible = "2,0"}, kAlike, kUuids), 2U);
  EXPECT_EQ(gpu_of_device("cuda:1", {.visible = "2, 0"}, kAlike, kUuids), 0U);
  EXPECT_FALSE(gpu_of_device("cuda:2", {.visible = "2,0"}, kAlike, kUuids));
  EXPECT_FALSE(gpu_of_device("cuda", {.visible = ""}, kAlike, kUuids));
  EXPECT_FALSE(gpu_of_device("cuda", {.visible = "99999999999999999999"}, kAlike, kUuids));
}

TEST(GpuOfDevice, finds_a_uuid_by_its_beginning_if_only_one_has_it) {
  EXPECT_EQ(gpu_of_device("cuda", {.visible = "GPU-2"}, kAlike, kUuids), 2U);
  EXPECT_EQ(gpu_of_device("cuda:1", {.visible = "GPU-2,GPU-11"}, kAlike, kUuids), 0U);
  EXPECT_FALSE(gpu_of_device("cuda", {.visible = "GPU-1"}, kAlike, kUuids));
  EXPECT_FALSE(gpu_of_device("cuda", {.visible = "MIG-7"}, kAlike, kUuids));
}

TEST(GpuOfDevice, is_unknown_among_unlike_ones_unless_cuda_counts_along_the_bus) {
  EXPECT_FALSE(gpu_of_device("cuda", {}, kUnlike, kUuids));
  EXPECT_EQ(gpu_of_device("cuda:1", {.order = "PCI_BUS_ID"}, kUnlike, kUuids), 1U);
  EXPECT_EQ(gpu_of_device("cuda", {.visible = "GPU-12"}, kUnlike, kUuids), 1U);
}

}  // namespace
}  // namespace tsctl
