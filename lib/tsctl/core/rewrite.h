#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tsctl/core/base/enum_names.h"
#include "tsctl/core/base/field.h"
#include "tsctl/core/base/warning.h"

namespace tsctl {

// freeze makes constants and removes what only training needs, bit-exact; optimize freezes first when
// needed and then runs the passes that may change numbers.
enum class RewriteGoal { freeze, optimize };

constexpr auto names_of(RewriteGoal) {
  using enum RewriteGoal;
  return std::to_array<Named<RewriteGoal>>({{freeze, "freeze"}, {optimize, "optimize"}});
}

// How packed layers choose their kernels: at each load, as measured when the file is written, or all of one library.
enum class KernelChoice { automatic, fixed, mkl, onednn };

constexpr auto names_of(KernelChoice) {
  using enum KernelChoice;
  return std::to_array<Named<KernelChoice>>(
      {{automatic, "auto"}, {fixed, "fixed"}, {mkl, "mkl"}, {onednn, "onednn"}});
}

struct RewriteRequest {
  RewriteGoal goal = RewriteGoal::freeze;
  std::string model_path = {};
  std::string output_path = {};
  std::vector<std::string> preserve = {};  // methods and attributes besides forward
  std::vector<std::string> disabled_passes = {};
  std::vector<std::string> print_ir_before = {};  // passes
  std::vector<std::string> print_ir_after = {};
  // Calls to run if a pass needs recorded shapes; empty if the inputs are not known.
  std::string inputs_tensors = {};
  KernelChoice kernels = KernelChoice::automatic;
  bool check_speed = false;  // leave optimizations out that make the file slower
  bool time_result = false;  // compare the speed with the input file's, and leave nothing out
  // The places that the passes may rewrite, counted over all of them; nothing: all. For --bisect.
  std::optional<std::int64_t> rewrite_limit = {};
  // Whether loading the result makes glibc keep freed memory; nothing: as loading the input file does.
  std::optional<bool> keep_heap = {};
  std::string device = "cpu";
  int threads = 1;
};

template <typename Visitor>
void visit_fields(Visitor& visit, RewriteRequest& value) {
  visit("goal", value.goal);
  visit("model_path", value.model_path);
  visit("output_path", value.output_path);
  visit("preserve", value.preserve);
  visit("disabled_passes", value.disabled_passes);
  visit("print_ir_before", value.print_ir_before);
  visit("print_ir_after", value.print_ir_after);
  visit("inputs_tensors", value.inputs_tensors);
  visit("kernels", value.kernels);
  visit("check_speed", value.check_speed);
  visit("time_result", value.time_result);
  visit("rewrite_limit", value.rewrite_limit);
  visit("keep_heap", value.keep_heap);
  visit("device", value.device);
  visit("threads", value.threads);
}

// A place that a pass matched and did not rewrite.
struct PassSkip {
  std::string operation = {};
  std::string place = {};
  std::string reason = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, PassSkip& value) {
  visit("operation", value.operation, "The operator, without its namespace: batch_norm");
  visit("place", value.place, "The module path, as in changes: features.1");
  visit("reason", value.reason, "Why the pass did not rewrite it");
}

enum class PassStatus { changed, unchanged, disabled };

constexpr auto names_of(PassStatus) {
  using enum PassStatus;
  return std::to_array<Named<PassStatus>>(
      {{changed, "changed"}, {unchanged, "unchanged"}, {disabled, "disabled"}});
}

// What one pass did to one method.
struct PassRecord {
  std::string pass = {};
  std::string method = {};
  PassStatus status = PassStatus::unchanged;
  std::int64_t nodes_before = 0;
  std::int64_t nodes_after = 0;
  std::vector<std::string> changes = {};
  double seconds = 0.0;
  std::int64_t matched = 0;  // places that fit its pattern: rewritten and skipped ones
  std::int64_t rewritten = 0;
  std::vector<PassSkip> skipped = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, PassRecord& value) {
  visit("pass", value.pass, "The name of the pass");
  visit("method", value.method, "The method that it rewrote");
  visit("status", value.status, "What the pass did");
  visit("nodes_before", value.nodes_before, "Nodes in the method's graph before the pass");
  visit("nodes_after", value.nodes_after, "Nodes after it");
  visit("changes", value.changes,
        "What changed, one sentence each: folded batch_norm into conv2d at features.1");
  visit("seconds", value.seconds, "Seconds that the pass took");
  visit("matched", value.matched,
        "Places that fit the pattern of the pass: rewritten plus the entries of skipped");
  visit("rewritten", value.rewritten, "Places that it rewrote");
  visit("skipped", value.skipped, "Places that it did not change, with the reason");
}

// A layer that packs its weights when the file is loaded.
struct PackedLayer {
  std::string method = {};
  std::string place = {};
  std::string operation = {};
  std::string sizes = {};
  std::vector<std::string> kernels = {};
  std::string kernel = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, PackedLayer& value) {
  visit("method", value.method, "The method that calls the layer");
  visit("place", value.place, "The module path: features.1");
  visit("operation", value.operation,
        "linear or conv2d, with what was fused into it: conv2d + add + relu");
  visit("sizes", value.sizes, "The input's sizes and the weight's: 1x64x56x56, 64x64x3x3");
  visit("kernels", value.kernels, "The kernels that the layer can choose when the file is loaded");
  visit("kernel", value.kernel, "The kernel that it chose on this host when the file was written");
}

// A place that a pass rewrote. A pass that hands its work to LibTorch as a whole has no operation and no place.
struct Rewrite {
  std::string pass = {};
  std::string method = {};
  std::string operation = {};
  std::string place = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, Rewrite& value) {
  visit("pass", value.pass, "The pass");
  visit("method", value.method, "The method that it rewrote");
  visit("operation", value.operation,
        "The operator that it rewrote; empty for a pass that LibTorch runs as a whole");
  visit("place", value.place, "The module path or source line: features.1");
}

struct RewriteResult {
  std::vector<PackedLayer> packed_layers = {};
  std::vector<PassRecord> passes = {};
  std::vector<std::string> methods = {};  // of the written file
  bool was_frozen = false;                // the input already was
  std::int64_t constants_bytes = 0;
  bool keeps_heap = false;    // loading the written file makes glibc keep freed memory
  std::int64_t rewrites = 0;  // that the passes wanted to make
  Rewrite last_rewrite = {};  // that was allowed
  bool is_slower = false;     // with time_result
  std::vector<Warning> warnings = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, RewriteResult& value) {
  visit("packed_layers", value.packed_layers);
  visit("passes", value.passes);
  visit("methods", value.methods);
  visit("was_frozen", value.was_frozen);
  visit("constants_bytes", value.constants_bytes);
  visit("keeps_heap", value.keeps_heap);
  visit("rewrites", value.rewrites);
  visit("last_rewrite", value.last_rewrite);
  visit("is_slower", value.is_slower);
  visit("warnings", value.warnings);
}

}  // namespace tsctl
