#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tsctl/core/base/warning.h"
#include "tsctl/core/bench.h"
#include "tsctl/core/capture.h"
#include "tsctl/core/doctor.h"
#include "tsctl/core/graph.h"
#include "tsctl/core/inputs/input_plan.h"
#include "tsctl/core/rewrite.h"
#include "tsctl/core/verify.h"

namespace tsctl {

// The member names of these structs are the keys of the report: added to, never renamed.

struct ToolInfo {
  std::string name = "tsctl";
  std::string version = {};
  std::string built_for_torch = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, ToolInfo& value) {
  visit("name", value.name);
  visit("version", value.version);
  visit("built_for_torch", value.built_for_torch);
}

struct ErrorInfo {
  std::string kind = {};  // as of name_from_kind, or "internal"
  std::string phase = {};  // the step that failed: "capture", "freeze", …; "usage" before the first
  std::string message = {};
  std::string hint = {};
  std::string detail = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, ErrorInfo& value) {
  visit("kind", value.kind);
  visit("phase", value.phase);
  visit("message", value.message);
  visit("hint", value.hint);
  visit("detail", value.detail);
}

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

template <typename Visitor>
void visit_fields(Visitor& visit, GpuInfo& value) {
  visit("name", value.name);
  visit("driver", value.driver);
  visit("clock_mhz", value.clock_mhz);
  visit("clock_max_mhz", value.clock_max_mhz);
  visit("memory_clock_mhz", value.memory_clock_mhz);
  visit("temperature_c", value.temperature_c);
  visit("memory_total_bytes", value.memory_total_bytes);
}

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

template <typename Visitor>
void visit_fields(Visitor& visit, Environment& value) {
  visit("os", value.os);
  visit("kernel", value.kernel);
  visit("cpu", value.cpu);
  visit("cpu_features", value.cpu_features);
  visit("cores_visible", value.cores_visible);
  visit("cores_affinity", value.cores_affinity);
  visit("cores_quota", value.cores_quota);
  visit("memory_total_bytes", value.memory_total_bytes);
  visit("governor", value.governor);
  visit("numa_nodes", value.numa_nodes);
  visit("variables", value.variables);
  visit("gpus", value.gpus);
  visit("threads", value.threads);
  visit("device", value.device);
  visit("python", value.python);
  visit("python_version", value.python_version);
  visit("torch_version", value.torch_version);
  visit("libtorch_build", value.libtorch_build);
}

struct ModelInfo {
  std::string path = {};    // the file or the SOURCE as given
  std::string sha256 = {};  // of a file
  std::int64_t size_bytes = 0;
};

template <typename Visitor>
void visit_fields(Visitor& visit, ModelInfo& value) {
  visit("path", value.path);
  visit("sha256", value.sha256);
  visit("size_bytes", value.size_bytes);
}

struct ArtifactInfo {
  std::string path = {};
  std::int64_t size_bytes = 0;
  std::string sha256 = {};
  std::string status = {};  // written, not_written, kept_failed
  std::string reason = {};  // why it was not written
};

template <typename Visitor>
void visit_fields(Visitor& visit, ArtifactInfo& value) {
  visit("path", value.path);
  visit("size_bytes", value.size_bytes);
  visit("sha256", value.sha256);
  visit("status", value.status);
  visit("reason", value.reason);
}

// One step of the command, in a process of its own or several.
struct StepRecord {
  std::string name = {};
  std::string status = {};  // ok, failed
  double seconds = 0.0;
  std::int64_t peak_memory_bytes = 0;
};

template <typename Visitor>
void visit_fields(Visitor& visit, StepRecord& value) {
  visit("name", value.name);
  visit("status", value.status);
  visit("seconds", value.seconds);
  visit("peak_memory_bytes", value.peak_memory_bytes);
}

struct InputsInfo {
  InputPlan plan = {};
  std::string given_by = {};           // flags, manifest, or none
  std::vector<std::string> sets = {};  // labels of the sets that were run
};

template <typename Visitor>
void visit_fields(Visitor& visit, InputsInfo& value) {
  visit("plan", value.plan);
  visit("given_by", value.given_by);
  visit("sets", value.sets);
}

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

template <typename Visitor>
void visit_fields(Visitor& visit, Report& value) {
  visit("schema", value.schema);
  visit("tool", value.tool);
  visit("command", value.command);
  visit("status", value.status);
  visit("exit_code", value.exit_code);
  visit("error", value.error);
  visit("environment", value.environment);
  visit("model", value.model);
  visit("inputs", value.inputs);
  visit("capture", value.capture);
  visit("passes", value.passes);
  visit("verify", value.verify);
  visit("bench", value.bench);
  visit("artifact", value.artifact);
  visit("steps", value.steps);
  visit("run", value.run);
  visit("doctor", value.doctor);
  visit("checks", value.checks);
  visit("graphs", value.graphs);
  visit("warnings", value.warnings);
}

}  // namespace tsctl
