#include "tsctl/report/text/host_text.h"

#include <gtest/gtest.h>

namespace tsctl {
namespace {

TEST(LibtorchBuildText, names_back_end_libraries_and_instructions) {
  DescribeResult described{.cpu_capability = "AVX512", .parallel_backend = "OpenMP, 2 threads"};
  described.levers = {
      {.name = "oneDNN",
       .status = FindingStatus::ok,
       .detail = "Intel(R) MKL-DNN v3.11.2 (Git Hash 0a1.2b)"},
      {.name = "MKL",
       .status = FindingStatus::ok,
       .detail = "Intel(R) oneAPI Math Kernel Library Version 2024.2-Product Build 20240605"},
      {.name = "OpenMP",
       .status = FindingStatus::ok,
       .detail = "OpenMP 201511 (a.k.a. OpenMP 4.5)"}};
  EXPECT_EQ(libtorch_build_text(described), "OpenMP, MKL 2024.2, oneDNN 3.11.2, AVX512");
}

TEST(LibtorchBuildText, leaves_out_what_is_not_there) {
  DescribeResult described{.parallel_backend = "native thread pool, 4 threads"};
  described.levers = {{.name = "MKL", .status = FindingStatus::missing, .detail = "1.0"},
                      {.name = "oneDNN", .status = FindingStatus::ok}};
  EXPECT_EQ(libtorch_build_text(described), "native thread pool, oneDNN");
  EXPECT_EQ(libtorch_build_text({}), "");
}

TEST(HostText, says_unavailable_where_the_governor_cannot_be_read) {
  EXPECT_EQ(host_text({.cpu = "A CPU", .cores_visible = 8, .cores_affinity = 4}),
            "host       A CPU, 4 of 8 cores, governor unavailable\n");
}

TEST(HostText, tells_quota_nodes_build_devices_and_variables_where_there_are_any) {
  const Environment host{.cores_visible = 1,
                         .cores_affinity = 1,
                         .cores_quota = 0.5,
                         .governor = "powersave",
                         .numa_nodes = {"0", "1"},
                         .variables = {"KMP_BLOCKTIME=0", "OMP_NUM_THREADS=1"},
                         .gpus = {{.name = "G", .driver = "580.1", .clock_mhz = 1410.0}},
                         .libtorch_build = "OpenMP"};
  EXPECT_EQ(host_text(host),
            "host       unavailable, 1 of 1 core, quota 0.5, governor powersave, 2 memory nodes\n"
            "           LibTorch: OpenMP\n"
            "           G, driver 580.1, clock 1410 MHz of unavailable, memory clock unavailable\n"
            "           set: KMP_BLOCKTIME=0, OMP_NUM_THREADS=1\n");
}

TEST(HostText, is_empty_for_a_report_that_does_not_tell) { EXPECT_EQ(host_text({}), ""); }

TEST(GpuNoiseText, is_a_line_only_when_clocks_were_held_down) {
  EXPECT_EQ(gpu_noise_text({.gpu_clock_low_mhz = 1400.0, .gpu_clock_high_mhz = 1700.0}), "");
  EXPECT_EQ(gpu_noise_text({.gpu_throttle_reasons = {"sw_power_cap"}}),
            "           the GPU lowered its clocks: sw_power_cap\n");
  EXPECT_EQ(gpu_noise_text({.gpu_clock_low_mhz = 1400.4,
                            .gpu_clock_high_mhz = 1700.0,
                            .gpu_throttle_reasons = {"sw_power_cap", "hw_slowdown"}}),
            "           the GPU lowered its clocks: sw_power_cap, hw_slowdown (1400 to 1700 "
            "MHz)\n");
}

TEST(NoiseRows, say_unavailable_and_leave_devices_out_where_there_are_none) {
  const Rows rows = noise_rows({.steal = 0.031, .context_switches = 12});
  EXPECT_EQ(rows.at(0),
            (std::pair<std::string, std::string>{"a task waited for a CPU", "unavailable"}));
  EXPECT_EQ(rows.at(3), (std::pair<std::string, std::string>{"stolen by the hypervisor", "3.1%"}));
  EXPECT_EQ(rows.at(5), (std::pair<std::string, std::string>{"context switches", "12"}));
  EXPECT_EQ(rows.size(), 7U);
}

}  // namespace
}  // namespace tsctl
