#include "options/option_groups.h"

#include <gtest/gtest.h>

#include "tools/errors.h"
#include "tsctl/core/inputs/input_plan.h"
#include "tsctl/core/pass_list.h"
#include "tsctl/core/tolerance.h"

namespace tsctl {
namespace {

TEST(ToleranceFrom, keeps_the_order_of_the_flags) {
  const ToleranceOptions options =
      tolerance_from({.rtol = {"1e-3", "out.logits:0.5"}, .atol = {"0.25"}, .equal_nan = true});
  ASSERT_EQ(options.rtol.size(), 2U);
  EXPECT_EQ(options.rtol[0].output, "");
  EXPECT_EQ(options.rtol[0].value, 1e-3);
  EXPECT_EQ(options.rtol[1].output, "out.logits");
  EXPECT_EQ(options.rtol[1].value, 0.5);
  EXPECT_EQ(options.atol.at(0).value, 0.25);
  EXPECT_TRUE(options.equal_nan);
}

TEST(ToleranceFrom, names_the_flag_at_fault) {
  EXPECT_TRUE(error_of([] { tolerance_from({.rtol = {"much"}}); }).starts_with("usage: --rtol "));
  EXPECT_TRUE(error_of([] { tolerance_from({.atol = {"-1"}}); }).starts_with("usage: --atol "));
}

TEST(InputPlanFrom, takes_flags_over) {
  const InputPlan plan = input_plan_from(
      {.specs = {"Bx3"}, .dims = {"B=1,8"}, .bench_dims = {"B=8", "T=2"}, .seed = 7});
  EXPECT_EQ(plan.specs, std::vector<std::string>{"Bx3"});
  EXPECT_EQ(plan.dims, std::vector<std::string>{"B=1,8"});
  EXPECT_EQ(plan.bench_dims, "B=8,T=2");
  EXPECT_EQ(plan.seed, 7U);
  EXPECT_EQ(input_plan_from({}).seed, 0U);
}

TEST(InputPlanFrom, refuses_two_kinds_of_inputs) {
  EXPECT_EQ(error_of([] { input_plan_from({.specs = {"1x3"}, .file = "a.npz"}); }),
            "usage: --input and --inputs cannot be given together | give one of them");
}

TEST(SourceFrom, adds_what_the_flags_say) {
  const SourceSpec source =
      source_from("net.py:Net", {.kwargs = R"({"hidden": 8})", .weights = "w.safetensors"});
  EXPECT_EQ(source.file, "net.py");
  EXPECT_EQ(source.name, "Net");
  EXPECT_EQ(source.kwargs_json, R"({"hidden": 8})");
  EXPECT_EQ(source.weights, "w.safetensors");
}

TEST(RequireKnownPasses, knows_the_list_and_helps_with_a_misspelt_name) {
  std::vector<std::string> all;
  for (const PassInfo& pass : kPasses) all.emplace_back(pass.name);
  EXPECT_NO_THROW(require_known_passes(all));
  EXPECT_NO_THROW(require_known_passes({}));
  EXPECT_EQ(error_of([] {
              require_known_passes({"peephole", "peephol"});
            }),
            "usage: there is no pass 'peephol' (--disable-pass) | did you mean peephole? "
            "--list-passes lists them all");
  EXPECT_EQ(error_of([] { require_known_passes({"make_it_fast"}, "--only-pass"); }),
            "usage: there is no pass 'make_it_fast' (--only-pass) | --list-passes lists them all");
}

}  // namespace
}  // namespace tsctl
