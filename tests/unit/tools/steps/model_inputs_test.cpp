#include "steps/model_inputs.h"

#include <gtest/gtest.h>

#include "tools/errors.h"
#include "tools/temporary.h"
#include "tsctl/core/inputs/input_plan.h"
#include "tsctl/core/manifest.h"
#include "tsctl/files/digest.h"

namespace tsctl {
namespace {

class ResolveInputs : public TemporaryFolderTest {
 protected:
  static Manifest recorded(const InputPlan& plan) { return {.inputs = plan}; }
};

const InputPlan kRecorded{.specs = {"Bx4"}, .dims = {"B=1,8"}, .bench_dims = "B=8", .seed = 3};

TEST_F(ResolveInputs, has_none_without_flags_and_manifest) {
  const ModelInputs inputs = resolve_inputs({}, std::nullopt);
  EXPECT_FALSE(inputs.given());
  EXPECT_EQ(inputs.given_by, InputsOrigin::none);
  EXPECT_TRUE(inputs.sets.empty());
}

TEST_F(ResolveInputs, writes_every_set_out) {
  const ModelInputs inputs =
      resolve_inputs({.specs = {"Bx4"}, .dims = {"B=2,8"}, .bench_dims = {"B=8"}}, std::nullopt);
  EXPECT_EQ(inputs.given_by, InputsOrigin::flags);
  EXPECT_EQ(labels_of(inputs), (std::vector<std::string>{"B=2", "B=8"}));
  EXPECT_EQ(inputs.bench_index, 1U);
  EXPECT_EQ(inputs.items_per_call, 8);
  EXPECT_EQ(inputs.sets[1].tensors.at(0).shape, (std::vector<std::int64_t>{8, 4}));
  EXPECT_FALSE(inputs.probes.empty());
}

TEST_F(ResolveInputs, counts_no_items_without_the_dimension_b) {
  EXPECT_EQ(resolve_inputs({.specs = {"2x4"}}, std::nullopt).items_per_call, 0);
  EXPECT_EQ(
      resolve_inputs({.specs = {"3", "TxB"}, .dims = {"T=2", "B=5"}}, std::nullopt).items_per_call,
      5);
}

TEST_F(ResolveInputs, takes_what_the_manifest_recorded) {
  const ModelInputs inputs = resolve_inputs({}, recorded(kRecorded));
  EXPECT_EQ(inputs.given_by, InputsOrigin::manifest);
  EXPECT_EQ(labels_of(inputs), (std::vector<std::string>{"B=1", "B=8"}));
  EXPECT_EQ(inputs.bench_index, 1U);
  EXPECT_EQ(inputs.plan.seed, 3U);
}

TEST_F(ResolveInputs, lets_flags_win_part_by_part) {
  const ModelInputs dims = resolve_inputs({.dims = {"B=2,4,16"}}, recorded(kRecorded));
  EXPECT_EQ(dims.given_by, InputsOrigin::manifest);
  EXPECT_EQ(labels_of(dims), (std::vector<std::string>{"B=2", "B=4", "B=16"}));
  EXPECT_EQ(dims.bench_index, 0U);  // B=8, which was recorded, is not among them
  EXPECT_EQ(dims.plan.seed, 3U);
  const ModelInputs seed = resolve_inputs({.seed = 9}, recorded(kRecorded));
  EXPECT_EQ(seed.plan.seed, 9U);
  EXPECT_EQ(seed.plan.specs, kRecorded.specs);
  const ModelInputs bench = resolve_inputs({.bench_dims = {"B=1"}}, recorded(kRecorded));
  EXPECT_EQ(bench.bench_index, 0U);
  EXPECT_EQ(bench.plan.dims, kRecorded.dims);
}

TEST_F(ResolveInputs, forgets_recorded_dimensions_when_shapes_are_given) {
  const ModelInputs inputs = resolve_inputs({.specs = {"3x4"}}, recorded(kRecorded));
  EXPECT_EQ(inputs.given_by, InputsOrigin::flags);
  EXPECT_EQ(inputs.sets.size(), 1U);
  EXPECT_TRUE(inputs.plan.dims.empty());
  EXPECT_EQ(inputs.bench_index, 0U);
}

TEST_F(ResolveInputs, refuses_a_dimension_that_belongs_to_nothing) {
  EXPECT_TRUE(error_of([] {
                resolve_inputs({.dims = {"B=1"}}, std::nullopt);
              }).starts_with("usage: --dim B=1 is not used in any --input"));
  const std::string data = write("data.npz", "data");
  EXPECT_TRUE(error_of([&] {
                resolve_inputs({.dims = {"B=1"}, .file = data}, std::nullopt);
              }).starts_with("usage: --dim B=1 is not used in any --input"));
}

TEST_F(ResolveInputs, leaves_data_to_python) {
  const std::string data = write("data.npz", "data");
  const ModelInputs inputs = resolve_inputs({.file = data}, recorded(kRecorded));
  EXPECT_TRUE(inputs.given());
  EXPECT_EQ(inputs.given_by, InputsOrigin::flags);
  EXPECT_EQ(inputs.plan.file, data);
  EXPECT_TRUE(inputs.plan.specs.empty());
  EXPECT_TRUE(inputs.sets.empty());
}

TEST_F(ResolveInputs, takes_recorded_data_that_is_as_it_was) {
  const std::string data = write("data.npz", "abc");
  const InputPlan plan{.file = data, .file_sha256 = sha256_of_file(data)};
  EXPECT_EQ(resolve_inputs({}, recorded(plan)).given_by, InputsOrigin::manifest);
}

TEST_F(ResolveInputs, refuses_code_that_the_flags_do_not_name) {
  const std::string data = write("data.py", "abc");
  const InputPlan plan{.file = data + ":sets", .file_sha256 = sha256_of_file(data)};
  EXPECT_EQ(
      error_of([&] { resolve_inputs({}, recorded(plan)); }),
      "usage: the model names code as its inputs: '" + plan.file +
          "'. tsctl does not run code that a model names | if you trust it, name it yourself: "
          "--inputs " +
          plan.file);
  EXPECT_EQ(resolve_inputs({.file = plan.file}, recorded(plan)).given_by, InputsOrigin::flags);
}

TEST_F(ResolveInputs, refuses_recorded_data_that_changed_or_is_gone) {
  const std::string data = write("data.npz", "abc");
  const InputPlan plan{.file = data, .file_sha256 = sha256_of_file(data)};
  write("data.npz", "abd");
  EXPECT_EQ(error_of([&] { resolve_inputs({}, recorded(plan)); }),
            "input: the inputs '" + data +
                "' have changed since the model was captured with them | give them again with "
                "--inputs " +
                data + " if the change is intended");
  EXPECT_NO_THROW(resolve_inputs({.file = data}, recorded(plan)));
  EXPECT_NO_THROW(resolve_inputs({.specs = {"1x4"}}, recorded(plan)));
  std::filesystem::remove(data);
  EXPECT_EQ(error_of([&] { resolve_inputs({}, recorded(plan)); }),
            "input: the inputs '" + data +
                "' that the model was captured with no longer exist | give them again with "
                "--inputs, or "
                "draw some with --input");
}

TEST_F(ResolveInputs, names_the_flags_for_exactly_this_model) {
  const std::string path = copy_of_fixture("mlp_traced.pt");
  const std::string error =
      error_of([&] { throw_inputs_missing(path, "verify", ", or --no-verify"); });
  EXPECT_TRUE(error.starts_with("usage: '" + path +
                                "' does not record its inputs, which tsctl verify needs | its "
                                "method is forward(self, "))
      << error;
  EXPECT_NE(error.find("--input x:1x3x224x224"), std::string::npos) << error;
  EXPECT_TRUE(error.ends_with(", or --no-verify"));
}

}  // namespace
}  // namespace tsctl
