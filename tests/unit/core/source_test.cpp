#include "tsctl/core/source.h"

#include <gtest/gtest.h>

#include "core/error_of.h"
#include "tsctl/core/inputs/input_plan.h"

namespace tsctl {
namespace {

std::string error_of(const std::string& text) {
  return usage_error_of([&] { source_from_text(text); });
}

TEST(LooksLikeSource, is_true_for_what_ends_in_a_name) {
  for (const char* const text : {"net.py:Net", "torchvision.models:resnet18", "./a/b.py:make",
                                 "m:f", "net/x:Net", "timm:vit_base_patch16_224.augreg"}) {
    EXPECT_TRUE(looks_like_source(text)) << text;
  }
}

TEST(LooksLikeSource, is_false_for_model_files) {
  for (const char* const text :
       {"model.pt", "", ":", ":Net", "net.py:", "a:b/model.pt", "out:model.pt", "net.py"}) {
    EXPECT_FALSE(looks_like_source(text)) << text;
  }
}

TEST(Source, reads_a_file_and_a_name) {
  const SourceSpec source = source_from_text("docs/examples/cnn.py:SimpleCNN");
  EXPECT_EQ(source.text, "docs/examples/cnn.py:SimpleCNN");
  EXPECT_EQ(source.file, "docs/examples/cnn.py");
  EXPECT_EQ(source.module, "");
  EXPECT_EQ(source.name, "SimpleCNN");
}

TEST(Source, reads_a_module_and_a_name) {
  const SourceSpec source = source_from_text("torchvision.models:resnet18");
  EXPECT_EQ(source.file, "");
  EXPECT_EQ(source.module, "torchvision.models");
  EXPECT_EQ(source.name, "resnet18");
}

TEST(Source, takes_the_names_that_packages_give_their_models) {
  EXPECT_EQ(source_from_text("timm:vit_base_patch16_224.augreg").name,
            "vit_base_patch16_224.augreg");
  EXPECT_NE(error_of("timm:a/b").find("is not a Python name"), std::string::npos);
}

TEST(Source, takes_the_method_of_a_model) {
  EXPECT_EQ(source_from_text("net.py:Codec.encode").name, "Codec.encode");
  EXPECT_TRUE(looks_like_source("net.py:Codec.encode"));
  EXPECT_TRUE(looks_like_source("package.module:Codec.encode"));
}

TEST(Source, takes_names_with_letters_beyond_ascii) {
  EXPECT_EQ(source_from_text("net.py:Größe").name, "Größe");
  EXPECT_TRUE(looks_like_source("net.py:Größe"));
}

TEST(Source, takes_the_last_colon_of_a_path) {
  EXPECT_EQ(source_from_text("odd:dir/net.py:Net").file, "odd:dir/net.py");
}

TEST(Source, names_the_part_that_is_wrong) {
  const std::string forms = " | write path/to/file.py:Name or package.module:Name";
  EXPECT_EQ(error_of("net.py"),
            "SOURCE 'net.py': it does not say which class or function to take | add its name: "
            "net.py:Name");
  EXPECT_EQ(error_of("net"),
            "SOURCE 'net': it does not say which class or function to take" + forms);
  EXPECT_EQ(error_of("net.py:"), "SOURCE 'net.py:': the name after the colon is missing" + forms);
  EXPECT_EQ(error_of(":Net"),
            "SOURCE ':Net': the file or module before the colon is missing" + forms);
  EXPECT_EQ(error_of("net.py:Net()"),
            "SOURCE 'net.py:Net()': 'Net()' is not a Python name" + forms);
  EXPECT_EQ(error_of("net.py:a..b"), "SOURCE 'net.py:a..b': 'a..b' is not a Python name" + forms);
  EXPECT_EQ(
      error_of("dir/net:Net"),
      "SOURCE 'dir/net:Net': 'dir/net' is neither a .py file nor the dotted name of a module" +
          forms);
  EXPECT_EQ(
      error_of("a..b:Net"),
      "SOURCE 'a..b:Net': 'a..b' is neither a .py file nor the dotted name of a module" + forms);
}

TEST(InputPlan, is_given_by_specs_or_by_a_file) {
  EXPECT_FALSE(InputPlan{}.given());
  InputPlan specs;
  specs.specs = {"1x3"};
  EXPECT_TRUE(specs.given());
  InputPlan file;
  file.file = "data.npz";
  EXPECT_TRUE(file.given());
}

}  // namespace
}  // namespace tsctl
