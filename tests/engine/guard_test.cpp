#include "tsctl/engine/guard.h"

#include <gtest/gtest.h>
#include <torch/script.h>

#include <new>

#include "support.h"

namespace tsctl {
namespace {

TEST(guard, keeps_the_interpreters_words_and_the_last_place) {
  const TorchFailure failure = failure_from_text(
      "The following operation failed in the TorchScript interpreter.\n"
      "Traceback of TorchScript, serialized code (most recent call last):\n"
      "  File \"code/__torch__/net.py\", line 9, in forward\n"
      "    return torch.linear(x, weight, bias)\n"
      "           ~~~~~~~~~~~~ <--- HERE\n"
      "\n"
      "Traceback of TorchScript, original code (most recent call last):\n"
      "  File \"/home/me/net.py\", line 5, in forward\n"
      "    return self.fc(x)\n"
      "           ~~~~~~~ <--- HERE\n"
      "RuntimeError: mat1 and mat2 shapes cannot be multiplied (1x3 and 4x2)\n");
  EXPECT_EQ(
      failure.reason,
      "mat1 and mat2 shapes cannot be multiplied (1x3 and 4x2) (/home/me/net.py:5, in forward)");
  EXPECT_NE(failure.detail.find("self.fc(x)"), std::string::npos);
  EXPECT_FALSE(failure.out_of_memory);
}

TEST(guard, says_which_device_a_file_is_tied_to) {
  const TorchFailure failure = failure_from_text(
      "The following operation failed in the TorchScript interpreter.\n"
      "Traceback of TorchScript, original code (most recent call last):\n"
      "  File \"/home/me/net.py\", line 7, in forward\n"
      "    return x + torch.zeros(2, device=\"cuda:0\")\n"
      "               ~~~~~~~~~~~ <--- HERE\n"
      "RuntimeError: Could not run 'aten::empty.memory_format' with arguments from the 'CUDA' "
      "backend. This could be "
      "because the operator doesn't exist for this backend.\n"
      "\n"
      "CPU: registered at /build/RegisterCPU.cpp:2413 [kernel]\n"
      "PythonDispatcher: registered at /build/PythonFallbackKernel.cpp:196 [backend fallback]\n");
  EXPECT_EQ(failure.reason,
            "it is tied to cuda, which an operation in it names (/home/me/net.py:7, in forward)");
  EXPECT_EQ(failure.detail.find("registered at"), std::string::npos);
  EXPECT_NE(failure.detail.find("aten::empty.memory_format"), std::string::npos);
}

TEST(guard, names_the_users_line_in_a_traced_model) {
  const TorchFailure failure = failure_from_text(
      "The following operation failed in the TorchScript interpreter.\n"
      "Traceback of TorchScript, serialized code (most recent call last):\n"
      "  File \"code/__torch__.py\", line 27, in forward\n"
      "    input = torch._convolution(x, weight)\n"
      "            ~~~~~~~~~~~~~~~~~~ <--- HERE\n"
      "    return input\n"
      "class ModuleList(Module):\n"
      "\n"
      "Traceback of TorchScript, original code (most recent call last):\n"
      "/venv/site-packages/torch/nn/modules/conv.py(565): forward\n"
      "/home/me/net.py(17): forward\n"
      "/venv/site-packages/torch/jit/_trace.py(1022): trace\n"
      "RuntimeError: Given groups=1, expected 3 channels\n");
  EXPECT_EQ(failure.reason, "Given groups=1, expected 3 channels (/home/me/net.py:17, in forward)");
}

TEST(guard, names_no_line_of_a_packed_layer) {
  const TorchFailure failure = failure_from_text(
      "The following operation failed in the TorchScript interpreter.\n"
      "Traceback of TorchScript, original code (most recent call last):\n"
      "  File \"\", line 25, in convolved\n"
      "    return torch.conv2d(x, self.weight, self.bias)\n"
      "           ~~~~~~~~~~~~ <--- HERE\n"
      "RuntimeError: expected 3 channels\n");
  EXPECT_EQ(failure.reason, "expected 3 channels");
}

TEST(guard, keeps_the_name_of_an_exception_that_the_model_raised) {
  const TorchFailure failure = failure_from_text(
      "Traceback of TorchScript, original code (most recent call last):\n"
      "  File \"net.py\", line 7, in f\n"
      "    raise ValueError(\"no pairs\")\n"
      "    ~~~~~~~~~~~~~~~~~~~~~~~~~~~~ <--- HERE\n"
      "return x\n"
      "builtins.ValueError: no pairs\n");
  EXPECT_EQ(failure.reason, "ValueError: no pairs (net.py:7, in f)");
}

TEST(guard, leaves_out_the_stack_frames_of_cpp) {
  const TorchFailure failure = failure_from_text(
      "open file failed.\nException raised from fail at x.cc:1 (most …\nframe #0");
  EXPECT_EQ(failure.reason, "open file failed");
  EXPECT_EQ(failure.detail, "");
}

TEST(guard, says_where_the_compiler_stopped) {
  const TorchFailure failure = failure_from_text(
      "\nUnknown builtin op: my::op.\nCould not find any similar ops to my::op.\n:\n  File "
      "\"net.py\", line 3\n    x\n"
      "    ~ <--- HERE\n");
  EXPECT_EQ(failure.reason, "Unknown builtin op: my::op (net.py:3)");
}

TEST(guard, turns_every_exception_into_an_error_of_its_kind) {
  const auto fail = [] { TORCH_CHECK(false, "no such thing"); };
  const Error error =
      test::error_of([&] { guarded(ErrorKind::input, "reading 'a.pt'", fail, "try b.pt"); });
  EXPECT_EQ(error.kind(), ErrorKind::input);
  EXPECT_STREQ(error.what(), "reading 'a.pt': no such thing");
  EXPECT_EQ(error.hint(), "try b.pt");
}

TEST(guard, lets_an_error_of_ours_pass) {
  const auto fail = [] { throw Error(ErrorKind::usage, "wrong"); };
  const Error error = test::error_of([&] { guarded(ErrorKind::input, "reading", fail); });
  EXPECT_EQ(error.kind(), ErrorKind::usage);
  EXPECT_STREQ(error.what(), "wrong");
}

TEST(guard, calls_missing_memory_a_failed_execution) {
  const auto fail = [] { throw std::bad_alloc(); };
  const Error error = test::error_of([&] { guarded(ErrorKind::input, "loading", fail); });
  EXPECT_EQ(error.kind(), ErrorKind::execution);
  EXPECT_STREQ(error.what(), "loading: out of memory");
}

TEST(guard, cleans_what_a_running_module_throws) {
  torch::jit::Module module =
      test::module_from("def forward(self, x):\n  return torch.matmul(x, torch.ones([4, 2]))\n");
  const Error error = test::error_of([&] {
    guarded(ErrorKind::execution, "running", [&] { module.forward({torch::ones({1, 3})}); });
  });
  EXPECT_EQ(std::string(error.what()).find("running: "), 0U);
  EXPECT_NE(
      std::string(error.what()).find("mat1 and mat2 shapes cannot be multiplied (1x3 and 4x2)"),
      std::string::npos);
  EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
}

}  // namespace
}  // namespace tsctl
