#include "tsctl/report/text/profile_text.h"

#include <gtest/gtest.h>

namespace tsctl {
namespace {

TEST(ProfileText, shows_the_dearest_of_each_list_and_what_recording_cost) {
  ProfileResult profile{.arm = "net.pt",
                        .calls = 20,
                        .call_s = 0.011,
                        .unrecorded_call_s = 0.010,
                        .accounted = 0.975};
  profile.operators = {{.name = "aten::conv2d", .count = 40, .self_s = 0.009, .share = 0.82},
                       {.name = "prim::TensorExprGroup",
                        .detail = "aten::mul, aten::tanh",
                        .count = 20,
                        .self_s = 0.001,
                        .share = 0.09}};
  profile.modules = {{.name = "features.0", .count = 40, .self_s = 0.009, .share = 0.82}};
  EXPECT_EQ(profile_text(profile),
            "profile    'net.pt': 20 calls, 11.00 ms each while recorded, 10.00 ms otherwise; "
            "operators account for 97.5% of a call\n"
            "\n"
            "  operator               self a call  share  count\n"
            "  aten::conv2d              9.000 ms  82.0%     40\n"
            "  prim::TensorExprGroup     1.000 ms   9.0%     20  aten::mul, aten::tanh\n"
            "\n"
            "  module      self a call  share  count\n"
            "  features.0     9.000 ms  82.0%     40\n"
            "\n");
}

TEST(ProfileText, shows_ten_of_a_long_list_and_cuts_a_long_line) {
  ProfileResult profile{.arm = "net.pt", .calls = 1};
  for (int i = 0; i < 13; ++i)
    profile.lines.push_back(
        {.name = "net.py:" + std::to_string(i), .detail = std::string(70, 'x')});
  const std::string text = profile_text(profile);
  EXPECT_NE(text.find("net.py:9"), std::string::npos);
  EXPECT_EQ(text.find("net.py:10"), std::string::npos);
  EXPECT_NE(text.find("  and 3 more (--json)\n"), std::string::npos);
  EXPECT_NE(text.find(" " + std::string(57, 'x') + "...\n"), std::string::npos);
}

TEST(ProfileText, takes_modules_together_that_differ_by_number_where_there_are_many) {
  ProfileResult profile{.arm = "net.pt", .calls = 1};
  profile.modules = {{.name = "head2", .count = 1, .self_s = 0.005, .share = 0.05}};
  for (int i = 0; i < 12; ++i) {
    profile.modules.push_back({.name = "layers." + std::to_string(i) + ".dense",
                               .count = 2,
                               .self_s = 0.002,
                               .share = 0.02});
  }
  const std::string text = profile_text(profile);
  EXPECT_NE(text.find("  layers.*.dense     24.00 ms  24.0%     24\n"), std::string::npos) << text;
  EXPECT_LT(text.find("layers.*.dense"), text.find("head2"));
  profile.modules.resize(3);
  EXPECT_NE(profile_text(profile).find("layers.1.dense"), std::string::npos);
}

TEST(ProfileText, keeps_modules_apart_whose_names_are_numbers_alone) {
  ProfileResult profile{.arm = "net.pt", .calls = 1};
  for (int i = 0; i < 12; ++i)
    profile.modules.push_back({.name = std::to_string(i) + ".0", .count = 1, .self_s = 0.001});
  const std::string text = profile_text(profile);
  EXPECT_EQ(text.find('*'), std::string::npos) << text;
  EXPECT_NE(text.find("  3.0"), std::string::npos) << text;
  EXPECT_NE(text.find("  and 2 more (--json)"), std::string::npos) << text;
}

TEST(ProfileText, says_why_there_is_none) {
  EXPECT_EQ(profile_text({.arm = "ort", .reason = "it does not tell"}),
            "profile    'ort': it does not tell\n");
}

TEST(OpeningsText, says_what_each_process_holds_more_than_before) {
  BenchResult bench;
  ArmResult file{.label = "net.pt", .peak_memory_bytes = 170 << 20};
  file.opening = {.libraries_s = 0.24, .read_s = 0.03, .deserialize_s = 0.05};
  file.opening.libraries_bytes = 112 << 20;
  file.opening.loaded_bytes = 157 << 20;
  file.opening.first_call_bytes = 160 << 20;
  file.opening.steady_bytes = 158 << 20;
  bench.arms = {file, {.label = "untold"}};
  EXPECT_EQ(openings_text(bench),
            "opening    net.pt: libraries 240.0 ms, read 30.00 ms, deserialize 50.00 ms; memory "
            "112.0 MiB libraries, +45.0 MiB loaded, +3.00 MiB first call, -2.00 MiB until steady, "
            "peak 170.0 MiB\n");
}

}  // namespace
}  // namespace tsctl
