#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tsctl/core/base/enum_names.h"
#include "tsctl/core/base/field.h"
#include "tsctl/core/base/warning.h"
#include "tsctl/core/file_findings.h"
#include "tsctl/core/method_graph.h"

namespace tsctl {

struct InspectOptions {
  std::string model_path = {};
  bool check_crc = false;                // read every record and compare its CRC-32
  bool with_code = false;                // include the code's text
  bool with_graphs = false;              // include the graph of each method of the root
  std::int64_t value_limit_bytes = 200;  // longer values of attributes are cut
  std::int64_t extra_text_limit_bytes =
      std::int64_t{64} * 1024;               // larger extra files are listed without their text
  std::vector<AllowedFinding> allowed = {};  // findings of these kinds are no warnings
};

// The member names of these structs are the keys of the document's "inspect" object.

// What a record of the archive is for.
enum class RecordGroup { code, debug, tensors, constants, structure, extra, other };

constexpr auto names_of(RecordGroup) {
  using enum RecordGroup;
  return std::to_array<Named<RecordGroup>>({
      {code, "code"},
      {debug, "debug"},
      {tensors, "tensors"},
      {constants, "constants"},
      {structure, "structure"},
      {extra, "extra"},
      {other, "other"},
  });
}

enum class RecordMethod { stored, deflated };

constexpr auto names_of(RecordMethod) {
  using enum RecordMethod;
  return std::to_array<Named<RecordMethod>>({
      {stored, "stored"},
      {deflated, "deflated"},
  });
}

enum class TensorKind { parameter, buffer, attribute, constant };

constexpr auto names_of(TensorKind) {
  using enum TensorKind;
  return std::to_array<Named<TensorKind>>({
      {parameter, "parameter"},
      {buffer, "buffer"},
      {attribute, "attribute"},
      {constant, "constant"},
  });
}

enum class ByteOrder { little, big };

constexpr auto names_of(ByteOrder) {
  using enum ByteOrder;
  return std::to_array<Named<ByteOrder>>({
      {little, "little"},
      {big, "big"},
  });
}

// A record of the archive.
struct RecordSummary {
  std::string name = {};
  RecordGroup group = RecordGroup::other;
  RecordMethod method = RecordMethod::stored;
  std::int64_t size_bytes = 0;
  std::int64_t stored_bytes = 0;
  std::string crc32 = {};
  std::optional<bool> crc_ok = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, RecordSummary& value) {
  visit("name", value.name, "The name below the top folder: data/0");
  visit("group", value.group, "What the record is for");
  visit("method", value.method, "How it is stored");
  visit("size_bytes", value.size_bytes, "Bytes of its content");
  visit("stored_bytes", value.stored_bytes, "Bytes in the file");
  visit("crc32", value.crc32,
        Field("Its CRC-32 as the directory states it").matching("^[0-9a-f]{8}$"));
  visit("crc_ok", value.crc_ok, "Whether the content has that CRC-32; null unless it was checked");
}

struct GroupSummary {
  RecordGroup group = RecordGroup::other;
  std::int64_t records = 0;
  std::int64_t size_bytes = 0;
  std::int64_t stored_bytes = 0;
};

template <typename Visitor>
void visit_fields(Visitor& visit, GroupSummary& value) {
  visit("group", value.group, "What the records are for");
  visit("records", value.records, "How many there are");
  visit("size_bytes", value.size_bytes, "Bytes of their content");
  visit("stored_bytes", value.stored_bytes, "Bytes in the file");
}

// A tensor that an attribute or a constant holds.
struct TensorSummary {
  std::string name = {};
  TensorKind kind = TensorKind::attribute;
  std::string dtype = {};
  std::vector<std::int64_t> shape = {};
  std::vector<std::int64_t> strides = {};
  std::int64_t count = 0;
  std::int64_t size_bytes = 0;
  std::string device = {};
  std::string record = {};
  std::int64_t offset_bytes = 0;
  bool requires_grad = false;
  std::string shared_with = {};
  std::int64_t uses = 0;
};

template <typename Visitor>
void visit_fields(Visitor& visit, TensorSummary& value) {
  visit("name", value.name, "The path of the attribute (features.0.weight), or the constant (c0)");
  visit("kind", value.kind, "What holds the tensor");
  visit("dtype", value.dtype, "The dtype; of an unknown type the storage's own name");
  visit("shape", value.shape, "The shape");
  visit("strides", value.strides, "The strides in elements");
  visit("count", value.count, "The number of elements");
  visit("size_bytes", value.size_bytes, "Bytes of the elements, shared or not");
  visit("device", value.device, "The device");
  visit("record", value.record, "The record that holds it: data/0");
  visit("offset_bytes", value.offset_bytes, "Where its first element lies in the record");
  visit("requires_grad", value.requires_grad, "Whether it requires a gradient");
  visit("shared_with", value.shared_with,
        "The first tensor of the same record; empty if this is it");
  visit("uses", value.uses, "Of a constant: how often the code names it");
}

// What a module holds besides tensors and other modules.
struct AttributeSummary {
  std::string name = {};
  std::string type = {};
  std::string value = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, AttributeSummary& value) {
  visit("name", value.name, "The path: features.0.eps");
  visit("type", value.type, "The type as the code states it: List[int]");
  visit("value", value.value, "The value as Python writes it; a long one is cut and ends in …");
}

struct ModuleSummary {
  std::string path = {};
  std::string class_name = {};
  std::optional<bool> training = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, ModuleSummary& value) {
  visit("path", value.path, "The path; empty for the root");
  visit("class_name", value.class_name, "The class");
  visit("training", value.training,
        "Whether it is in training mode; null without such an attribute");
}

struct OpCount {
  std::string name = {};
  std::int64_t count = 0;
};

template <typename Visitor>
void visit_fields(Visitor& visit, OpCount& value) {
  visit("name", value.name, "The operator: aten::linear");
  visit("count", value.count, "How often it is called");
}

struct MethodParameter {
  std::string name = {};
  std::string type = {};
  std::string default_value = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, MethodParameter& value) {
  visit("name", value.name, "The name");
  visit("type", value.type, "The type");
  visit("default_value", value.default_value, "The default value; empty without one");
}

// A method of the root module.
struct MethodSummary {
  std::string name = {};
  std::string signature = {};
  std::vector<MethodParameter> parameters = {};
  std::string return_type = {};
  std::vector<OpCount> ops = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, MethodSummary& value) {
  visit("name", value.name, "The name");
  visit("signature", value.signature, "The signature: forward(self, x: Tensor) -> Tensor");
  visit("parameters", value.parameters, "The parameters without self");
  visit("return_type", value.return_type, "The type of the result");
  visit("ops", value.ops, "The operators it calls; calls of submodules and functions are followed");
}

struct OpSummary {
  std::string name = {};
  std::int64_t in_forward = 0;
  std::int64_t written = 0;
};

template <typename Visitor>
void visit_fields(Visitor& visit, OpSummary& value) {
  visit("name", value.name, "The operator");
  visit("in_forward", value.in_forward, "Calls in forward, with those of its submodules");
  visit("written", value.written, "Places in the code");
}

// A device that the code names, as a trace writes the one it was captured on.
struct DeviceUse {
  std::string device = {};
  std::int64_t written = 0;
};

template <typename Visitor>
void visit_fields(Visitor& visit, DeviceUse& value) {
  visit("device", value.device, "The device: cpu, cuda:0");
  visit("written", value.written, Field("Places in the code").at_least(1));
}

struct ExtraFile {
  std::string name = {};
  std::int64_t size_bytes = 0;
  std::optional<std::string> text = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, ExtraFile& value) {
  visit("name", value.name, "The name, as _extra_files of torch.jit.load takes it: config.json");
  visit("size_bytes", value.size_bytes, "Its size");
  visit("text", value.text, "Its text; null if it is large or not UTF-8");
}

struct CodeText {
  std::string record = {};
  std::string text = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, CodeText& value) {
  visit("record", value.record, "The record: code/__torch__.py");
  visit("text", value.text, "Its text");
}

// What a TorchScript file holds, read without running anything in it.
struct ModelSummary {
  std::string path = {};
  std::int64_t size_bytes = 0;
  std::string top_folder = {};
  std::string format_version = {};
  std::optional<ByteOrder> byte_order = {};
  std::string producer = {};
  std::string class_name = {};
  bool frozen = false;
  std::int64_t packed_layers = 0;
  bool keeps_heap = false;
  std::optional<bool> training = {};
  std::int64_t training_modules = 0;
  std::int64_t parameter_count = 0;
  std::int64_t parameter_bytes = 0;
  std::int64_t buffer_bytes = 0;
  std::int64_t constant_count = 0;
  std::int64_t constant_bytes = 0;
  std::vector<GroupSummary> groups = {};
  std::vector<MethodSummary> methods = {};
  std::vector<TensorSummary> tensors = {};
  std::vector<TensorSummary> constants = {};
  std::vector<AttributeSummary> attributes = {};
  std::vector<ModuleSummary> modules = {};
  std::vector<OpSummary> ops = {};
  std::vector<DeviceUse> devices = {};
  std::vector<ExtraFile> extra_files = {};
  std::string manifest_text = {};
  std::vector<RecordSummary> records = {};
  std::optional<bool> crc_ok = {};
  std::vector<CodeText> code = {};
  std::vector<MethodGraph> method_graphs = {};
  std::vector<FileFinding> findings = {};
  std::int64_t denied_findings = 0;
  std::vector<Warning> warnings = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, ModelSummary& value) {
  visit("path", value.path, "The file");
  visit("size_bytes", value.size_bytes, "Its size");
  visit("top_folder", value.top_folder, "The top folder of the archive");
  visit("format_version", value.format_version, "The archive's record version");
  visit("byte_order", value.byte_order, "The byte order; empty if the file does not state it");
  visit("producer", value.producer,
        "What wrote the file, from its manifest: tsctl 0.1.0, torch 2.15.0; empty without one");
  visit("class_name", value.class_name,
        "The class of the root, without the number that makes it unique: __torch__.MLP");
  visit("frozen", value.frozen,
        "The weights are constants, and the root has no attribute training");
  visit("packed_layers", value.packed_layers,
        "Layers of tsctl optimize that pack their weights when the file is loaded");
  visit("keeps_heap", value.keeps_heap,
        "Loading the file makes glibc keep freed memory in the process (--keep-heap)");
  visit("training", value.training,
        "Whether the root is in training mode; null without such an attribute");
  visit("training_modules", value.training_modules, "Submodules in training mode");
  visit("parameter_count", value.parameter_count,
        "Elements of the parameters; shared ones count once");
  visit("parameter_bytes", value.parameter_bytes, "Bytes of the parameters");
  visit("buffer_bytes", value.buffer_bytes,
        "Bytes of buffers and of tensors in attributes that are not parameters");
  visit("constant_count", value.constant_count, "Elements of the constants");
  visit("constant_bytes", value.constant_bytes, "Bytes of the constants");
  visit("groups", value.groups, "The archive by kind of record");
  visit("methods", value.methods, "The methods of the root");
  visit("tensors", value.tensors, "Parameters, buffers and tensors in attributes");
  visit("constants", value.constants, "Tensors that the code holds");
  visit("attributes", value.attributes, "What modules hold besides tensors and other modules");
  visit("modules", value.modules, "Every module");
  visit("ops", value.ops, "Every operator");
  visit("devices", value.devices, "Devices that the code names");
  visit("extra_files", value.extra_files, "Files below extra/");
  visit("manifest_text", value.manifest_text, "The manifest as the file stores it");
  visit("records", value.records, "Every record of the archive");
  visit("crc_ok", value.crc_ok, "All records are intact; null unless they were checked");
  visit("code", value.code, "The code's text (--code)");
  visit("method_graphs", value.method_graphs,
        "What each method calls, in order (--html, --dot, --svg, --model-explorer)");
  visit("findings", value.findings, "What somebody may want to refuse");
  visit("denied_findings", value.denied_findings,
        Field("Findings that --deny-findings refuses").at_least(0));
  visit("warnings", value.warnings, "About the file");
}

}  // namespace tsctl
