#include "steps/model_inputs.h"

#include <fmt/format.h>

#include <filesystem>
#include <string_view>

#include "tsctl/archive/draw_inputs.h"
#include "tsctl/archive/inspect.h"
#include "tsctl/core/base/disk_room.h"
#include "tsctl/core/inputs/names_code.h"
#include "tsctl/files/digest.h"

namespace tsctl {

namespace {

constexpr std::uintmax_t kMaxDataFileBytes = std::uintmax_t{2} << 30;
constexpr double kMaxDrawnElements = 256.0 * 1024 * 1024;  // 1 GiB of float32

// A file may come from anybody: code that it names runs only if the user names it too.
void require_no_code(const InputPlan& plan) {
  if (!names_code(plan.file)) return;
  throw Error(
      ErrorKind::usage,
      fmt::format("the model names code as its inputs: '{}'. tsctl does not run code that a "
                  "model names",
                  plan.file),
      fmt::format("if you trust it, name it yourself: --inputs {}", plan.file));
}

void require_bounded_file(const std::string& file) {
  if (is_bounded_file(file)) return;
  const bool is_regular = std::filesystem::is_regular_file(file);
  throw Error(ErrorKind::input,
              fmt::format("the inputs '{}' that the model names are {}", file,
                          is_regular ? "larger than 2 GiB" : "not a regular file"),
              "give inputs yourself with --inputs or --input");
}

std::uint64_t drawn_bytes(const std::vector<InputSet>& sets) {
  std::uint64_t bytes = 0;
  for (const InputSet& set : sets) {
    for (const DrawnTensor& tensor : set.tensors) {
      std::uint64_t count = element_size_bytes(tensor.dtype);
      for (const std::int64_t size : tensor.shape) count *= static_cast<std::uint64_t>(size);
      bytes += count;
    }
  }
  return bytes;
}

void require_bounded_sets(const std::vector<InputSet>& sets) {
  double elements = 0;
  for (const InputSet& set : sets) {
    for (const auto& tensor : set.tensors) {
      double count = 1;
      for (const std::int64_t size : tensor.shape) count *= static_cast<double>(size);
      elements += count;
    }
  }
  if (elements <= kMaxDrawnElements) return;
  throw Error(ErrorKind::input,
              fmt::format("the model declares inputs of {:.3g} elements; tsctl draws at most "
                          "{:.3g} for the inputs that a model declares",
                          elements, kMaxDrawnElements),
              "give the sizes yourself with --input");
}

void require_unchanged(const InputPlan& plan) {
  const std::string file = data_file_of(plan.file);
  if (!std::filesystem::exists(file)) {
    throw Error(
        ErrorKind::input,
        fmt::format("the inputs '{}' that the model was captured with no longer exist", file),
        "give them again with --inputs, or draw some with --input");
  }
  require_bounded_file(file);
  if (!plan.file_sha256.empty() && sha256_of_file(file) != plan.file_sha256) {
    throw Error(
        ErrorKind::input,
        fmt::format("the inputs '{}' have changed since the model was captured with them", file),
        fmt::format("give them again with --inputs {} if the change is intended", plan.file));
  }
}

InputPlan merged_plan(const InputFlags& flags, const InputPlan& recorded) {
  InputPlan plan = input_plan_from(flags);
  const bool dims_given = !flags.dims.empty();
  if (!plan.given()) {
    plan.specs = recorded.specs;
    plan.file = recorded.file;
    plan.file_sha256 = recorded.file_sha256;
    if (!dims_given) plan.dims = recorded.dims;
    if (plan.bench_dims.empty() && !dims_given) plan.bench_dims = recorded.bench_dims;
  }
  plan.dims = dims_given ? flags.dims : plan.dims;
  if (plan.batch_dim.empty()) plan.batch_dim = recorded.batch_dim;
  if (!flags.seed) plan.seed = recorded.seed;
  return plan;
}

std::vector<DimSpec> dims_from(const std::vector<std::string>& texts) {
  std::vector<DimSpec> dims;
  for (const std::string& text : texts) dims.push_back(dim_spec_from_text(text));
  return dims;
}

void require_used_dims(const InputFlags& flags, const InputPlan& plan) {
  if (!plan.specs.empty() || flags.dims.empty()) return;
  throw Error(ErrorKind::usage,
              fmt::format("--dim {} is not used in any --input", flags.dims.front()),
              "use the dimension in a shape: --input Bx3x224x224 --dim B=1,8");
}

void remember_digest(InputPlan& plan) {
  const std::string file = data_file_of(plan.file);
  if (std::filesystem::is_regular_file(file)) plan.file_sha256 = sha256_of_file(file);
}

// The size of the dimension in the set that is timed, by the first spec that has it; 0 without one.
std::int64_t items_in(const std::vector<InputSpec>& specs, const InputSet& set,
                      const std::string& dim) {
  for (std::size_t i = 0; i < specs.size(); ++i) {
    for (std::size_t axis = 0; axis < specs[i].shape.size(); ++axis) {
      if (specs[i].shape[axis].dim == dim) return set.tensors[i].shape[axis];
    }
  }
  return 0;
}

// Finds the dimension that a throughput counts: `flag`, else the one that is recorded, else B.
void find_batch_dim(ModelInputs& inputs, const std::vector<InputSpec>& specs,
                    const std::string& flag) {
  const std::string dim = inputs.plan.batch_dim.empty() ? "B" : inputs.plan.batch_dim;
  inputs.items_per_call = items_in(specs, inputs.sets.at(inputs.bench_index), dim);
  if (inputs.items_per_call > 0) {
    inputs.batch_dim = dim;
  } else if (!flag.empty()) {
    throw Error(ErrorKind::usage,
                fmt::format("--batch-dim '{}': no --input uses that dimension", flag),
                "name a dimension of a shape: --input Nx3x224x224 --dim N=1,8 --batch-dim N");
  }
}

// Sets every input set and probe that the specs declare.
void write_out_sets(ModelInputs& inputs, const std::string& batch_dim_flag) {
  std::vector<InputSpec> specs;
  for (const std::string& text : inputs.plan.specs) specs.push_back(input_spec_from_text(text));
  const std::vector<DimSpec> dims = dims_from(inputs.plan.dims);
  inputs.sets = input_sets(specs, dims);
  if (inputs.given_by == InputsOrigin::manifest) require_bounded_sets(inputs.sets);
  inputs.probes = probe_sets(specs, dims);
  inputs.named_sizes = named_sizes(specs);
  inputs.bench_index = bench_set_index(specs, dims, bench_dims_from_text(inputs.plan.bench_dims));
  find_batch_dim(inputs, specs, batch_dim_flag);
}

}  // namespace

std::string data_file_of(const std::string& inputs) {
  constexpr std::string_view kPython = ".py";
  const std::size_t ending = inputs.rfind(".py:");
  return ending == std::string::npos ? inputs : inputs.substr(0, ending + kPython.size());
}

bool is_bounded_file(const std::string& path) {
  std::error_code error;
  return std::filesystem::is_regular_file(path, error) &&
         std::filesystem::file_size(path, error) <= kMaxDataFileBytes && !error;
}

ModelInputs resolve_inputs(const InputFlags& flags, const std::optional<Manifest>& manifest) {
  ModelInputs inputs;
  if (manifest) inputs.declared = manifest->inputs.specs;
  inputs.plan = merged_plan(flags, manifest ? manifest->inputs : InputPlan{});
  require_used_dims(flags, inputs.plan);
  if (!inputs.given()) return inputs;
  const bool by_flags = !flags.specs.empty() || !flags.file.empty();
  inputs.given_by = by_flags ? InputsOrigin::flags : InputsOrigin::manifest;
  if (inputs.plan.file.empty()) {
    write_out_sets(inputs, flags.batch_dim);
  } else if (by_flags) {
    remember_digest(inputs.plan);
  } else {
    require_no_code(inputs.plan);
    require_unchanged(inputs.plan);
  }
  return inputs;
}

std::vector<std::string> labels_of(const ModelInputs& inputs) {
  std::vector<std::string> labels;
  for (const InputSet& set : inputs.sets) labels.push_back(set.label);
  return labels;
}

void record_inputs(Report& report, const ModelInputs& inputs) {
  record_inputs(report, inputs, labels_of(inputs));
}

void record_inputs(Report& report, const ModelInputs& inputs,
                   const std::vector<std::string>& labels) {
  report.inputs.plan = inputs.plan;
  report.inputs.given_by = inputs.given_by;
  report.inputs.declared = inputs.declared;
  report.inputs.sets = labels;
}

ScratchFile write_inputs(CommandSession& session, const ModelInputs& inputs,
                         const std::filesystem::path& folder) {
  ScratchFile file(folder);
  session.name_file(file.path(),
                    (folder.empty() ? std::string(".") : folder.string()) + "/ (drawn inputs)");
  if (inputs.plan.file.empty()) {
    require_disk_room(file.path(), drawn_bytes(inputs.sets));
    write_drawn_inputs(file.path(), inputs.sets, inputs.plan.seed);
  } else {
    session.jobs().load_inputs(session.python(),
                               {.inputs_file = inputs.plan.file, .tensors_path = file.path()});
  }
  return file;
}

std::string bench_label(const ModelInputs& inputs, const std::vector<std::string>& labels) {
  return labels.empty() ? "" : labels.at(inputs.bench_index);
}

void throw_no_inputs() {
  throw Error(ErrorKind::usage, "the model's inputs are not given",
              "give a shape for each, in order, such as --input 1x3x224x224, or real data with "
              "--inputs FILE");
}

void throw_inputs_missing(const std::string& model, const std::string& command,
                          const std::string& or_else) {
  const ModelSummary summary = inspect({.model_path = model});
  std::string example;
  std::string signature = "forward";
  for (const MethodSummary& method : summary.methods) {
    if (method.name != "forward") continue;
    signature = method.signature;
    for (const MethodParameter& parameter : method.parameters) {
      if (!parameter.default_value.empty()) continue;
      if (!example.empty()) example += " ";
      example += parameter.type == "List[Tensor]"
                     ? fmt::format("--input '{}[0]:3x224x224'", parameter.name)
                     : fmt::format("--input {}:1x3x224x224", parameter.name);
    }
  }
  throw Error(ErrorKind::usage,
              fmt::format("'{}' does not record its inputs, which tsctl {} needs", model, command),
              "its method is " + signature + "; give a shape for each input, such as " +
                  (example.empty() ? "--input 1x3x224x224" : example) + or_else);
}

}  // namespace tsctl
