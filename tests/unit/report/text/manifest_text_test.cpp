#include "tsctl/report/text/manifest_text.h"

#include <gtest/gtest.h>

#include "tsctl/core/manifest.h"
#include "tsctl/report/json/json.h"

namespace tsctl {
namespace {

TEST(ManifestText, shows_where_a_file_comes_from_and_what_was_verified) {
  Manifest manifest{.source = "net.py:Net", .kwargs_json = R"({"hidden": 8})"};
  manifest.weights = "net.safetensors";
  manifest.capture_mode = CaptureMethod::trace;
  manifest.inputs = {.specs = {"ids:BxT:int64@0..4999", "mask:BxT"},
                     .dims = {"B=1,4", "T=8,16"},
                     .bench_dims = "B=4",
                     .seed = 3};
  manifest.output_names = {"out"};
  manifest.checked_sets = {"B=1 T=8", "B=4 T=16"};
  manifest.generality = {
      {.input = "ids", .axis = 0, .dim = "B", .status = SizeStatus::general},
      {.input = "mask", .axis = 0, .dim = "B", .status = SizeStatus::general},
      {.input = "mask", .axis = 1, .captured_with = 8, .status = SizeStatus::fixed}};
  manifest.not_checked = {"ids axis 1"};
  manifest.steps = {{.command = "trace", .tsctl_version = "0.1.0", .torch_version = "2.15.0"},
                    {.command = "optimize",
                     .tsctl_version = "0.1.0",
                     .torch_version = "2.15.0",
                     .passes = {"freeze_constants", "peephole"},
                     .preserved = {"encode"},
                     .keeps_heap = true}};
  EXPECT_EQ(manifest_text(json_text(manifest)),
            "\nstored by tsctl\n"
            "  source        net.py:Net with --kwargs {\"hidden\": 8}, captured by trace\n"
            "  weights       net.safetensors\n"
            "  inputs        ids:BxT:int64@0..4999, mask:BxT\n"
            "  dimensions    B=1,4, T=8,16, timed at B=4\n"
            "  outputs       out\n"
            "  verified on   2 input sets: B=1 T=8; B=4 T=16\n"
            "  general in    B\n"
            "  fixed         mask axis 1 at 8\n"
            "  not checked   ids axis 1\n"
            "  steps         trace (tsctl 0.1.0, torch 2.15.0)\n"
            "                optimize (tsctl 0.1.0, torch 2.15.0): freeze_constants, peephole; "
            "preserved encode; makes glibc keep freed memory\n");
}

TEST(ManifestText, leaves_out_what_a_manifest_does_not_have) {
  Manifest manifest{.source = "net.py:Net"};
  manifest.inputs = {.specs = {"1x4"}};
  manifest.checked_sets = {""};
  EXPECT_EQ(manifest_text(json_text(manifest)),
            "\nstored by tsctl\n"
            "  source        net.py:Net\n"
            "  weights       made by the model itself, seed 0\n"
            "  inputs        1x4\n"
            "  verified on   the one input set\n");
  EXPECT_EQ(manifest_text(""), "");
}

TEST(ManifestText, says_that_a_text_is_no_manifest) {
  EXPECT_TRUE(
      manifest_text("[]").starts_with("\nstored by tsctl\n  the manifest cannot be read: "));
}

}  // namespace
}  // namespace tsctl
