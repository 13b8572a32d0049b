#include "options/arm_spec.h"

#include <gtest/gtest.h>

#include "tools/errors.h"
#include "tsctl/core/arm_settings.h"

namespace tsctl {
namespace {

TEST(ArmSpec, takes_its_label_from_the_file) {
  const ArmSpec arm =
      arm_spec_from_text("models/old.pt", {.threads = 3, .executor = Executor::unoptimized});
  EXPECT_EQ(arm.text, "models/old.pt");
  EXPECT_EQ(arm.label, "old.pt");
  EXPECT_EQ(arm.subject, "models/old.pt");
  EXPECT_EQ(arm.settings.threads, 3);
  EXPECT_EQ(arm.settings.executor, Executor::unoptimized);
  EXPECT_FALSE(arm.executor_given);
}

TEST(ArmSpec, has_a_label_and_settings) {
  const ArmSpec arm = arm_spec_from_text("fast-1=new.pt,threads=2,executor=static");
  EXPECT_EQ(arm.label, "fast-1");
  EXPECT_EQ(arm.subject, "new.pt");
  EXPECT_EQ(arm.settings.threads, 2);
  EXPECT_EQ(arm.settings.executor, Executor::fixed);
  EXPECT_TRUE(arm.executor_given);
  EXPECT_EQ(arm_spec_from_text("a.pt,executor=default").settings.executor, Executor::standard);
  EXPECT_EQ(arm_spec_from_text("a.pt,executor=unoptimized").settings.executor,
            Executor::unoptimized);
}

TEST(ArmSpec, is_told_from_others_of_its_file_by_its_settings) {
  const ArmSpec arm = arm_spec_from_text("models/old.pt,threads=1,onednn-graph=on");
  EXPECT_EQ(arm.label, "old.pt,threads=1,onednn-graph=on");
  EXPECT_EQ(arm.settings_text, ",threads=1,onednn-graph=on");
  EXPECT_EQ(arm_spec_from_text("new=models/old.pt,threads=1").label, "new");
  EXPECT_EQ(arm_spec_from_text("models/old.pt").settings_text, "");
}

TEST(ArmSpec, has_settings_that_no_file_can_carry) {
  const ArmSpec arm =
      arm_spec_from_text("a.pt,onednn-graph=on,fusion=off,precision=bf16,runtime=openvino");
  EXPECT_TRUE(arm.settings.tuning.onednn_graph);
  EXPECT_EQ(arm.settings.tuning.fusion, Fusion::off);
  EXPECT_EQ(arm.settings.tuning.precision, Precision::bf16);
  EXPECT_EQ(arm.settings.runtime, "openvino");
  EXPECT_FALSE(arm_spec_from_text("a.pt,onednn-graph=off").settings.tuning.onednn_graph);
  EXPECT_EQ(error_of([] { arm_spec_from_text("a.pt,runtime=tvm"); }),
            "usage: the arm 'a.pt,runtime=tvm': there is no runtime 'tvm' | runtimes are "
            "onnxruntime and openvino");
}

TEST(ArmSpec, takes_a_source) {
  const ArmSpec arm = arm_spec_from_text("eager=dir/net.py:Net,threads=1");
  EXPECT_EQ(arm.label, "eager");
  EXPECT_EQ(arm.subject, "dir/net.py:Net");
  EXPECT_EQ(arm_spec_from_text("dir/net.py:Net").label, "net.py:Net");
}

TEST(ArmSpec, may_replay_a_cuda_graph) {
  EXPECT_TRUE(arm_spec_from_text("a.pt,cuda-graph=on").settings.tuning.cuda_graph);
  EXPECT_FALSE(arm_spec_from_text("a.pt,cuda-graph=off").settings.tuning.cuda_graph);
  EXPECT_FALSE(arm_spec_from_text("a.pt").settings.tuning.cuda_graph);
  EXPECT_EQ(error_of([] { arm_spec_from_text("a.pt,cuda-graph=yes"); }),
            "usage: the arm 'a.pt,cuda-graph=yes': cuda-graph is on or off, not 'yes' | write "
            "cuda-graph=on");
}

TEST(ArmSpec, takes_an_equals_sign_in_a_path_for_what_it_is) {
  const ArmSpec arm = arm_spec_from_text("runs/lr=0.1.pt");
  EXPECT_EQ(arm.subject, "runs/lr=0.1.pt");
  EXPECT_EQ(arm.label, "lr=0.1.pt");
}

TEST(ArmSpec, names_the_part_at_fault) {
  EXPECT_EQ(error_of([] { arm_spec_from_text("a="); }),
            "usage: the arm 'a=' names no file or SOURCE | write [LABEL=]FILE[,threads=N]");
  EXPECT_EQ(error_of([] { arm_spec_from_text(""); }),
            "usage: the arm '' names no file or SOURCE | write [LABEL=]FILE[,threads=N]");
  EXPECT_EQ(error_of([] { arm_spec_from_text("a.pt,fast"); }),
            "usage: the arm 'a.pt,fast': 'fast' is not key=value | settings are threads=N, "
            "executor=NAME, compile=on, runtime=NAME, onednn-graph=on, fusion=on, "
            "precision=bf16 and cuda-graph=on");
  EXPECT_EQ(error_of([] { arm_spec_from_text("a.pt,thread=2"); }),
            "usage: the arm 'a.pt,thread=2': there is no setting 'thread' | did you mean threads?");
  EXPECT_EQ(error_of([] { arm_spec_from_text("a.pt,speed=2"); }),
            "usage: the arm 'a.pt,speed=2': there is no setting 'speed' | settings are threads=N, "
            "executor=NAME, compile=on, runtime=NAME, onednn-graph=on, fusion=on, "
            "precision=bf16 and cuda-graph=on");
  EXPECT_EQ(error_of([] { arm_spec_from_text("a.pt,executor=fast"); }),
            "usage: the arm 'a.pt,executor=fast': there is no executor 'fast' | executors are "
            "default, static and "
            "unoptimized");
  for (const std::string value : {"0", "-1", "two", "2x", "", "99999999999"}) {
    EXPECT_EQ(error_of([&] { arm_spec_from_text("a.pt,threads=" + value); }),
              "usage: the arm 'a.pt,threads=" + value + "': '" + value +
                  "' is not a number of threads from 1 to 4096 | write threads=1");
  }
}

}  // namespace
}  // namespace tsctl
