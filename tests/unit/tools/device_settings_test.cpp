#include "device_settings.h"

#include <gtest/gtest.h>

#include "errors.h"

namespace tsctl {
namespace {

void check(const std::string& arm, bool is_source, bool cold_cache, const std::string& device) {
  Subject subject{.text = arm};
  if (is_source) subject.source.emplace();
  require_device_settings({arm_spec_from_text(arm)}, {subject}, cold_cache, device);
}

TEST(DeviceSettings, lets_a_gpu_do_what_it_can) {
  EXPECT_NO_THROW(check("a.pt,cuda-graph=on", false, true, "cuda"));
  EXPECT_NO_THROW(check("a.pt,cuda-graph=off", false, false, "cpu"));
}

TEST(DeviceSettings, refuses_a_cold_cache_on_the_cpu) {
  EXPECT_EQ(error_of([] { check("a.pt", false, true, "cpu"); }),
            "usage: --cold-cache empties the cache of a GPU, and this runs on the CPU | give "
            "--device cuda, or leave --cold-cache out");
}

TEST(DeviceSettings, refuses_a_graph_on_the_cpu_and_of_a_source) {
  EXPECT_EQ(error_of([] { check("a.pt,cuda-graph=on", false, false, "cpu"); }),
            "usage: the arm 'a.pt,cuda-graph=on': cuda-graph=on does not fit the CPU | give "
            "--device cuda, or leave cuda-graph=on out");
  EXPECT_EQ(error_of([] { check("a.py:Net,cuda-graph=on", true, false, "cuda:1"); }),
            "usage: the arm 'a.py:Net,cuda-graph=on': cuda-graph=on does not fit a SOURCE | "
            "convert it first: the calls of a file can be captured");
}

}  // namespace
}  // namespace tsctl
