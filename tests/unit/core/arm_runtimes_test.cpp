#include "tsctl/core/arm_runtimes.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace tsctl {
namespace {

TEST(ArmRuntimes, follow_from_the_model_and_the_settings) {
  EXPECT_EQ(arm_runtime(ModelForm::file, {}).name(), "file");
  EXPECT_EQ(arm_runtime(ModelForm::package, {}).name(), "aotinductor");
  EXPECT_EQ(arm_runtime(ModelForm::source, {}).name(), "eager");
  EXPECT_EQ(arm_runtime(ModelForm::source, {.compile = true}).name(), "compile");
  EXPECT_EQ(arm_runtime(ModelForm::file, {.runtime = "openvino"}).name(), "openvino");
  EXPECT_EQ(arm_runtime(ModelForm::source, {.runtime = "onnxruntime"}).name(), "onnxruntime");
  EXPECT_THROW(arm_runtime(ModelForm::file, {.runtime = "tvm"}), std::logic_error);
}

TEST(ArmRuntimes, are_chosen_by_name_where_they_run_an_export) {
  EXPECT_TRUE(is_exported_runtime("openvino"));
  EXPECT_FALSE(is_exported_runtime("eager"));
  EXPECT_FALSE(is_exported_runtime("tvm"));
  EXPECT_EQ(exported_runtimes(", ", " and "), "onnxruntime and openvino");
}

}  // namespace
}  // namespace tsctl
