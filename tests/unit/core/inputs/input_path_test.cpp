#include "tsctl/core/inputs/input_path.h"

#include <gtest/gtest.h>

namespace tsctl {
namespace {

// The arguments of inputs with these names, as text; "" if one of them does not fit.
std::string placed(const std::vector<std::string>& names) {
  NamedArguments arguments;
  for (const std::string& name : names) {
    if (!place_input(arguments, input_path_from_text(name).value(),
                     {.kind = Value::Kind::tensor, .tensor = name}))
      return "";
  }
  std::string text;
  for (const auto& [name, value] : arguments) {
    for (const Leaf& leaf : leaves_of(value, name)) {
      EXPECT_EQ(leaf.name, leaf.value->tensor);
    }
    text += (text.empty() ? "" : " ") + name + '=' + describe_structure(value);
  }
  return text;
}

TEST(InputPath, is_a_parameter_with_steps_into_lists_and_dicts) {
  EXPECT_TRUE(input_path_from_text("x")->steps.empty());
  const InputPath path = input_path_from_text("past[10].key").value();
  EXPECT_EQ(path.parameter, "past");
  ASSERT_EQ(path.steps.size(), 2U);
  EXPECT_EQ(path.steps[0].index, 10U);
  EXPECT_EQ(path.steps[1].key, "key");
  for (const char* text :
       {"", "1x", "[0]", "x[", "x[]", "x[a]", "x[-1]", "x[0", "x.", "x.1", "x..a", "x[0]y",
        "x[99999999999999999999]", "x y", "x[0][0][0][0][0][0][0][0][0]"})
    EXPECT_FALSE(input_path_from_text(text).has_value()) << text;
}

TEST(InputPath, builds_the_arguments) {
  EXPECT_EQ(placed({"x", "y"}), "x=tensor y=tensor");
  EXPECT_EQ(placed({"images[0]", "images[1]"}), "images=list[2]");
  EXPECT_EQ(placed({"past[0][0]", "past[0][1]", "x"}), "past=list[list[2]] x=tensor");
  EXPECT_EQ(placed({"batch.ids", "x", "batch.mask"}),
            "batch=dict{ids: tensor, mask: tensor} x=tensor");
}

TEST(InputPath, refuses_gaps_and_two_forms_of_one_argument) {
  EXPECT_EQ(placed({"x", "x"}), "");
  EXPECT_EQ(placed({"x[1]"}), "");
  EXPECT_EQ(placed({"x[0]", "x[2]"}), "");
  EXPECT_EQ(placed({"x", "x[0]"}), "");
  EXPECT_EQ(placed({"x[0]", "x"}), "");
  EXPECT_EQ(placed({"x[0]", "x.a"}), "");
}

}  // namespace
}  // namespace tsctl
