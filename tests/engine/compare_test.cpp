#include "tsctl/engine/compare.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "support.h"
#include "tsctl/core/tolerance.h"

namespace tsctl {
namespace {

using test::Calls;
using test::error_of;

class Comparing : public testing::Test {
 protected:
  // Compares a module with one call: `input` gives `expected`.
  VerifyResult run(const torch::jit::Module& module, const at::Tensor& input,
                   const at::Tensor& expected, const ToleranceOptions& tolerance = {}) {
    Calls calls;
    calls.add("", {input}, expected);
    return run(module, calls, tolerance);
  }

  VerifyResult run(const torch::jit::Module& module, const Calls& calls,
                   const ToleranceOptions& tolerance = {}) {
    module.save(dir_.file("model.pt"));
    calls.write(dir_.file("reference.safetensors"));
    return compare({.model_path = dir_.file("model.pt"),
                    .reference_tensors = dir_.file("reference.safetensors"),
                    .tolerance = tolerance},
                   events_);
  }

  static torch::jit::Module plus_one() {
    return test::module_from("def forward(self, x):\n  return x + 1\n");
  }

  static bool warns_of(const VerifyResult& result, WarningCode code) {
    for (const Warning& warning : result.warnings) {
      if (warning.code == code) return true;
    }
    return false;
  }

  test::TempDir dir_ = {};
  test::SilentEvents events_ = {};
  at::Tensor input_ = torch::arange(6, torch::kFloat).reshape({2, 3});
};

TEST_F(Comparing, finds_equal_outputs_on_four_calls) {
  const VerifyResult result = run(plus_one(), input_, input_ + 1);
  EXPECT_EQ(result.status, Match::same);
  EXPECT_EQ(result.calls_checked, (std::vector<int>{1, 2, 3, 10}));
  ASSERT_EQ(result.calls.size(), 1U);
  EXPECT_EQ(result.calls[0].call, 1);
  ASSERT_EQ(result.calls[0].outputs.size(), 1U);
  EXPECT_EQ(result.calls[0].outputs[0].output, "out");
  EXPECT_EQ(result.calls[0].outputs[0].rtol, 1e-5);
  EXPECT_EQ(result.max_abs, 0.0);
  EXPECT_EQ(result.would_pass_rtol, 0.0);
  EXPECT_TRUE(result.warnings.empty());
}

TEST_F(Comparing, leaves_the_tenth_call_of_a_slow_file_out_and_says_so) {
  Calls calls;
  calls.add("a", {input_}, input_ + 1);
  calls.add("b", {input_}, input_ + 1);
  plus_one().save(dir_.file("model.pt"));
  calls.write(dir_.file("reference.safetensors"));
  const VerifyResult result = compare({.model_path = dir_.file("model.pt"),
                                       .reference_tensors = dir_.file("reference.safetensors"),
                                       .slow_calls_s = 0.0},
                                      events_);
  EXPECT_EQ(result.status, Match::same);
  EXPECT_EQ(result.calls_checked, (std::vector<int>{1, 2, 3}));
  ASSERT_EQ(result.warnings.size(), 1U);
  EXPECT_EQ(result.warnings[0].code, WarningCode::later_calls_left_out);
  EXPECT_EQ(
      result.warnings[0].text,
      "if the first 3 calls of an input set take more than 0 s, only these calls are compared, "
      "and not call 10");
}

TEST_F(Comparing, says_where_and_by_how_much_values_differ) {
  at::Tensor expected = input_ + 1;
  expected[1][2] = 6.5;
  const VerifyResult result = run(plus_one(), input_, expected);
  EXPECT_EQ(result.status, Match::differ);
  const OutputComparison& output = result.calls[0].outputs[0];
  EXPECT_EQ(output.reason, DifferenceReason::values);
  EXPECT_EQ(output.index, (std::vector<std::int64_t>{1, 2}));
  EXPECT_EQ(output.reference_value, 6.5);
  EXPECT_EQ(output.candidate_value, 6.0);
  EXPECT_EQ(output.max_abs, 0.5);
  EXPECT_NEAR(output.would_pass_rtol.value(), 0.5 / 6.5, 1e-12);
  EXPECT_EQ(output.mismatched, 1);
  EXPECT_EQ(result.calls.size(), 4U);
}

TEST_F(Comparing, fails_a_nan_against_a_number_and_accepts_two_only_on_request) {
  at::Tensor expected = input_ + 1;
  expected[0][1] = std::numeric_limits<float>::quiet_NaN();
  const VerifyResult number = run(plus_one(), input_, expected);
  EXPECT_EQ(number.status, Match::differ);
  EXPECT_EQ(number.calls[0].outputs[0].reason, DifferenceReason::nan);
  EXPECT_EQ(number.calls[0].outputs[0].index, (std::vector<std::int64_t>{0, 1}));
  EXPECT_FALSE(number.would_pass_rtol.has_value());

  at::Tensor input = input_.clone();
  input[0][1] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(run(plus_one(), input, expected).status, Match::differ);
  ToleranceOptions equal_nan;
  equal_nan.equal_nan = true;
  EXPECT_EQ(run(plus_one(), input, expected, equal_nan).status, Match::same);
}

TEST_F(Comparing, catches_a_third_call_that_goes_wrong) {
  torch::jit::Module module("Counting");
  module.register_attribute("calls", c10::IntType::get(), 0);
  module.define(R"(
def forward(self, x):
  self.calls = self.calls + 1
  if self.calls == 3:
    return x + 2
  return x + 1
)");
  const VerifyResult result = run(module, input_, input_ + 1);
  EXPECT_EQ(result.status, Match::differ);
  ASSERT_EQ(result.calls.size(), 2U);
  EXPECT_EQ(result.calls[0].status, Match::same);
  EXPECT_EQ(result.calls[1].call, 3);
  EXPECT_EQ(result.calls[1].status, Match::differ);
}

TEST_F(Comparing, gives_a_model_that_writes_into_its_input_a_fresh_one_each_time) {
  const auto module = test::module_from("def forward(self, x):\n  x.add_(1)\n  return x\n");
  EXPECT_EQ(run(module, input_, input_ + 1).status, Match::same);
}

TEST_F(Comparing, compares_shapes_and_dtypes_before_values) {
  const VerifyResult shape = run(plus_one(), input_, (input_ + 1).reshape({3, 2}));
  EXPECT_EQ(shape.calls[0].outputs[0].reason, DifferenceReason::shape);
  EXPECT_EQ(shape.calls[0].outputs[0].detail, "expected float32 [3, 2], got float32 [2, 3]");
  const VerifyResult dtype = run(plus_one(), input_, (input_ + 1).to(torch::kDouble));
  EXPECT_EQ(dtype.calls[0].outputs[0].reason, DifferenceReason::dtype);
  EXPECT_EQ(dtype.calls[0].outputs[0].detail, "expected float64 [2, 3], got float32 [2, 3]");
}

TEST_F(Comparing, compares_dicts_by_key) {
  const auto module =
      test::module_from("def forward(self, x):\n  return {'logits': x + 1, 'hidden': x * 2}\n");
  Calls calls;
  CallRecord record{.label = "B=2"};
  record.args = {calls.tensor(input_)};
  record.outputs = Value{.kind = Value::Kind::dict,
                         .items = {calls.tensor(input_ * 2), calls.tensor(input_ + 3)},
                         .keys = {"hidden", "logits"}};
  calls.add(record);
  const VerifyResult result = run(module, calls);
  EXPECT_EQ(result.status, Match::differ);
  EXPECT_EQ(result.calls[0].set, "B=2");
  ASSERT_EQ(result.calls[0].outputs.size(), 2U);
  EXPECT_EQ(result.calls[0].outputs[0].output, "out.logits");
  EXPECT_EQ(result.calls[0].outputs[0].status, Match::differ);
  EXPECT_EQ(result.calls[0].outputs[1].output, "out.hidden");
  EXPECT_EQ(result.calls[0].outputs[1].status, Match::same);
}

TEST_F(Comparing, takes_a_tuple_for_a_reference_with_names_but_not_for_a_list) {
  const auto module = test::module_from("def forward(self, x):\n  return x + 1, x * 2\n");
  for (const Value::Kind kind : {Value::Kind::dict, Value::Kind::tuple, Value::Kind::list}) {
    Calls calls;
    CallRecord record;
    record.args = {calls.tensor(input_)};
    record.outputs =
        Value{.kind = kind, .items = {calls.tensor(input_ + 1), calls.tensor(input_ * 2)}};
    if (kind != Value::Kind::list) record.outputs->keys = {"first", "second"};
    calls.add(record);
    const VerifyResult result = run(module, calls);
    EXPECT_EQ(result.status, kind == Value::Kind::list ? Match::differ : Match::same);
    EXPECT_EQ(result.calls[0].outputs[0].output, kind == Value::Kind::list ? "out" : "out.first");
  }
}

TEST_F(Comparing, fails_another_number_of_outputs) {
  const auto module = test::module_from("def forward(self, x):\n  return x + 1, x * 2\n");
  const VerifyResult result = run(module, input_, input_ + 1);
  EXPECT_EQ(result.calls[0].outputs[0].reason, DifferenceReason::structure);
  EXPECT_EQ(result.calls[0].outputs[0].detail, "expected tensor, got tuple[2]");
}

TEST_F(Comparing, is_exact_for_integers_and_bools) {
  const at::Tensor large = torch::full({2}, (std::int64_t{1} << 60) + 1, torch::kLong);
  const auto same = test::module_from("def forward(self, x):\n  return x * 1\n");
  EXPECT_EQ(run(same, large, large).status, Match::same);
  EXPECT_EQ(run(same, large, large + 1).status, Match::differ);
  const auto positive = test::module_from("def forward(self, x):\n  return x > 0\n");
  EXPECT_EQ(run(positive, input_, input_ > 0).status, Match::same);
  EXPECT_EQ(run(positive, input_, input_ > 1).status, Match::differ);
}

TEST_F(Comparing, compares_bfloat16_and_complex_outputs) {
  // 15 is the number of bfloat16; its name is Python's, and this source is compiled without it.
  const auto half = test::module_from("def forward(self, x):\n  return (x + 1).to(15)\n");
  const VerifyResult rounded = run(half, input_, (input_ + 1.01).to(torch::kBFloat16));
  EXPECT_EQ(rounded.status, Match::same);
  EXPECT_EQ(rounded.calls[0].outputs[0].rtol, 2e-2);
  const auto wave = test::module_from("def forward(self, x):\n  return torch.complex(x, x + 1)\n");
  EXPECT_EQ(run(wave, input_, torch::complex(input_, input_ + 1)).status, Match::same);
  const VerifyResult shifted = run(wave, input_, torch::complex(input_, input_ + 2));
  EXPECT_EQ(shifted.status, Match::differ);
  EXPECT_EQ(shifted.calls[0].outputs[0].index.size(), 3U);
}

TEST_F(Comparing, compares_numbers_and_strings_too) {
  const auto module =
      test::module_from("def forward(self, x):\n  return x + 1, x.size(0), 'done', 0.5, True\n");
  for (const std::int64_t size : {2, 3}) {
    Calls calls;
    CallRecord record;
    record.args = {calls.tensor(input_)};
    record.outputs =
        Value{.kind = Value::Kind::tuple,
              .items = {calls.tensor(input_ + 1), test::integer(size),
                        Value{.kind = Value::Kind::string, .string = "done"},
                        Value{.kind = Value::Kind::real, .real = 0.5}, test::boolean(true)}};
    calls.add(record);
    const VerifyResult result = run(module, calls);
    EXPECT_EQ(result.status, size == 2 ? Match::same : Match::differ);
    EXPECT_EQ(result.calls[0].outputs[0].output,
              size == 2 ? "out[0]" : "out[1]");  // the worst comes first
  }
}

TEST_F(Comparing, warns_when_a_reference_proves_nothing) {
  const auto zero = test::module_from("def forward(self, x):\n  return x * 0\n");
  const VerifyResult result = run(zero, input_, torch::zeros({2, 3}));
  EXPECT_EQ(result.status, Match::same);
  ASSERT_TRUE(warns_of(result, WarningCode::reference_proves_nothing));
  EXPECT_NE(result.warnings[0].text.find("'out'"), std::string::npos);
  EXPECT_EQ(result.warnings.size(), 1U);
}

TEST_F(Comparing, takes_two_empty_outputs_for_equal_and_says_so) {
  const auto none = test::module_from("def forward(self, x):\n  return x[0:0]\n");
  const VerifyResult result = run(none, input_, torch::empty({0, 3}));
  EXPECT_EQ(result.status, Match::same);
  EXPECT_TRUE(warns_of(result, WarningCode::empty_output));
}

TEST_F(Comparing, leaves_empty_items_out_that_only_one_side_returns) {
  const auto detector = test::module_from(
      "def forward(self, x):\n"
      "  losses: Dict[str, Tensor] = {}\n"
      "  return losses, [{'boxes': x}]\n");
  Calls calls;
  Value found{.kind = Value::Kind::dict, .keys = {"boxes"}};
  found.items.push_back(calls.tensor(input_));
  const Value list{.kind = Value::Kind::list, .items = {found}};
  calls.add({.args = {calls.tensor(input_)}, .outputs = list});
  const VerifyResult result = run(detector, calls);
  EXPECT_EQ(result.status, Match::same);
  ASSERT_TRUE(warns_of(result, WarningCode::output_left_out));
  EXPECT_EQ(result.warnings[0].text,
            "the candidate returns tuple[dict{}, list[dict{boxes: tensor}]], but the other side "
            "returns only the item that is not empty: the empty items are not compared");
  // An item that is not empty counts.
  const auto other =
      test::module_from("def forward(self, x):\n  return {'a': x}, [{'boxes': x}]\n");
  EXPECT_EQ(run(other, calls).status, Match::differ);
}

TEST_F(Comparing, goes_on_after_a_set_that_raises) {
  const auto module = test::module_from(
      "def forward(self, x):\n  assert x.size(0) == 1, 'no pairs'\n  return x + 1\n");
  Calls calls;
  calls.add("B=2", {input_}, input_ + 1);
  calls.add("B=1", {input_.slice(0, 0, 1)}, input_.slice(0, 0, 1) + 1);
  const VerifyResult result = run(module, calls);
  EXPECT_EQ(result.status, Match::differ);
  ASSERT_EQ(result.calls.size(), 2U);
  EXPECT_EQ(result.calls[0].outputs[0].reason, DifferenceReason::raised);
  EXPECT_NE(result.calls[0].outputs[0].detail.find("no pairs"), std::string::npos);
  EXPECT_EQ(result.calls[1].status, Match::same);
}

TEST_F(Comparing, honours_a_tolerance_for_one_output) {
  const at::Tensor expected = input_ + 1.1;
  ToleranceOptions tolerance;
  tolerance.rtol = {{.output = "out", .value = 0.1}};
  EXPECT_EQ(run(plus_one(), input_, expected, tolerance).status, Match::same);
  tolerance.rtol = {{.output = "out.other", .value = 0.1}};
  EXPECT_EQ(run(plus_one(), input_, expected, tolerance).status, Match::differ);
}

TEST_F(Comparing, compares_the_outputs_of_two_files) {
  Calls reference;
  reference.add("B=1", {input_}, input_ + 1)
      .add("B=2", {input_}, input_ + 2)
      .write(dir_.file("a.safetensors"));
  Calls candidate;
  candidate.add("B=2", {input_}, input_ + 2).write(dir_.file("b.safetensors"));
  const VerifyResult result = compare({.candidate_tensors = dir_.file("b.safetensors"),
                                       .reference_tensors = dir_.file("a.safetensors")},
                                      events_);
  EXPECT_EQ(result.status, Match::differ);
  ASSERT_EQ(result.calls.size(), 2U);
  EXPECT_EQ(result.calls[0].outputs[0].reason, DifferenceReason::raised);
  EXPECT_EQ(result.calls[1].status, Match::same);
}

TEST_F(Comparing, refuses_a_reference_without_outputs) {
  Calls calls;
  calls.add("", {input_});
  EXPECT_EQ(error_of([&] { run(plus_one(), calls); }).kind(), ErrorKind::input);
}

}  // namespace
}  // namespace tsctl
