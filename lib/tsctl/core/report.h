#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tsctl/core/base/enum_names.h"
#include "tsctl/core/base/error.h"
#include "tsctl/core/base/field.h"
#include "tsctl/core/base/warning.h"
#include "tsctl/core/bench.h"
#include "tsctl/core/bisect.h"
#include "tsctl/core/capture_result.h"
#include "tsctl/core/diff.h"
#include "tsctl/core/doctor.h"
#include "tsctl/core/graph.h"
#include "tsctl/core/inputs/input_plan.h"
#include "tsctl/core/inspect.h"
#include "tsctl/core/left_out.h"
#include "tsctl/core/rewrite.h"
#include "tsctl/core/signature.h"
#include "tsctl/core/suggestion.h"
#include "tsctl/core/verify.h"

namespace tsctl {

// The member names of these structs are the keys of the report: added to, never renamed.

inline constexpr const char* kReportSchema = "tsctl.report/1";

enum class ReportStatus { pass, check_failed, gate_failed, inconclusive, interrupted, error };

constexpr auto names_of(ReportStatus) {
  using enum ReportStatus;
  return std::to_array<Named<ReportStatus>>({
      {pass, "pass"},
      {check_failed, "check_failed"},
      {gate_failed, "gate_failed"},
      {inconclusive, "inconclusive"},
      {interrupted, "interrupted"},
      {error, "error"},
  });
}

enum class ArtifactStatus { written, not_written, kept_failed };

constexpr auto names_of(ArtifactStatus) {
  using enum ArtifactStatus;
  return std::to_array<Named<ArtifactStatus>>({
      {written, "written"},
      {not_written, "not_written"},
      {kept_failed, "kept_failed"},
  });
}

enum class StepStatus { ok, failed };

constexpr auto names_of(StepStatus) {
  using enum StepStatus;
  return std::to_array<Named<StepStatus>>({
      {ok, "ok"},
      {failed, "failed"},
  });
}

enum class InputsOrigin { flags, manifest, none };

constexpr auto names_of(InputsOrigin) {
  using enum InputsOrigin;
  return std::to_array<Named<InputsOrigin>>({
      {flags, "flags"},
      {manifest, "manifest"},
      {none, "none"},
  });
}

struct ToolInfo {
  std::string name = "tsctl";
  std::string version = {};
  std::string built_for_torch = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, ToolInfo& value) {
  visit("name", value.name, "tsctl");
  visit("version", value.version, "Its version");
  visit("built_for_torch", value.built_for_torch, "The version of torch that it was built for");
}

struct ErrorInfo {
  ErrorKind kind = ErrorKind::internal;
  std::string phase = {};
  std::string message = {};
  std::string hint = {};
  std::string detail = {};
  bool about_inputs = false;
};

template <typename Visitor>
void visit_fields(Visitor& visit, ErrorInfo& value) {
  visit("kind", value.kind, "What went wrong");
  visit("phase", value.phase, "The step that failed, such as capture; usage before the first");
  visit("message", value.message, "One sentence that names the file or flag");
  visit("hint", value.hint, "What to do");
  visit("detail", value.detail, "Several lines, such as the model's own traceback");
  visit("about_inputs", value.about_inputs,
        "The model refuses its inputs; the text shows the detail with -v only");
}

// A GPU as its driver describes it. A member without a value is null or empty.
struct GpuInfo {
  std::string name = {};
  std::string driver = {};
  std::optional<double> clock_mhz = {};
  std::optional<double> clock_max_mhz = {};
  std::optional<double> memory_clock_mhz = {};
  std::optional<double> temperature_c = {};
  std::optional<std::int64_t> memory_total_bytes = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, GpuInfo& value) {
  visit("name", value.name, "The name");
  visit("driver", value.driver, "The version of the driver");
  visit("clock_mhz", value.clock_mhz, "The clock of the streaming multiprocessors");
  visit("clock_max_mhz", value.clock_max_mhz, "Its maximum");
  visit("memory_clock_mhz", value.memory_clock_mhz, "The clock of the memory");
  visit("temperature_c", value.temperature_c, "The temperature in degrees Celsius");
  visit("memory_total_bytes", value.memory_total_bytes, "Its memory");
}

// What the kernel kept workers that ran files from doing.
struct SandboxInfo {
  bool files = false;
  int landlock_abi = 0;
  bool system_calls = false;
  std::string reason = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, SandboxInfo& value) {
  visit("files", value.files,
        "Landlock: a file's code reaches the files of its job and the libraries only");
  visit("landlock_abi", value.landlock_abi, Field("The kernel's version of Landlock").at_least(0));
  visit("system_calls", value.system_calls,
        "seccomp: a file's code opens no network connection and starts no program");
  visit("reason", value.reason, "Why one of the two is missing; empty if both are there");
}

// The machine as far as it can be read without LibTorch; an empty string is "unavailable".
struct Environment {
  std::string host_name = {};
  std::string os = {};
  std::string kernel = {};
  std::string cpu = {};
  std::vector<std::string> cpu_features = {};
  int cores_visible = 0;
  int cores_affinity = 0;
  std::optional<double> cores_quota = {};
  std::int64_t memory_total_bytes = 0;
  std::string governor = {};
  std::vector<std::string> numa_nodes = {};
  std::vector<std::string> variables = {};
  std::vector<GpuInfo> gpus = {};
  int threads = 0;
  std::string device = {};
  std::string python = {};
  std::string python_version = {};
  std::string torch_version = {};
  std::string libtorch_build = {};
  std::optional<SandboxInfo> sandbox = {};
  std::optional<std::int64_t> memory_limit_bytes = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, Environment& value) {
  visit("host_name", value.host_name, "The name of the machine; empty with --no-host");
  visit("os", value.os, "The operating system");
  visit("kernel", value.kernel, "Its kernel");
  visit("cpu", value.cpu, "The processor");
  visit("cpu_features", value.cpu_features, "Its features that LibTorch's kernels choose by");
  visit("cores_visible", value.cores_visible, "Cores of the machine");
  visit("cores_affinity", value.cores_affinity, "Cores that this process may run on");
  visit("cores_quota", value.cores_quota, "The control group's quota in cores; null without one");
  visit("memory_total_bytes", value.memory_total_bytes, "Memory of the machine");
  visit("governor", value.governor, "The frequency governor; empty where it cannot be read");
  visit("numa_nodes", value.numa_nodes, "The processors of each memory node: 0-15,32-47");
  visit("variables", value.variables,
        "NAME=VALUE of the environment that change how LibTorch runs");
  visit("gpus", value.gpus, "The GPUs, for --device cuda");
  visit("threads", value.threads, "Threads of this run");
  visit("device", value.device, "The device of this run");
  visit("python", value.python, "The embedded Python; empty if none was used");
  visit("python_version", value.python_version, "Its version");
  visit("torch_version", value.torch_version,
        "The version of the LibTorch or torch that ran; that of the build if none was loaded");
  visit("libtorch_build", value.libtorch_build,
        "The LibTorch that arms ran in: its parallel back end and math libraries");
  visit("sandbox", value.sandbox,
        "What files were kept from doing; null if the command started no worker");
  visit("memory_limit_bytes", value.memory_limit_bytes,
        "The most that a worker may allocate (--memory); null without a limit");
}

// What a file is to the command that reads it.
enum class FileUse { model, source, weights, inputs, extra, library };

constexpr auto names_of(FileUse) {
  using enum FileUse;
  return std::to_array<Named<FileUse>>({
      {model, "model"},
      {source, "source"},
      {weights, "weights"},
      {inputs, "inputs"},
      {extra, "extra"},
      {library, "library"},
  });
}

// A file that the command read.
struct UsedFile {
  FileUse use = FileUse::model;
  std::string path = {};
  std::string sha256 = {};
  std::string sha256_reason = {};
  std::string records_sha256 = {};
  std::int64_t size_bytes = 0;
};

template <typename Visitor>
void visit_fields(Visitor& visit, UsedFile& value) {
  visit("use", value.use, "What the command read it as");
  visit("path", value.path, "The file");
  visit("sha256", value.sha256, "Its digest");
  visit("sha256_reason", value.sha256_reason, "Why there is no digest");
  visit("records_sha256", value.records_sha256,
        "Digest of the names, CRC-32s and sizes of a model's records; empty if it is no archive");
  visit("size_bytes", value.size_bytes, "Its size");
}

struct ModelInfo {
  std::string path = {};
  std::string sha256 = {};
  std::string sha256_reason = {};
  std::string records_sha256 = {};
  std::int64_t size_bytes = 0;
};

template <typename Visitor>
void visit_fields(Visitor& visit, ModelInfo& value) {
  visit("path", value.path, "The file, or the SOURCE as given");
  visit("sha256", value.sha256, "Digest of the file; of a SOURCE that of its Python file");
  visit("sha256_reason", value.sha256_reason, "Why there is no digest");
  visit("records_sha256", value.records_sha256,
        "Digest of the names, CRC-32s and sizes of the file's records; empty if it is no archive");
  visit("size_bytes", value.size_bytes, "Size of the file");
}

struct ArtifactInfo {
  std::string path = {};
  std::int64_t size_bytes = 0;
  std::string sha256 = {};
  ArtifactStatus status = ArtifactStatus::not_written;
  std::string reason = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, ArtifactInfo& value) {
  visit("path", value.path, "The file");
  visit("size_bytes", value.size_bytes, "Its size");
  visit("sha256", value.sha256, "Its digest");
  visit("status", value.status, "kept_failed: it failed a check and was kept as OUT.pt.failed");
  visit("reason", value.reason, "Why it was not written, or which check it failed");
}

// One step of the command, in one or more separate processes.
struct StepRecord {
  std::string name = {};
  StepStatus status = StepStatus::failed;
  double seconds = 0.0;
  std::int64_t peak_memory_bytes = 0;
};

template <typename Visitor>
void visit_fields(Visitor& visit, StepRecord& value) {
  visit("name", value.name, "The step");
  visit("status", value.status, "Whether it succeeded");
  visit("seconds", value.seconds, "Seconds that it took");
  visit("peak_memory_bytes", value.peak_memory_bytes,
        "The most that its processes held at one time");
}

struct InputsInfo {
  InputPlan plan = {};
  std::optional<InputsOrigin> given_by = {};
  std::vector<std::string> declared = {};
  std::vector<std::string> sets = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, InputsInfo& value) {
  visit("plan", value.plan, "What the inputs are made of");
  visit("given_by", value.given_by, "Where it comes from; manifest: the file recorded it");
  visit("declared", value.declared,
        "The texts of --input with which the file was captured; empty without a file");
  visit("sets", value.sets, "Labels of the input sets that were run");
}

struct Report {
  std::string schema = kReportSchema;
  ToolInfo tool = {};
  std::string time = {};
  std::map<std::string, std::string> tags = {};
  std::vector<std::string> command = {};
  ReportStatus status = ReportStatus::error;
  int exit_code = 0;
  std::optional<ErrorInfo> error = {};
  Environment environment = {};
  ModelInfo model = {};
  std::vector<UsedFile> files = {};
  InputsInfo inputs = {};
  std::optional<CaptureResult> capture = {};
  std::vector<PassRecord> passes = {};
  std::vector<PackedLayer> packed_layers = {};
  bool keeps_heap = false;
  std::optional<BisectResult> bisect = {};
  std::optional<LeftOut> left_out = {};
  std::vector<VerifyResult> verify = {};
  std::optional<BenchResult> bench = {};
  std::vector<Suggestion> suggestions = {};
  std::optional<BenchResult> suggestions_bench = {};
  std::optional<ArtifactInfo> artifact = {};
  std::vector<StepRecord> steps = {};
  std::optional<RunResult> run = {};
  std::optional<DescribeResult> doctor = {};
  std::vector<Finding> checks = {};
  std::vector<GraphResult> graphs = {};
  std::vector<Warning> warnings = {};
  std::optional<ModelSummary> inspect = {};
  std::optional<DiffResult> diff = {};
  std::optional<SignatureInfo> signature = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, Report& value) {
  visit("schema", value.schema, Field("The name of this schema").one_of([] {
    return std::vector<std::string>{kReportSchema};
  }));
  visit("tool", value.tool, "Which tsctl");
  visit("time", value.time,
        Field("When the command started: RFC 3339, in UTC")
            .matching("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$"));
  visit("tags", value.tags,
        "What --tag and the variables of the CI system say about the run: commit, branch, …");
  visit("command", value.command, "The command line, word by word");
  visit("status", value.status, "How the command ended");
  visit("exit_code", value.exit_code, Field("The exit code").one_of(&exit_codes));
  visit("error", value.error, "Why it did not pass; null if it did");
  visit("environment", value.environment, "The machine");
  visit("model", value.model, "What was given");
  visit("files", value.files, "Every file that was read, with its digest");
  visit("inputs", value.inputs, "Which inputs were used");
  visit("capture", value.capture, "How the model was captured");
  visit("passes", value.passes, "Each pass on each method");
  visit("packed_layers", value.packed_layers,
        "Layers of the optimized file that pack their weights when it is loaded");
  visit("keeps_heap", value.keeps_heap,
        "Loading the written file makes glibc keep freed memory in the process (--keep-heap)");
  visit("bisect", value.bisect, "Of optimize --bisect: which rewrite is at fault");
  visit("left_out", value.left_out,
        Field("The passes that were left out, because with them the outputs differed")
            .optional_key());
  visit("verify", value.verify, "The comparison of each candidate with its reference");
  visit("bench", value.bench, "The timing");
  visit("suggestions", value.suggestions,
        "Of convert --suggest: settings of the process that runs the file");
  visit("suggestions_bench", value.suggestions_bench,
        "The timing of the written file with each of these settings");
  visit("artifact", value.artifact, "The file that was written");
  visit("steps", value.steps, "Each step of the command");
  visit("run", value.run, "The outputs of run");
  visit("doctor", value.doctor, "LibTorch's description of itself");
  visit("checks", value.checks, "Of doctor: what is needed, and whether it is available");
  visit("graphs", value.graphs, "Of inspect --graph, --inlined-graph and --executed");
  visit("warnings", value.warnings, "All warnings");
  visit("inspect", value.inspect, Field("Of inspect: what the file holds").optional_key());
  visit("diff", value.diff, Field("Of diff: how the two files differ").optional_key());
  visit("signature", value.signature,
        Field("Of sign and check: the signature of the file").optional_key());
}

}  // namespace tsctl
