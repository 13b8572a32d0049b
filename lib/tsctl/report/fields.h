#pragma once

#include "tsctl/core/bench_samples.h"
#include "tsctl/core/capture.h"
#include "tsctl/core/capture_api.h"
#include "tsctl/core/report.h"
#include "tsctl/core/wire.h"

// Each struct's keys, listed once: reading and writing JSON both walk these lists.
namespace tsctl::fields {

template <typename V>
void visit(V& v, Warning& s) {
  v("code", s.code);
  v("text", s.text);
}

template <typename V>
void visit(V& v, WireMessage& s) {
  v("type", s.type);
  v("text", s.text);
  v("code", s.code);
  v("hint", s.hint);
  v("detail", s.detail);
  v("job", s.job);
  v("payload", s.payload);
  v("site", s.site);
  v("engine", s.engine);
  v("capture", s.capture);
  v("layout", s.layout);
  v("untimed", s.untimed);
  v("calls", s.calls);
  v("seconds", s.seconds);
  v("page_faults", s.page_faults);
}

template <typename V>
void visit(V& v, PythonSite& s) {
  v("executable", s.executable);
  v("library", s.library);
  v("version", s.version);
  v("torch_version", s.torch_version);
  v("missing", s.missing);
  v("package_dir", s.package_dir);
}

template <typename V>
void visit(V& v, DrawnTensor& s) {
  v("name", s.name);
  v("dtype", s.dtype);
  v("shape", s.shape);
  v("low", s.low);
  v("high", s.high);
  v("stream", s.stream);
}

template <typename V>
void visit(V& v, InputSet& s) {
  v("label", s.label);
  v("tensors", s.tensors);
}

template <typename V>
void visit(V& v, ProbeSet& s) {
  v("set", s.set);
  v("input", s.input);
  v("axis", s.axis);
  v("size", s.size);
  v("declared", s.declared);
  v("joint", s.joint);
}

template <typename V>
void visit(V& v, SourceSpec& s) {
  v("text", s.text);
  v("file", s.file);
  v("module", s.module);
  v("name", s.name);
  v("kwargs_json", s.kwargs_json);
  v("weights", s.weights);
}

template <typename V>
void visit(V& v, InputPlan& s) {
  v("specs", s.specs);
  v("dims", s.dims);
  v("bench_dims", s.bench_dims);
  v("file", s.file);
  v("file_sha256", s.file_sha256);
  v("seed", s.seed);
}

template <typename V>
void visit(V& v, ToleranceOverride& s) {
  v("output", s.output);
  v("value", s.value);
}

template <typename V>
void visit(V& v, ToleranceOptions& s) {
  v("rtol", s.rtol);
  v("atol", s.atol);
  v("equal_nan", s.equal_nan);
}

template <typename V>
void visit(V& v, NamedSize& s) {
  v("input", s.input);
  v("axis", s.axis);
  v("dim", s.dim);
}

template <typename V>
void visit(V& v, CaptureRequest& s) {
  v("source", s.source);
  v("mode", s.mode);
  v("sets", s.sets);
  v("probes", s.probes);
  v("named_sizes", s.named_sizes);
  v("inputs_file", s.inputs_file);
  v("inputs_from", s.inputs_from);
  v("seed", s.seed);
  v("device", s.device);
  v("threads", s.threads);
  v("trace_submodules", s.trace_submodules);
  v("script_submodules", s.script_submodules);
  v("require_general", s.require_general);
  v("tolerance", s.tolerance);
  v("compile", s.compile);
  v("runtime", s.runtime);
  v("tuning", s.tuning);
  v("candidate_path", s.candidate_path);
  v("model_path", s.model_path);
  v("tensors_path", s.tensors_path);
}

template <typename V>
void visit(V& v, CaptureComparison& s) {
  v("label", s.label);
  v("probe", s.probe);
  v("status", s.status);
  v("reason", s.reason);
  v("max_abs", s.max_abs);
  v("max_abs_to_peak", s.max_abs_to_peak);
  v("eager_s", s.eager_s);
  v("captured_s", s.captured_s);
}

template <typename V>
void visit(V& v, CaptureNotice& s) {
  v("code", s.code);
  v("text", s.text);
  v("place", s.place);
  v("source_line", s.source_line);
  v("advice", s.advice);
}

template <typename V>
void visit(V& v, CaptureDiagnosis& s) {
  v("problem", s.problem);
  v("file", s.file);
  v("line", s.line);
  v("source_line", s.source_line);
  v("cause", s.cause);
  v("change", s.change);
  v("tracing", s.tracing);
}

template <typename V>
void visit(V& v, BakedConstant& s) {
  v("kind", s.kind);
  v("value", s.value);
  v("op", s.op);
  v("place", s.place);
  v("source_line", s.source_line);
  v("from", s.from);
}

template <typename V>
void visit(V& v, CaptureAttempt& s) {
  v("mode", s.mode);
  v("status", s.status);
  v("reason", s.reason);
  v("detail", s.detail);
  v("comparisons", s.comparisons);
  v("warnings", s.warnings);
  v("diagnosis", s.diagnosis);
  v("baked", s.baked);
  v("fixed", s.fixed);
  v("capture_s", s.capture_s);
  v("seconds", s.seconds);
}

template <typename V>
void visit(V& v, SizeGenerality& s) {
  v("input", s.input);
  v("axis", s.axis);
  v("dim", s.dim);
  v("captured_with", s.captured_with);
  v("tried", s.tried);
  v("status", s.status);
  v("reason", s.reason);
  v("place", s.place);
  v("source_line", s.source_line);
}

template <typename V>
void visit(V& v, SubmoduleCapture& s) {
  v("path", s.path);
  v("class_name", s.class_name);
  v("mode", s.mode);
  v("reason", s.reason);
}

template <typename V>
void visit(V& v, ForwardParameter& s) {
  v("name", s.name);
  v("type", s.type);
  v("has_default", s.has_default);
}

template <typename V>
void visit(V& v, SubmoduleDifference& s) {
  v("path", s.path);
  v("class_name", s.class_name);
  v("set", s.set);
  v("reason", s.reason);
}

template <typename V>
void visit(V& v, CaptureFailure& s) {
  v("message", s.message);
  v("hint", s.hint);
  v("detail", s.detail);
}

template <typename V>
void visit(V& v, CaptureResult& s) {
  v("mode", s.mode);
  v("status", s.status);
  v("failure", s.failure);
  v("difference", s.difference);
  v("attempts", s.attempts);
  v("not_checked", s.not_checked);
  v("generality", s.generality);
  v("submodules", s.submodules);
  v("class_name", s.class_name);
  v("adapter", s.adapter);
  v("was_training", s.was_training);
  v("parameter_count", s.parameter_count);
  v("parameter_bytes", s.parameter_bytes);
  v("parameters", s.parameters);
  v("output_names", s.output_names);
  v("input_structure", s.input_structure);
  v("output_structure", s.output_structure);
  v("input_labels", s.input_labels);
  v("inputs_sha256", s.inputs_sha256);
  v("torch_version", s.torch_version);
  v("python_version", s.python_version);
  v("build_s", s.build_s);
  v("eager_s", s.eager_s);
  v("save_s", s.save_s);
  v("warnings", s.warnings);
}

template <typename V>
void visit(V& v, RewriteRequest& s) {
  v("goal", s.goal);
  v("model_path", s.model_path);
  v("output_path", s.output_path);
  v("preserve", s.preserve);
  v("disabled_passes", s.disabled_passes);
  v("print_ir_before", s.print_ir_before);
  v("print_ir_after", s.print_ir_after);
  v("inputs_tensors", s.inputs_tensors);
  v("device", s.device);
  v("threads", s.threads);
}

template <typename V>
void visit(V& v, PassSkip& s) {
  v("operation", s.operation);
  v("place", s.place);
  v("reason", s.reason);
}

template <typename V>
void visit(V& v, PassRecord& s) {
  v("pass", s.pass);
  v("method", s.method);
  v("status", s.status);
  v("nodes_before", s.nodes_before);
  v("nodes_after", s.nodes_after);
  v("changes", s.changes);
  v("seconds", s.seconds);
  v("matched", s.matched);
  v("rewritten", s.rewritten);
  v("skipped", s.skipped);
}

template <typename V>
void visit(V& v, RewriteResult& s) {
  v("passes", s.passes);
  v("methods", s.methods);
  v("was_frozen", s.was_frozen);
  v("constants_bytes", s.constants_bytes);
  v("warnings", s.warnings);
}

template <typename V>
void visit(V& v, ArmTuning& s) {
  v("precision", s.precision);
  v("fusion", s.fusion);
  v("onednn_graph", s.onednn_graph);
  v("cuda_graph", s.cuda_graph);
}

template <typename V>
void visit(V& v, VerifyRequest& s) {
  v("model_path", s.model_path);
  v("candidate_tensors", s.candidate_tensors);
  v("reference_tensors", s.reference_tensors);
  v("method", s.method);
  v("device", s.device);
  v("threads", s.threads);
  v("executor", s.executor);
  v("tuning", s.tuning);
  v("tolerance", s.tolerance);
  v("output_names", s.output_names);
}

template <typename V>
void visit(V& v, OutputComparison& s) {
  v("output", s.output);
  v("status", s.status);
  v("reason", s.reason);
  v("detail", s.detail);
  v("dtype", s.dtype);
  v("shape", s.shape);
  v("rtol", s.rtol);
  v("atol", s.atol);
  v("max_abs", s.max_abs);
  v("max_rel", s.max_rel);
  v("max_abs_to_peak", s.max_abs_to_peak);
  v("index", s.index);
  v("reference_value", s.reference_value);
  v("candidate_value", s.candidate_value);
  v("would_pass_rtol", s.would_pass_rtol);
  v("mismatched", s.mismatched);
  v("count", s.count);
}

template <typename V>
void visit(V& v, CallComparison& s) {
  v("set", s.set);
  v("call", s.call);
  v("status", s.status);
  v("outputs", s.outputs);
}

template <typename V>
void visit(V& v, VerifyResult& s) {
  v("reference", s.reference);
  v("candidate", s.candidate);
  v("status", s.status);
  v("calls_checked", s.calls_checked);
  v("calls", s.calls);
  v("max_abs", s.max_abs);
  v("max_abs_to_peak", s.max_abs_to_peak);
  v("would_pass_rtol", s.would_pass_rtol);
  v("first_submodule", s.first_submodule);
  v("warnings", s.warnings);
}

template <typename V>
void visit(V& v, RunRequest& s) {
  v("model_path", s.model_path);
  v("inputs_tensors", s.inputs_tensors);
  v("outputs_tensors", s.outputs_tensors);
  v("method", s.method);
  v("device", s.device);
  v("threads", s.threads);
  v("executor", s.executor);
}

template <typename V>
void visit(V& v, OutputSummary& s) {
  v("set", s.set);
  v("output", s.output);
  v("dtype", s.dtype);
  v("shape", s.shape);
  v("minimum", s.minimum);
  v("maximum", s.maximum);
  v("mean", s.mean);
  v("nonfinite", s.nonfinite);
  v("value", s.value);
}

template <typename V>
void visit(V& v, RunResult& s) {
  v("outputs", s.outputs);
  v("warnings", s.warnings);
}

template <typename V>
void visit(V& v, GraphRequest& s) {
  v("model_path", s.model_path);
  v("method", s.method);
  v("kind", s.kind);
  v("inputs_tensors", s.inputs_tensors);
  v("device", s.device);
  v("threads", s.threads);
  v("executor", s.executor);
}

template <typename V>
void visit(V& v, GraphResult& s) {
  v("text", s.text);
}

template <typename V>
void visit(V& v, ArmRequest& s) {
  v("label", s.label);
  v("model_path", s.model_path);
  v("source", s.source);
  v("inputs_tensors", s.inputs_tensors);
  v("set_index", s.set_index);
  v("device", s.device);
  v("threads", s.threads);
  v("executor", s.executor);
  v("seed", s.seed);
  v("compile", s.compile);
  v("runtime", s.runtime);
  v("tuning", s.tuning);
  v("allocator", s.allocator);
  v("debug_files", s.debug_files);
  v("cold_cache", s.cold_cache);
}

template <typename V>
void visit(V& v, LoadPlan& s) {
  v("rate_per_s", s.rate_per_s);
  v("arrivals", s.arrivals);
  v("concurrency", s.concurrency);
  v("instances", s.instances);
}

template <typename V>
void visit(V& v, LoadWindow& s) {
  v("plan", s.plan);
  v("seconds", s.seconds);
  v("seed", s.seed);
}

template <typename V>
void visit(V& v, LoadTimes& s) {
  v("latency_s", s.latency_s);
  v("offered", s.offered);
  v("elapsed_s", s.elapsed_s);
  v("page_faults", s.page_faults);
}

template <typename V>
void visit(V& v, ProfileRequest& s) {
  v("calls", s.calls);
  v("trace_file", s.trace_file);
}

template <typename V>
void visit(V& v, ProfileLine& s) {
  v("name", s.name);
  v("detail", s.detail);
  v("count", s.count);
  v("self_s", s.self_s);
  v("share", s.share);
}

template <typename V>
void visit(V& v, ProfileResult& s) {
  v("arm", s.arm);
  v("calls", s.calls);
  v("call_s", s.call_s);
  v("unrecorded_call_s", s.unrecorded_call_s);
  v("accounted", s.accounted);
  v("operators", s.operators);
  v("modules", s.modules);
  v("lines", s.lines);
  v("trace_file", s.trace_file);
  v("reason", s.reason);
}

template <typename V>
void visit(V& v, ArmOpening& s) {
  v("libraries_s", s.libraries_s);
  v("read_s", s.read_s);
  v("deserialize_s", s.deserialize_s);
  v("move_s", s.move_s);
  v("libraries_bytes", s.libraries_bytes);
  v("loaded_bytes", s.loaded_bytes);
  v("first_call_bytes", s.first_call_bytes);
  v("steady_bytes", s.steady_bytes);
}

template <typename V>
void visit(V& v, SequenceSet& s) {
  v("set", s.set);
  v("calls", s.calls);
  v("first_call_s", s.first_call_s);
  v("second_call_s", s.second_call_s);
  v("third_call_s", s.third_call_s);
  v("median_s", s.median_s);
  v("spikes", s.spikes);
}

template <typename V>
void visit(V& v, TransferTimes& s) {
  v("to_device_s", s.to_device_s);
  v("compute_s", s.compute_s);
  v("from_device_s", s.from_device_s);
  v("enqueue_s", s.enqueue_s);
  v("wall_s", s.wall_s);
}

template <typename V>
void visit(V& v, BlockTime& s) {
  v("launch", s.launch);
  v("round", s.round);
  v("turn", s.turn);
  v("median_s", s.median_s);
}

template <typename V>
void visit(V& v, PercentileResult& s) {
  v("p", s.p);
  v("value_s", s.value_s);
  v("low_s", s.low_s);
  v("high_s", s.high_s);
  v("reason", s.reason);
}

template <typename V>
void visit(V& v, NoiseInfo& s) {
  v("cpu_pressure", s.cpu_pressure);
  v("memory_pressure", s.memory_pressure);
  v("io_pressure", s.io_pressure);
  v("steal", s.steal);
  v("throttled_s", s.throttled_s);
  v("context_switches", s.context_switches);
  v("gpu_clock_low_mhz", s.gpu_clock_low_mhz);
  v("gpu_clock_high_mhz", s.gpu_clock_high_mhz);
  v("gpu_throttle_reasons", s.gpu_throttle_reasons);
  v("load_before", s.load_before);
  v("smallest_effect", s.smallest_effect);
}

template <typename V>
void visit(V& v, ArmResult& s) {
  v("label", s.label);
  v("kind", s.kind);
  v("outputs", s.outputs);
  v("speed", s.speed);
  v("median_s", s.median_s);
  v("p99_s", s.p99_s);
  v("p99_s_reason", s.p99_s_reason);
  v("mean_s", s.mean_s);
  v("min_s", s.min_s);
  v("spread", s.spread);
  v("throughput_per_s", s.throughput_per_s);
  v("throughput_unit", s.throughput_unit);
  v("total_time_s", s.total_time_s);
  v("time_per_iteration_ms", s.time_per_iteration_ms);
  v("throughput", s.throughput);
  v("samples", s.samples);
  v("launches", s.launches);
  v("first_call_s", s.first_call_s);
  v("second_call_s", s.second_call_s);
  v("third_call_s", s.third_call_s);
  v("steady_at_call", s.steady_at_call);
  v("load_s", s.load_s);
  v("max_abs", s.max_abs);
  v("peak_memory_bytes", s.peak_memory_bytes);
  v("page_faults_per_call", s.page_faults_per_call);
  v("page_faults_low", s.page_faults_low);
  v("page_faults_high", s.page_faults_high);
  v("percentiles", s.percentiles);
  v("warm_up", s.warm_up);
  v("warm_up_s", s.warm_up_s);
  v("quantiles_s", s.quantiles_s);
  v("blocks", s.blocks);
  v("loop", s.loop);
  v("offered_per_s", s.offered_per_s);
  v("achieved_per_s", s.achieved_per_s);
  v("opening", s.opening);
  v("sequence", s.sequence);
  v("transfers", s.transfers);
  v("threads", s.threads);
  v("executor", s.executor);
  v("tuning", s.tuning);
  v("tuning_reason", s.tuning_reason);
  v("allocator", s.allocator);
}

template <typename V>
void visit(V& v, PairResult& s) {
  v("base", s.base);
  v("arm", s.arm);
  v("speedup", s.speedup);
  v("speedup_low", s.speedup_low);
  v("speedup_high", s.speedup_high);
  v("verdict", s.verdict);
  v("outputs", s.outputs);
  v("margin", s.margin);
  v("pairs", s.pairs);
  v("launches", s.launches);
  v("launch_deviation", s.launch_deviation);
  v("block_deviation", s.block_deviation);
  v("dominated_by", s.dominated_by);
  v("gate", s.gate);
}

template <typename V>
void visit(V& v, LaunchSamples& s) {
  v("arm", s.arm);
  v("launch", s.launch);
  v("warm_up_s", s.warm_up_s);
  v("rounds_s", s.rounds_s);
  v("turns", s.turns);
}

template <typename V>
void visit(V& v, BenchResult& s) {
  v("arms", s.arms);
  v("pairs", s.pairs);
  v("input_set", s.input_set);
  v("inputs_sha256", s.inputs_sha256);
  v("device", s.device);
  v("threads", s.threads);
  v("load", s.load);
  v("sequence", s.sequence);
  v("cold_cache", s.cold_cache);
  v("profiles", s.profiles);
  v("budget_s", s.budget_s);
  v("measured_s", s.measured_s);
  v("stopped_by", s.stopped_by);
  v("noise", s.noise);
  v("warnings", s.warnings);
}

template <typename V>
void visit(V& v, Finding& s) {
  v("name", s.name);
  v("status", s.status);
  v("detail", s.detail);
  v("hint", s.hint);
}

template <typename V>
void visit(V& v, DescribeRequest& s) {
  v("with_cuda", s.with_cuda);
}

template <typename V>
void visit(V& v, DescribeResult& s) {
  v("libtorch_version", s.libtorch_version);
  v("built_for", s.built_for);
  v("cpu_capability", s.cpu_capability);
  v("parallel_backend", s.parallel_backend);
  v("levers", s.levers);
  v("devices", s.devices);
}

template <typename V>
void visit(V& v, ToolInfo& s) {
  v("name", s.name);
  v("version", s.version);
  v("built_for_torch", s.built_for_torch);
}

template <typename V>
void visit(V& v, ErrorInfo& s) {
  v("kind", s.kind);
  v("phase", s.phase);
  v("message", s.message);
  v("hint", s.hint);
  v("detail", s.detail);
}

template <typename V>
void visit(V& v, GpuInfo& s) {
  v("name", s.name);
  v("driver", s.driver);
  v("clock_mhz", s.clock_mhz);
  v("clock_max_mhz", s.clock_max_mhz);
  v("memory_clock_mhz", s.memory_clock_mhz);
  v("temperature_c", s.temperature_c);
  v("memory_total_bytes", s.memory_total_bytes);
}

template <typename V>
void visit(V& v, Environment& s) {
  v("os", s.os);
  v("kernel", s.kernel);
  v("cpu", s.cpu);
  v("cpu_features", s.cpu_features);
  v("cores_visible", s.cores_visible);
  v("cores_affinity", s.cores_affinity);
  v("cores_quota", s.cores_quota);
  v("memory_total_bytes", s.memory_total_bytes);
  v("governor", s.governor);
  v("numa_nodes", s.numa_nodes);
  v("variables", s.variables);
  v("gpus", s.gpus);
  v("threads", s.threads);
  v("device", s.device);
  v("python", s.python);
  v("python_version", s.python_version);
  v("torch_version", s.torch_version);
  v("libtorch_build", s.libtorch_build);
}

template <typename V>
void visit(V& v, ModelInfo& s) {
  v("path", s.path);
  v("sha256", s.sha256);
  v("size_bytes", s.size_bytes);
}

template <typename V>
void visit(V& v, ArtifactInfo& s) {
  v("path", s.path);
  v("size_bytes", s.size_bytes);
  v("sha256", s.sha256);
  v("status", s.status);
  v("reason", s.reason);
}

template <typename V>
void visit(V& v, StepRecord& s) {
  v("name", s.name);
  v("status", s.status);
  v("seconds", s.seconds);
  v("peak_memory_bytes", s.peak_memory_bytes);
}

template <typename V>
void visit(V& v, InputsInfo& s) {
  v("plan", s.plan);
  v("given_by", s.given_by);
  v("sets", s.sets);
}

template <typename V>
void visit(V& v, ManifestStep& s) {
  v("command", s.command);
  v("tsctl_version", s.tsctl_version);
  v("torch_version", s.torch_version);
  v("passes", s.passes);
  v("preserved", s.preserved);
}

template <typename V>
void visit(V& v, Manifest& s) {
  v("schema", s.schema);
  v("source", s.source);
  v("kwargs_json", s.kwargs_json);
  v("class_name", s.class_name);
  v("capture_mode", s.capture_mode);
  v("adapter", s.adapter);
  v("torch_version", s.torch_version);
  v("python_version", s.python_version);
  v("inputs", s.inputs);
  v("parameters", s.parameters);
  v("output_names", s.output_names);
  v("input_structure", s.input_structure);
  v("output_structure", s.output_structure);
  v("generality", s.generality);
  v("checked_sets", s.checked_sets);
  v("not_checked", s.not_checked);
  v("steps", s.steps);
}

// inspect_json and diff_json are left out: document.cpp places them as objects.
template <typename V>
void visit(V& v, Report& s) {
  v("schema", s.schema);
  v("tool", s.tool);
  v("command", s.command);
  v("status", s.status);
  v("exit_code", s.exit_code);
  v("error", s.error);
  v("environment", s.environment);
  v("model", s.model);
  v("inputs", s.inputs);
  v("capture", s.capture);
  v("passes", s.passes);
  v("verify", s.verify);
  v("bench", s.bench);
  v("artifact", s.artifact);
  v("steps", s.steps);
  v("run", s.run);
  v("doctor", s.doctor);
  v("checks", s.checks);
  v("graphs", s.graphs);
  v("warnings", s.warnings);
}

}  // namespace tsctl::fields
