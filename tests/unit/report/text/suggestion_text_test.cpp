#include "tsctl/report/text/suggestion_text.h"

#include <gtest/gtest.h>

#include "tsctl/report/text/style.h"

namespace tsctl {
namespace {

Suggestion measured(Suggestion suggestion, double low, double high) {
  suggestion.speedup = (low + high) / 2;
  suggestion.speedup_low = low;
  suggestion.speedup_high = high;
  suggestion.gains = low > 1.0;
  return suggestion;
}

TEST(SuggestionsText, prints_the_lines_of_what_gains_and_names_the_others) {
  Suggestion graph = measured(onednn_graph_suggestion(), 1.2, 1.3);
  graph.convert_with = "--no-pack";
  Suggestion missing = static_executor_suggestion();
  missing.reason = "with it the outputs differ";
  EXPECT_EQ(
      plain(suggestions_text({graph, missing, measured(threads_suggestion(1), 0.5, 0.7)})),
      "suggest    onednn-graph=on: 1.25 [1.20, 1.30] times as fast as the file alone; no file "
      "can carry it, and it needs a file made with --no-pack. Set it before the file is "
      "loaded:\n"
      "             C++     #include <torch/csrc/jit/codegen/onednn/interface.h>\n"
      "                     torch::jit::RegisterLlgaFuseGraph::setEnabled(true);\n"
      "             Python  import torch\n"
      "                     torch.jit.enable_onednn_fusion(True)\n"
      "suggest    no other setting makes the file faster: executor=static (with it the outputs "
      "differ), "
      "threads=1 0.60 [0.50, 0.70]\n");
}

TEST(SuggestionsText, says_so_if_nothing_gains) {
  EXPECT_EQ(suggestions_text({}), "");
  EXPECT_EQ(plain(suggestions_text({measured(allocator_suggestion(), 0.98, 1.02)})),
            "suggest    no setting makes the file faster: allocator=keep 1.000 [0.980, 1.020]\n");
  EXPECT_EQ(plain(suggestions_text({threads_suggestion(4)})),
            "suggest    no setting makes the file faster: threads=4 (not timed)\n");
}

TEST(BisectText, names_the_pass_and_the_place) {
  BisectResult bisect{.fault = BisectFault::outputs, .rewrites = 12, .guilty = 5, .timed = true};
  bisect.rewrite = {"fold_conv_batchnorm", "forward", "batch_norm", "features.1"};
  EXPECT_EQ(plain(bisect_text(bisect)),
            "bisect     fold_conv_batchnorm on batch_norm at features.1: rewrite 5 of 12; the "
            "outputs differ from it on. --disable-pass fold_conv_batchnorm leaves it out\n");
  bisect.fault = BisectFault::speed;
  bisect.rewrite = {.pass = "peephole", .method = "encode"};
  EXPECT_EQ(plain(bisect_text(bisect)),
            "bisect     peephole in encode: rewrite 5 of 12; the file is slower from it on. "
            "--disable-pass peephole leaves it out\n");
}

TEST(BisectText, says_that_no_rewrite_is_at_fault) {
  EXPECT_EQ(bisect_text({.rewrites = 12, .timed = true}),
            "bisect     no fault found: with 12 rewrites the outputs are the same, and the file "
            "is not slower\n");
  EXPECT_EQ(bisect_text({.rewrites = 1}),
            "bisect     no fault found: with 1 rewrite the outputs are the same\n");
  EXPECT_EQ(
      bisect_text({.fault = BisectFault::outputs, .rewrites = 12}),
      "bisect     no rewrite causes this: the outputs differ even without any rewrite, when the "
      "model is only frozen\n");
}

}  // namespace
}  // namespace tsctl
