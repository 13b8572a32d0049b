#include "tsctl/engine/passes/never_slower.h"

#include <gtest/gtest.h>

#include <set>

#include "support.h"

namespace tsctl::passes {
namespace {

using Names = std::vector<std::string>;

// Passes and a clock that are not real: each pass of `slow` makes the file slower.
class NeverSlower : public testing::Test {
 protected:
  Rewritten run(const RewriteRequest& request) {
    Rewritten rewritten{.model = {.paths = ModulePaths(module_),
                                  .layers = packed::LayerFactory(module_, request.kernels)}};
    runs_.push_back(request.disabled_passes);
    for (const std::string& pass : changed_) {
      const bool runs =
          std::ranges::find(request.disabled_passes, pass) == request.disabled_passes.end();
      rewritten.result.passes.push_back(
          {.pass = pass, .status = runs ? PassStatus::changed : PassStatus::disabled});
    }
    return rewritten;
  }

  std::optional<SpeedCheck> speed_of(const Rewritten& rewritten) const {
    for (const PassRecord& record : rewritten.result.passes) {
      if (record.status == PassStatus::changed && slow_.contains(record.pass))
        return SpeedCheck{.speedup = 0.5, .is_slower = true};
    }
    return SpeedCheck{.speedup = 1.5};
  }

  Rewritten result() {
    const RewriteRequest request{.model_path = "in.pt", .disabled_passes = {"peephole"}};
    Rewritten first = run(request);
    runs_.clear();
    return without_slower_passes(
        request, std::move(first), [this](const RewriteRequest& less) { return run(less); },
        [this](const Rewritten& rewritten) { return speed_of(rewritten); });
  }

  Names changed_ = {"freeze_constants", "fold_conv_batchnorm", "fuse_activation", "pack_linear",
                    "pack_conv"};
  std::set<std::string> slow_ = {};
  std::vector<Names> runs_ = {};
  torch::jit::Module module_ = test::small_network();
};

TEST_F(NeverSlower, a_file_that_is_not_slower_stays_as_it_is) {
  EXPECT_TRUE(result().result.warnings.empty());
  EXPECT_TRUE(runs_.empty());
}

TEST_F(NeverSlower, leaves_out_the_one_pass_at_fault_and_keeps_what_was_disabled) {
  slow_ = {"fuse_activation"};
  const auto warnings = result().result.warnings;
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_EQ(warnings[0].code, WarningCode::pass_left_out);
  EXPECT_EQ(warnings[0].text,
            "left out fuse_activation: with it, the file was 0.50 times as fast as 'in.pt' on "
            "this host; --no-bench keeps it");
  EXPECT_EQ(runs_.back(), (Names{"peephole", "fuse_activation"}));
}

TEST_F(NeverSlower, leaves_out_all_that_pack_before_everything) {
  slow_ = {"pack_linear", "pack_conv"};
  EXPECT_EQ(result().result.warnings[0].text.substr(0, 34), "left out pack_conv and pack_linear");
  slow_ = {"pack_linear", "fold_conv_batchnorm"};
  EXPECT_EQ(result().result.warnings[0].text.substr(0, 40),
            "left out pack_conv and pack_linear and f");
}

TEST_F(NeverSlower, says_so_if_nothing_helps) {
  slow_ = {"freeze_constants"};
  const Rewritten kept = result();
  ASSERT_EQ(kept.result.warnings.size(), 1U);
  EXPECT_EQ(kept.result.warnings[0].code, WarningCode::slower_than_input);
  EXPECT_EQ(kept.result.passes.back().status, PassStatus::changed);
}

TEST(SpeedCheckRounds, are_those_of_a_sign_test_at_one_percent) {
  EXPECT_EQ(rounds_that_prove_slower(20), 16);  // 15: 2.07%, 16: 0.59%
  EXPECT_EQ(rounds_that_prove_slower(8), 8);    // 7: 3.5%, 8: 0.39%
  EXPECT_EQ(rounds_that_prove_slower(11), 10);  // 9: 3.3%, 10: 0.59%
}

std::vector<TimedRound> equal_rounds(int count) {
  return std::vector<TimedRound>(count, {1.0, 1.0});
}

TEST(SpeedCheck, equal_times_are_not_slower) {
  const SpeedCheck check = judge_speed(equal_rounds(20));
  EXPECT_FALSE(check.is_slower);
  EXPECT_EQ(check.speedup, 1.0);
}

TEST(SpeedCheck, is_slower_if_so_many_rounds_are) {
  auto rounds = equal_rounds(20);
  for (int i = 0; i < 15; ++i) rounds[i].after_s = 1.03;
  EXPECT_FALSE(judge_speed(rounds).is_slower);
  rounds[15].after_s = 1.03;
  EXPECT_TRUE(judge_speed(rounds).is_slower);
}

TEST(SpeedCheck, is_slower_on_a_busy_host_if_the_shortest_samples_of_both_halves_are) {
  // Other work lengthens the samples of either file threefold in most rounds.
  std::vector<TimedRound> rounds;
  for (int i = 0; i < 20; ++i) rounds.push_back({i % 4 < 2 ? 3.0 : 1.0, i % 4 < 2 ? 1.2 : 3.6});
  rounds[2].after_s = 1.2;
  rounds[3].after_s = 1.2;
  const SpeedCheck check = judge_speed(rounds);
  EXPECT_TRUE(check.is_slower);
  EXPECT_NEAR(check.speedup, 1.0 / 1.2, 1e-9);
  rounds[2].after_s = 1.0;  // the even half shows one that is as fast
  EXPECT_FALSE(judge_speed(rounds).is_slower);
}

}  // namespace
}  // namespace tsctl::passes
