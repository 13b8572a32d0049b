#include "tsctl/core/inputs/input_sets.h"

#include <gtest/gtest.h>

#include "core/error_of.h"
#include "tsctl/core/inputs/input_spec.h"

namespace tsctl {
namespace {

using Texts = std::vector<std::string>;

std::vector<InputSpec> specs_of(const Texts& texts) {
  std::vector<InputSpec> specs;
  for (const std::string& text : texts) specs.push_back(input_spec_from_text(text));
  return specs;
}

std::vector<DimSpec> dims_of(const Texts& texts) {
  std::vector<DimSpec> dims;
  for (const std::string& text : texts) dims.push_back(dim_spec_from_text(text));
  return dims;
}

std::string error_of(const Texts& inputs, const Texts& dims) {
  return usage_error_of([&] { input_sets(specs_of(inputs), dims_of(dims)); });
}

Texts labels_of(const std::vector<InputSet>& sets) {
  Texts labels;
  for (const InputSet& set : sets) labels.push_back(set.label);
  return labels;
}

TEST(InputSets, is_one_set_without_label_when_there_are_no_dimensions) {
  const std::vector<InputSet> sets = input_sets(specs_of({"1x3", "m:2:bool"}), {});
  ASSERT_EQ(sets.size(), 1U);
  EXPECT_EQ(sets[0].label, "");
  ASSERT_EQ(sets[0].tensors.size(), 2U);
  EXPECT_EQ(sets[0].tensors[0].shape, (std::vector<std::int64_t>{1, 3}));
  EXPECT_EQ(sets[0].tensors[1].name, "m");
  EXPECT_EQ(sets[0].tensors[1].dtype, Dtype::boolean);
}

TEST(InputSets, is_one_empty_set_for_a_model_without_inputs) {
  const std::vector<InputSet> sets = input_sets({}, {});
  ASSERT_EQ(sets.size(), 1U);
  EXPECT_TRUE(sets[0].tensors.empty());
}

TEST(InputSets, combines_every_value_with_the_last_dimension_changing_fastest) {
  const std::vector<InputSet> sets =
      input_sets(specs_of({"ids:BxT:int64@0..9"}), dims_of({"B=1,8", "T=16,128"}));
  EXPECT_EQ(labels_of(sets), (Texts{"B=1, T=16", "B=1, T=128", "B=8, T=16", "B=8, T=128"}));
  EXPECT_EQ(sets[2].tensors[0].shape, (std::vector<std::int64_t>{8, 16}));
  EXPECT_EQ(sets[2].tensors[0].low, 0.0);
  EXPECT_EQ(sets[2].tensors[0].high, 9.0);
}

TEST(InputSets, gives_every_tensor_a_stream_of_its_own) {
  const std::vector<InputSet> sets = input_sets(specs_of({"Bx3", "Bx4"}), dims_of({"B=1,8"}));
  EXPECT_EQ(sets[0].tensors[0].stream, 0U);
  EXPECT_EQ(sets[0].tensors[1].stream, 1U);
  EXPECT_EQ(sets[1].tensors[0].stream, 1000U);
  EXPECT_EQ(sets[1].tensors[1].stream, 1001U);
}

TEST(InputSets, refuses_dimensions_that_do_not_fit_the_inputs) {
  EXPECT_EQ(error_of({"BxT"}, {"B=1"}),
            "--input 'BxT': the dimension T has no --dim | say which sizes it takes, for example "
            "--dim T=1,8");
  EXPECT_EQ(error_of({"BATCHx3"}, {"BATHC=1,2"}),
            "--dim 'BATHC=1,2': no --input uses the dimension BATHC | did you mean BATCH?");
  EXPECT_EQ(
      error_of({"1x3"}, {"B=4"}),
      "--dim 'B=4': no --input uses the dimension B | use it in a shape, or leave out this --dim");
  EXPECT_EQ(
      error_of({"Bx3"}, {"B=4", "B=5"}),
      "--dim 'B=5': the dimension B is given twice | list all its values in one --dim: B=1,8");
}

TEST(InputSets, refuses_names_that_cannot_be_a_call) {
  EXPECT_EQ(error_of({"x:1x3", "x:1x4"}, {}),
            "--input 'x:1x4': the name 'x' is given twice | give each parameter one --input");
  EXPECT_EQ(error_of({"x:1x3", "1x4"}, {}),
            "--input '1x4' is positional but comes after 'x:1x3', which has a name | give the "
            "positional inputs first, "
            "or give this one its parameter's name");
  EXPECT_EQ(error_of({"x[0]:1x3", "x[2]:1x3"}, {}),
            "--input 'x[2]:1x3': 'x[2]' does not fit the inputs before it | number the items of a "
            "list in order from 0, and give a parameter either as one tensor, by the items of a "
            "list, or by the members of a dict");
}

TEST(InputSets, takes_the_items_of_a_list_one_by_one) {
  const std::vector<InputSet> sets =
      input_sets(specs_of({"x[0]:3xH", "x[1]:3xH", "d.key:2"}), dims_of({"H=4,5"}));
  ASSERT_EQ(sets.size(), 2U);
  ASSERT_EQ(sets[1].tensors.size(), 3U);
  EXPECT_EQ(sets[1].tensors[1].name, "x[1]");
  EXPECT_EQ(sets[1].tensors[1].shape, (std::vector<std::int64_t>{3, 5}));
  EXPECT_EQ(probe_sets(specs_of({"x[0]:3"}), {}).front().set.label, "x[0] axis 0: 4 instead of 3");
}

TEST(InputSets, refuses_more_sets_than_are_run_and_names_the_product) {
  EXPECT_EQ(
      input_sets(specs_of({"AxBxC"}), dims_of({"A=1,2,3,4", "B=1,2,3,4", "C=1,2,3,4"})).size(),
      kMaxInputSets);
  EXPECT_EQ(error_of({"AxBxC"}, {"A=1,2,3,4", "B=1,2,3,4", "C=1,2,3,4,5"}),
            "the --dim values combine to 4 x 4 x 5 input sets, more than 64 | give only the values "
            "that you will use");
}

TEST(InputSets, refuses_a_tensor_that_cannot_exist) {
  EXPECT_EQ(error_of({"4000000000x4000000000"}, {}),
            "--input '4000000000x4000000000': a tensor of this size exceeds 2^63 - 1 bytes | give "
            "the sizes that the "
            "model is used with");
  EXPECT_EQ(error_of({"Bx4:f64"}, {"B=9223372036854775807"}),
            "--input 'Bx4:f64': a tensor of this size exceeds 2^63 - 1 bytes | give the sizes that "
            "the model is used "
            "with");
}

TEST(BenchSet, is_the_first_unless_a_value_is_chosen) {
  const auto specs = specs_of({"BxT"});
  const auto dims = dims_of({"B=1,8", "T=16,128"});
  EXPECT_EQ(bench_set_index(specs, dims, {}), 0U);
  EXPECT_EQ(bench_set_index(specs, dims, dims_of({"B=8"})), 2U);
  EXPECT_EQ(bench_set_index(specs, dims, dims_of({"T=128"})), 1U);
  EXPECT_EQ(bench_set_index(specs, dims, dims_of({"T=128", "B=8"})), 3U);
}

TEST(BenchSet, refuses_a_choice_that_no_set_has) {
  const auto error = [](const Texts& chosen) {
    return usage_error_of([&] {
      bench_set_index(specs_of({"BxT"}), dims_of({"B=1,8", "T=16"}), dims_of(chosen));
    });
  };
  EXPECT_EQ(error({"Q=1"}),
            "--bench-dim 'Q=1': there is no --dim Q | give its values with --dim Q=V1,V2,…");
  EXPECT_EQ(
      error({"B=2"}),
      "--bench-dim 'B=2': --dim 'B=1,8' does not have this value | choose one of its values, or "
      "add this one to --dim");
  EXPECT_EQ(error({"B=1,8"}),
            "--bench-dim 'B=1,8': timing takes one value of a dimension | write --bench-dim B=1");
  EXPECT_EQ(
      error({"B=1", "B=8"}),
      "--bench-dim 'B=8': the dimension B is given twice | give each dimension one --bench-dim");
}

Texts probe_labels(const Texts& inputs, const Texts& dims = {}) {
  Texts labels;
  for (const ProbeSet& probe : probe_sets(specs_of(inputs), dims_of(dims)))
    labels.push_back(probe.set.label);
  return labels;
}

TEST(ProbeSets, change_each_size_that_no_dimension_varies) {
  EXPECT_EQ(probe_labels({"x:Bx3x224"}, {"B=1,8"}),
            (Texts{"x axis 1: 4 instead of 3", "x axis 1: 2 instead of 3",
                   "x axis 2: 225 instead of 224", "x axis 2: 223 instead of 224"}));
  EXPECT_TRUE(probe_labels({"B:int64"}, {"B=2"}).empty());
  EXPECT_TRUE(probe_labels({"scalar"}).empty());
}

TEST(ProbeSets, never_go_below_one) {
  EXPECT_EQ(probe_labels({"1"}), (Texts{"input 0 axis 0: 2 instead of 1"}));
  EXPECT_EQ(probe_labels({"0"}), (Texts{"input 0 axis 0: 1 instead of 0"}));
}

TEST(ProbeSets, also_change_a_shared_size_of_several_inputs_together) {
  const std::vector<ProbeSet> probes = probe_sets(specs_of({"ids:2x16:i64", "mask:2x16:i64"}), {});
  ASSERT_EQ(probes.size(), 12U);
  EXPECT_FALSE(probes[7].joint);
  const ProbeSet& joint = probes[10];
  EXPECT_TRUE(joint.joint);
  EXPECT_EQ(joint.set.label, "ids and mask axis 1: 17 instead of 16");
  EXPECT_EQ(joint.input, "ids+mask");
  EXPECT_EQ(joint.axis, 1);
  EXPECT_EQ(joint.size, 17);
  EXPECT_EQ(joint.declared, 16);
  EXPECT_EQ(joint.set.tensors[0].shape, (std::vector<std::int64_t>{2, 17}));
  EXPECT_EQ(joint.set.tensors[1].shape, (std::vector<std::int64_t>{2, 17}));
}

TEST(ProbeSets, do_not_join_sizes_of_different_axes_or_values) {
  for (const ProbeSet& probe : probe_sets(specs_of({"2x3", "3x2", "4x5"}), {}))
    EXPECT_FALSE(probe.joint);
}

TEST(ProbeSets, start_from_the_first_input_set_and_change_nothing_else) {
  const std::vector<ProbeSet> probes = probe_sets(specs_of({"Bx3", "y:Bx5"}), dims_of({"B=7,8"}));
  ASSERT_EQ(probes.size(), 4U);
  EXPECT_EQ(probes[0].input, "0");
  EXPECT_EQ(probes[0].set.label, "input 0 axis 1: 4 instead of 3");
  EXPECT_EQ(probes[0].set.tensors[0].shape, (std::vector<std::int64_t>{7, 4}));
  EXPECT_EQ(probes[0].set.tensors[1].shape, (std::vector<std::int64_t>{7, 5}));
  EXPECT_EQ(probes[2].input, "y");
}

TEST(ProbeSets, draw_from_streams_after_those_of_the_input_sets) {
  const std::vector<ProbeSet> probes = probe_sets(specs_of({"Bx3", "Bx5"}), dims_of({"B=7,8"}));
  EXPECT_EQ(probes[0].set.tensors[0].stream, 2000U);
  EXPECT_EQ(probes[0].set.tensors[1].stream, 2001U);
  EXPECT_EQ(probes[1].set.tensors[0].stream, 3000U);
}

}  // namespace
}  // namespace tsctl
