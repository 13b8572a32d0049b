#include "tsctl/engine/describe.h"

#include <gtest/gtest.h>
#include <torch/version.h>

#include <algorithm>

#include "support.h"

namespace tsctl {
namespace {

TEST(describe, reports_versions_and_features) {
  test::SilentEvents events;
  const DescribeResult result = describe_libtorch({}, events);
  EXPECT_EQ(result.libtorch_version.find(TORCH_VERSION), 0U);
  EXPECT_EQ(result.built_for, TORCH_VERSION);
  EXPECT_FALSE(result.cpu_capability.empty());
  EXPECT_NE(result.parallel_backend.find(" threads"), std::string::npos);
  EXPECT_TRUE(result.devices.empty());
  const auto openmp = std::ranges::find_if(
      result.levers, [](const Finding& finding) { return finding.name == "OpenMP"; });
  ASSERT_NE(openmp, result.levers.end());
  for (const Finding& lever : result.levers) {
    EXPECT_EQ(lever.detail.find('\n'), std::string::npos) << lever.name;
    EXPECT_EQ(lever.hint.empty(), lever.status == FindingStatus::ok) << lever.name;
  }
}

TEST(describe, finds_devices_or_explains_why_there_are_none) {
  test::SilentEvents events;
  const DescribeResult result = describe_libtorch({.with_cuda = true}, events);
  ASSERT_FALSE(result.devices.empty());
  const Finding& first = result.devices.front();
  EXPECT_TRUE(first.status == FindingStatus::ok || !first.detail.empty());
}

}  // namespace
}  // namespace tsctl
