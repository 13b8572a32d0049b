#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tsctl/core/bench.h"
#include "tsctl/core/capture.h"
#include "tsctl/core/doctor.h"
#include "tsctl/core/graph.h"
#include "tsctl/core/rewrite.h"
#include "tsctl/core/source.h"
#include "tsctl/core/verify.h"
#include "tsctl/core/warning.h"

namespace tsctl {

// The member names of these structs are the keys of the report: added to, never renamed.

struct ToolInfo {
  std::string name = "tsctl";
  std::string version = {};
  std::string built_for_torch = {};
};

struct ErrorInfo {
  std::string kind = {};  // as of name_from_kind, or "internal"
  std::string phase = {};  // the step that failed: "capture", "freeze", …; "usage" before the first
  std::string message = {};
  std::string hint = {};
  std::string detail = {};
};

// A device as its driver tells of it; null and empty where it does not.
struct GpuInfo {
  std::string name = {};
  std::string driver = {};
  std::optional<double> clock_mhz = {};  // of the streaming multiprocessors
  std::optional<double> clock_max_mhz = {};
  std::optional<double> memory_clock_mhz = {};
  std::optional<double> temperature_c = {};
  std::optional<std::int64_t> memory_total_bytes = {};
};

// The machine as far as it can be read without LibTorch; an empty string is "unavailable".
struct Environment {
  std::string os = {};
  std::string kernel = {};
  std::string cpu = {};
  std::vector<std::string> cpu_features = {};  // those that LibTorch's kernels choose by
  int cores_visible = 0;
  int cores_affinity = 0;
  std::optional<double> cores_quota = {};  // of the control group; null without one
  std::int64_t memory_total_bytes = 0;
  std::string governor = {};
  std::vector<std::string> numa_nodes = {};  // the processors of each: "0-15,32-47"
  std::vector<std::string> variables =
      {};  // NAME=VALUE that change how LibTorch runs: OMP_*, KMP_*, MKL_*, …
  std::vector<GpuInfo> gpus = {};
  int threads = 0;  // what this run used
  std::string device = {};
  std::string python = {};
  std::string python_version = {};
  std::string torch_version = {};  // of that Python
  std::string libtorch_build =
      {};  // of the LibTorch that arms ran in: its parallel back end and math libraries
};

struct ModelInfo {
  std::string path = {};    // the file or the SOURCE as given
  std::string sha256 = {};  // of a file
  std::int64_t size_bytes = 0;
};

struct ArtifactInfo {
  std::string path = {};
  std::int64_t size_bytes = 0;
  std::string sha256 = {};
  std::string status = {};  // written, not_written, kept_failed
  std::string reason = {};  // why it was not written
};

// One step of the command, in a process of its own or several.
struct StepRecord {
  std::string name = {};
  std::string status = {};  // ok, failed
  double seconds = 0.0;
  std::int64_t peak_memory_bytes = 0;
};

struct InputsInfo {
  InputPlan plan = {};
  std::string given_by = {};           // flags, manifest, or none
  std::vector<std::string> sets = {};  // labels of the sets that were run
};

struct Report {
  std::string schema = "tsctl.report/1";
  ToolInfo tool = {};
  std::vector<std::string> command = {};
  std::string status = {};  // pass, check_failed, inconclusive, error
  int exit_code = 0;
  std::optional<ErrorInfo> error = {};
  Environment environment = {};
  ModelInfo model = {};
  InputsInfo inputs = {};
  std::optional<CaptureResult> capture = {};
  std::vector<PassRecord> passes = {};
  std::vector<VerifyResult> verify = {};
  std::optional<BenchResult> bench = {};
  std::optional<ArtifactInfo> artifact = {};
  std::vector<StepRecord> steps = {};
  std::optional<RunResult> run = {};
  std::optional<DescribeResult> doctor = {};
  std::vector<Finding> checks = {};  // of doctor: what is needed and is there or not
  std::vector<GraphResult> graphs = {};
  std::string inspect_json = {};  // an object of its own in the document: "inspect"
  std::string diff_json = {};     // likewise: "diff"
  std::vector<Warning> warnings = {};
};

// What a file that tsctl wrote says of itself: extra/tsctl/manifest.json.
struct ManifestStep {
  std::string command = {};  // trace, script, freeze, optimize
  std::string tsctl_version = {};
  std::string torch_version = {};
  std::vector<std::string> passes = {};  // that ran
  std::vector<std::string> preserved = {};
};

struct Manifest {
  std::string schema = "tsctl.manifest/1";
  std::string source = {};       // SOURCE as given
  std::string kwargs_json = {};  // --kwargs that it was built with
  std::string class_name = {};
  std::string capture_mode = {};
  std::string adapter = {};
  std::string torch_version = {};
  std::string python_version = {};
  InputPlan inputs = {};
  std::vector<ForwardParameter> parameters = {};
  std::vector<std::string> output_names = {};
  std::string input_structure = {};
  std::string output_structure = {};
  std::vector<SizeGenerality> generality = {};
  std::vector<std::string> checked_sets = {};
  std::vector<std::string> not_checked = {};
  std::vector<ManifestStep> steps = {};
};

// Where the manifest lives in an archive, below its top folder.
inline constexpr const char* kManifestRecord = "extra/tsctl/manifest.json";

}  // namespace tsctl
