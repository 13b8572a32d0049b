#include <gtest/gtest.h>

#include <algorithm>

#include "support.h"
#include "tsctl/core/bench.h"
#include "tsctl/core/profile_recording.h"
#include "tsctl/engine/arm.h"

namespace tsctl {
namespace {

class Profiling : public testing::Test {
 protected:
  std::unique_ptr<Arm> open(const torch::jit::Module& module, const at::Tensor& input,
                            bool debug_files = true) {
    test::Calls calls;
    calls.add("", {input}).write(dir_.file("in.safetensors"));
    module.save(dir_.file("model.pt"));
    return open_file_arm({.label = "arm",
                          .model_path = dir_.file("model.pt"),
                          .inputs_tensors = dir_.file("in.safetensors"),
                          .debug_files = debug_files},
                         events_);
  }

  ProfileRecording profile(const torch::jit::Module& module, const at::Tensor& input,
                           bool debug_files = true) {
    const auto arm = open(module, input, debug_files);
    arm->time_calls(5, 0);
    return arm->profile({.calls = 12});
  }

  static const ProfileLine& line_of(const std::vector<ProfileLine>& lines,
                                    const std::string& name) {
    const auto found =
        std::ranges::find_if(lines, [&](const ProfileLine& line) { return line.name == name; });
    if (found != lines.end()) return *found;
    ADD_FAILURE() << "there is no line for " << name;
    static const ProfileLine kNone{};
    return kNone;
  }

  static double total_share(const std::vector<ProfileLine>& lines) {
    double total = 0.0;
    for (const ProfileLine& line : lines) total += line.share;
    return total;
  }

  test::TempDir dir_ = {};
  test::SilentEvents events_ = {};
};

TEST_F(Profiling, reports_operators_modules_and_their_shares) {
  const ProfileResult result = profile(test::small_network(), torch::ones({1, 2, 8, 8})).result;
  EXPECT_EQ(result.calls, 12);
  EXPECT_GT(*result.call_s, 0.0);
  EXPECT_GT(*result.unrecorded_call_s, 0.0);
  EXPECT_EQ(line_of(result.modules, "features.0").count % 12, 0);
  EXPECT_GT(line_of(result.modules, "classifier").self_s, 0.0);
  EXPECT_GT(*result.accounted, 0.0);
  EXPECT_LE(*result.accounted, 1.0);
  EXPECT_NEAR(total_share(result.operators), *result.accounted, 1e-9);
  EXPECT_NEAR(total_share(result.modules), *result.accounted, 1e-9);
  for (std::size_t i = 1; i < result.operators.size(); ++i)
    EXPECT_GE(result.operators[i - 1].self_s, result.operators[i].self_s);
}

TEST_F(Profiling, sees_what_bypasses_the_dispatcher_and_counts_every_turn_of_a_loop) {
  const auto module = test::module_from(R"(
def forward(self, x):
  kept = [x]
  for i in range(x.size(0)):
    if bool(x.sum() > i):
      x = torch.sigmoid(x)
    kept.append(x)
  return torch.stack(kept)
)");
  const ProfileRecording recording = profile(module, torch::ones({4}));
  const std::vector<ProfileLine>& operators = recording.result.operators;
  // The executor peels a loop into two.
  EXPECT_GE(line_of(operators, "prim::Loop").count, 12);
  EXPECT_EQ(line_of(operators, "prim::If").count, 4 * 12);
  EXPECT_EQ(line_of(operators, "aten::append").count, 4 * 12);
  EXPECT_EQ(line_of(operators, "prim::ListConstruct").count, 12);
  EXPECT_EQ(line_of(operators, "aten::stack").count, 12);
}

TEST_F(Profiling, keeps_executions_within_their_call_for_a_trace) {
  const std::vector<ProfileSpan> spans =
      profile(test::small_network(), torch::ones({1, 2, 8, 8})).spans;
  ASSERT_GT(spans.size(), 20U);
  EXPECT_EQ(spans[0].name, "call 1");
  EXPECT_EQ(spans[9].name, "call 10");
  for (std::size_t i = 10; i < spans.size(); ++i) {
    const ProfileSpan& span = spans[i];
    const bool within =
        std::any_of(spans.begin(), spans.begin() + 10, [&](const ProfileSpan& call) {
          return span.start_s >= call.start_s &&
                 span.start_s + span.duration_s <= call.start_s + call.duration_s + 1e-9;
        });
    EXPECT_TRUE(within) << span.name;
  }
}

TEST_F(Profiling, says_what_a_file_does_not_keep) {
  const auto module = test::module_from("def forward(self, x):\n  return torch.tanh(x) + 1\n");
  const ProfileResult result = profile(module, torch::ones({4}), false).result;
  EXPECT_TRUE(result.modules.empty());
  EXPECT_TRUE(result.lines.empty());
  EXPECT_NE(result.reason.find("submodules are unknown"), std::string::npos);
  EXPECT_NE(result.reason.find("no source lines"), std::string::npos);
}

TEST_F(Profiling, runs_the_graph_that_the_executor_runs) {
  // The executor takes the constant branch, so that the other one's operator cannot show.
  const auto module = test::module_from(R"(
def forward(self, x):
  if 1 < 2:
    return torch.tanh(x)
  return torch.sigmoid(x)
)");
  const std::vector<ProfileLine> operators = profile(module, torch::ones({4})).result.operators;
  EXPECT_EQ(line_of(operators, "aten::tanh").count, 12);
  EXPECT_TRUE(std::ranges::none_of(operators, [](const ProfileLine& line) {
    return line.name == "prim::If" || line.name == "aten::sigmoid";
  }));
}

TEST_F(Profiling, passes_on_what_the_model_raises) {
  const auto module = test::module_from(R"(
def forward(self, x):
  assert x.size(0) == 5, 'not five'
  return x
)");
  const auto arm = open(module, torch::ones({4}));
  const Error error = test::error_of([&] { arm->profile({.calls = 1}); });
  EXPECT_EQ(error.kind(), ErrorKind::execution);
  EXPECT_NE(std::string(error.what()).find("not five"), std::string::npos);
}

TEST_F(Profiling, reports_how_the_file_was_opened) {
  const ArmOpening opening = open(test::small_network(), torch::ones({1, 2, 8, 8}))->opening();
  EXPECT_GT(opening.read_s.value_or(0.0), 0.0);
  EXPECT_GT(opening.deserialize_s.value_or(0.0), 0.0);
  EXPECT_TRUE(opening.libraries_s.has_value());
  EXPECT_FALSE(opening.move_s.has_value());
  EXPECT_GT(opening.libraries_bytes.value_or(0), 1 << 20);
  EXPECT_GE(opening.loaded_bytes.value_or(0), *opening.libraries_bytes);
}

}  // namespace
}  // namespace tsctl
