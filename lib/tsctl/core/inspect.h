#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tsctl/core/base/warning.h"

namespace tsctl {

struct InspectOptions {
  std::string model_path = {};
  bool check_crc = false;                // read every record and compare its CRC-32
  bool with_code = false;                // include the code's text
  std::int64_t value_limit_bytes = 200;  // longer values of attributes are cut
  std::int64_t extra_text_limit_bytes =
      64 * 1024;  // larger extra files are listed without their text
};

// The member names of these structs are the keys of the document's "inspect" object.

// A record of the archive.
struct RecordSummary {
  std::string name = {};    // below the top folder: "data/0"
  std::string group = {};   // code, debug, tensors, constants, structure, extra, other
  std::string method = {};  // stored, deflated
  std::int64_t size_bytes = 0;
  std::int64_t stored_bytes = 0;
  std::string crc32 = {};           // eight hexadecimal digits, as the directory says
  std::optional<bool> crc_ok = {};  // none unless check_crc
};

template <typename Visitor>
void visit_fields(Visitor& visit, RecordSummary& value) {
  visit("name", value.name);
  visit("group", value.group);
  visit("method", value.method);
  visit("size_bytes", value.size_bytes);
  visit("stored_bytes", value.stored_bytes);
  visit("crc32", value.crc32);
  visit("crc_ok", value.crc_ok);
}

struct GroupSummary {
  std::string group = {};
  std::int64_t records = 0;
  std::int64_t size_bytes = 0;
  std::int64_t stored_bytes = 0;
};

template <typename Visitor>
void visit_fields(Visitor& visit, GroupSummary& value) {
  visit("group", value.group);
  visit("records", value.records);
  visit("size_bytes", value.size_bytes);
  visit("stored_bytes", value.stored_bytes);
}

// A tensor that an attribute or a constant holds.
struct TensorSummary {
  std::string name = {};   // "features.0.weight"; of a constant "c0"
  std::string kind = {};   // parameter, buffer, attribute, constant
  std::string dtype = {};  // "float32"; the storage's own name for a type that is not known
  std::vector<std::int64_t> shape = {};
  std::vector<std::int64_t> strides = {};  // in elements
  std::int64_t count = 0;                  // elements
  std::int64_t size_bytes = 0;             // of the elements, shared or not
  std::string device = {};
  std::string record = {};        // "data/0"
  std::int64_t offset_bytes = 0;  // of the first element within the record
  bool requires_grad = false;
  std::string shared_with = {};  // the first tensor of the same record; "" if this is it
  std::int64_t uses = 0;         // of a constant: how often the code names it
};

template <typename Visitor>
void visit_fields(Visitor& visit, TensorSummary& value) {
  visit("name", value.name);
  visit("kind", value.kind);
  visit("dtype", value.dtype);
  visit("shape", value.shape);
  visit("strides", value.strides);
  visit("count", value.count);
  visit("size_bytes", value.size_bytes);
  visit("device", value.device);
  visit("record", value.record);
  visit("offset_bytes", value.offset_bytes);
  visit("requires_grad", value.requires_grad);
  visit("shared_with", value.shared_with);
  visit("uses", value.uses);
}

// What a module holds besides tensors and other modules.
struct AttributeSummary {
  std::string name = {};   // "features.0.eps"
  std::string type = {};   // as the code says: "List[int]"
  std::string value = {};  // as Python would write it; long ones are cut and end in "…"
};

template <typename Visitor>
void visit_fields(Visitor& visit, AttributeSummary& value) {
  visit("name", value.name);
  visit("type", value.type);
  visit("value", value.value);
}

struct ModuleSummary {
  std::string path = {};  // "" for the root
  std::string class_name = {};
  std::optional<bool> training = {};  // none if the module has no such attribute
};

template <typename Visitor>
void visit_fields(Visitor& visit, ModuleSummary& value) {
  visit("path", value.path);
  visit("class_name", value.class_name);
  visit("training", value.training);
}

struct OpCount {
  std::string name = {};  // "aten::linear"
  std::int64_t count = 0;
};

template <typename Visitor>
void visit_fields(Visitor& visit, OpCount& value) {
  visit("name", value.name);
  visit("count", value.count);
}

struct MethodParameter {
  std::string name = {};
  std::string type = {};
  std::string default_value = {};  // "" if there is none
};

template <typename Visitor>
void visit_fields(Visitor& visit, MethodParameter& value) {
  visit("name", value.name);
  visit("type", value.type);
  visit("default_value", value.default_value);
}

// A method of the root module.
struct MethodSummary {
  std::string name = {};
  std::string signature = {};                    // "forward(self, x: Tensor) -> Tensor"
  std::vector<MethodParameter> parameters = {};  // without the module itself
  std::string return_type = {};
  // Calls to submodules and functions are followed; a loop's body and both sides of a branch count once.
  std::vector<OpCount> ops = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, MethodSummary& value) {
  visit("name", value.name);
  visit("signature", value.signature);
  visit("parameters", value.parameters);
  visit("return_type", value.return_type);
  visit("ops", value.ops);
}

struct OpSummary {
  std::string name = {};
  std::int64_t in_forward = 0;  // calls in forward, those of its submodules included
  std::int64_t written = 0;     // places in the code
};

template <typename Visitor>
void visit_fields(Visitor& visit, OpSummary& value) {
  visit("name", value.name);
  visit("in_forward", value.in_forward);
  visit("written", value.written);
}

// A device that the code names, as a trace writes the one it was captured on.
struct DeviceUse {
  std::string device = {};   // cpu, cuda:0
  std::int64_t written = 0;  // places in the code
};

template <typename Visitor>
void visit_fields(Visitor& visit, DeviceUse& value) {
  visit("device", value.device);
  visit("written", value.written);
}

struct ExtraFile {
  std::string name = {};  // as torch.jit.load's _extra_files wants it: "config.json"
  std::int64_t size_bytes = 0;
  std::optional<std::string> text = {};  // none for what is large or no UTF-8
};

template <typename Visitor>
void visit_fields(Visitor& visit, ExtraFile& value) {
  visit("name", value.name);
  visit("size_bytes", value.size_bytes);
  visit("text", value.text);
}

struct CodeText {
  std::string record = {};  // "code/__torch__.py"
  std::string text = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, CodeText& value) {
  visit("record", value.record);
  visit("text", value.text);
}

// What a TorchScript file holds, read without running anything in it.
struct ModelSummary {
  std::string path = {};
  std::int64_t size_bytes = 0;
  std::string top_folder = {};
  std::string format_version = {};  // of the archive's record "version"
  std::string byte_order = {};      // "little"; "" if the file does not say
  std::string producer = {};        // "tsctl 0.1.0, torch 2.15.0" of the manifest; "" without one
  std::string class_name =
      {};               // of the root, without the number that makes it unique: "__torch__.MLP"
  bool frozen = false;  // weights are constants and the root has no attribute `training`
  std::optional<bool> training = {};
  std::int64_t training_modules = 0;  // submodules in training mode
  std::int64_t parameter_count = 0;   // elements, shared ones once
  std::int64_t parameter_bytes = 0;
  std::int64_t buffer_bytes =
      0;  // of buffers and tensors in attributes, as far as not counted above
  std::int64_t constant_count = 0;  // elements
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
  std::optional<bool> crc_ok = {};  // all records; none unless check_crc
  std::vector<CodeText> code = {};
  std::vector<Warning> warnings = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, ModelSummary& value) {
  visit("path", value.path);
  visit("size_bytes", value.size_bytes);
  visit("top_folder", value.top_folder);
  visit("format_version", value.format_version);
  visit("byte_order", value.byte_order);
  visit("producer", value.producer);
  visit("class_name", value.class_name);
  visit("frozen", value.frozen);
  visit("training", value.training);
  visit("training_modules", value.training_modules);
  visit("parameter_count", value.parameter_count);
  visit("parameter_bytes", value.parameter_bytes);
  visit("buffer_bytes", value.buffer_bytes);
  visit("constant_count", value.constant_count);
  visit("constant_bytes", value.constant_bytes);
  visit("groups", value.groups);
  visit("methods", value.methods);
  visit("tensors", value.tensors);
  visit("constants", value.constants);
  visit("attributes", value.attributes);
  visit("modules", value.modules);
  visit("ops", value.ops);
  visit("devices", value.devices);
  visit("extra_files", value.extra_files);
  visit("manifest_text", value.manifest_text);
  visit("records", value.records);
  visit("crc_ok", value.crc_ok);
  visit("code", value.code);
  visit("warnings", value.warnings);
}

}  // namespace tsctl
