#include "tsctl/engine/load.h"

#include <gtest/gtest.h>
#include <torch/version.h>

#include <fstream>

#include "support.h"
#include "tsctl/engine/device.h"

namespace tsctl {
namespace {

using test::error_of;

TEST(load, reports_the_version_of_the_library) {
  EXPECT_EQ(libtorch_version().find(TORCH_VERSION), 0U);
}

TEST(load, refuses_a_file_that_is_not_torchscript) {
  const test::TempDir dir;
  std::ofstream(dir.file("notes.pt")) << "just a few words\n";
  const Error error = error_of([&] { load_module(dir.file("notes.pt"), c10::kCPU); });
  EXPECT_EQ(error.kind(), ErrorKind::input);
  EXPECT_NE(std::string(error.what()).find(dir.file("notes.pt")), std::string::npos);
}

TEST(load, refuses_a_file_with_a_wrong_checksum) {
  const test::TempDir dir;
  const std::string path = dir.file("a.pt");
  torch::jit::Module module("M");
  module.register_parameter("weight", torch::full({4096}, 1.5), false);
  module.define("def forward(self, x):\n  return x + self.weight\n");
  module.save(path);
  {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(file)),
                            std::istreambuf_iterator<char>());
    const std::string run_of_weights("\0\0\xc0\x3f\0\0\xc0\x3f", 8);
    const auto found = bytes.find(run_of_weights);
    ASSERT_NE(found, std::string::npos);
    file.seekp(static_cast<std::streamoff>(found + 400));
    file.put('\x11');
  }
  EXPECT_EQ(error_of([&] { load_module(path, c10::kCPU); }).kind(), ErrorKind::input);
  EXPECT_NO_THROW(load_module(path, c10::kCPU, {.check_crc = false}));
}

TEST(load, names_the_operator_that_is_missing) {
  const test::TempDir dir;
  const std::string path = dir.file("custom.pt");
  {
    // There only while the file is made.
    const auto library = torch::RegisterOperators("tsctl_test::twice(Tensor x) -> Tensor",
                                                  [](const at::Tensor& x) { return x * 2; });
    auto graph = std::make_shared<torch::jit::Graph>();
    torch::jit::Module module("Custom");
    graph->addInput("self")->setType(module.type());
    torch::jit::Value* x = graph->addInput("x");
    graph->registerOutput(graph->insert(c10::Symbol::fromQualString("tsctl_test::twice"), {x}));
    module.type()->addMethod(module._ivalue()->compilation_unit()->create_function(
        c10::QualifiedName(*module.type()->name(), "forward"), graph));
    module.save(path);
  }
  const Error error = error_of([&] { load_module(path, c10::kCPU); });
  EXPECT_EQ(error.kind(), ErrorKind::input);
  EXPECT_EQ(std::string(error.what()),
            "'" + path + "' cannot be loaded by LibTorch " + libtorch_version() +
                ": it uses the operator tsctl_test::twice, which this LibTorch does not have");
  EXPECT_NE(error.hint().find("tsctl_test::"), std::string::npos);
}

TEST(load, names_the_methods_when_one_is_missing) {
  const torch::jit::Module module = test::small_network();
  const Error error = error_of([&] { find_method(module, "decode"); });
  EXPECT_EQ(error.kind(), ErrorKind::usage);
  EXPECT_STREQ(error.what(), "the model has no method 'decode'");
  EXPECT_EQ(error.hint(), "its methods: encode, forward");
}

TEST(load, leaves_train_mode_and_says_whether_it_mattered) {
  torch::jit::Module network = test::small_network();
  EXPECT_FALSE(is_frozen(network));
  EXPECT_FALSE(leave_training(network));
  network.attr("features").toModule().attr("1").toModule().setattr("training", true);
  EXPECT_TRUE(leave_training(network));
  EXPECT_FALSE(leave_training(network));

  torch::jit::Module trace("Trace");  // nothing in it asks for the mode
  trace.register_attribute("training", c10::BoolType::get(), true);
  trace.define("def forward(self, x):\n  return x + 1\n");
  EXPECT_FALSE(leave_training(trace));
  EXPECT_FALSE(trace.is_training());
}

TEST(device, opens_the_cpu) { EXPECT_TRUE(open_device("cpu").is_cpu()); }

TEST(device, refuses_other_words) {
  for (const char* text : {"gpu", "cuda:", "cuda:x", "cuda:-1", "cuda:9999", "cpu:1", ""}) {
    EXPECT_EQ(error_of([&] { open_device(text); }).kind(), ErrorKind::usage) << text;
  }
}

TEST(device, says_when_there_is_no_such_cuda_device) {
  // No machine has a device of this number, so this holds with a GPU as well as without.
  const Error error = error_of([] { open_device("cuda:100"); });
  EXPECT_EQ(error.kind(), ErrorKind::environment);
  EXPECT_EQ(std::string(error.what()).find("--device cuda:100: "), 0U);
  EXPECT_FALSE(error.hint().empty());
}

}  // namespace
}  // namespace tsctl
