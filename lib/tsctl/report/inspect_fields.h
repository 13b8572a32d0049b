#pragma once

#include "tsctl/core/diff.h"
#include "tsctl/core/inspect.h"

// The keys of the documents' "inspect" and "diff" objects. To be included before json_convert.h.
namespace tsctl::fields {

template <typename V>
void visit(V& v, RecordSummary& s) {
  v("name", s.name);
  v("group", s.group);
  v("method", s.method);
  v("size_bytes", s.size_bytes);
  v("stored_bytes", s.stored_bytes);
  v("crc32", s.crc32);
  v("crc_ok", s.crc_ok);
}

template <typename V>
void visit(V& v, GroupSummary& s) {
  v("group", s.group);
  v("records", s.records);
  v("size_bytes", s.size_bytes);
  v("stored_bytes", s.stored_bytes);
}

template <typename V>
void visit(V& v, TensorSummary& s) {
  v("name", s.name);
  v("kind", s.kind);
  v("dtype", s.dtype);
  v("shape", s.shape);
  v("strides", s.strides);
  v("count", s.count);
  v("size_bytes", s.size_bytes);
  v("device", s.device);
  v("record", s.record);
  v("offset_bytes", s.offset_bytes);
  v("requires_grad", s.requires_grad);
  v("shared_with", s.shared_with);
  v("uses", s.uses);
}

template <typename V>
void visit(V& v, AttributeSummary& s) {
  v("name", s.name);
  v("type", s.type);
  v("value", s.value);
}

template <typename V>
void visit(V& v, ModuleSummary& s) {
  v("path", s.path);
  v("class_name", s.class_name);
  v("training", s.training);
}

template <typename V>
void visit(V& v, OpCount& s) {
  v("name", s.name);
  v("count", s.count);
}

template <typename V>
void visit(V& v, MethodParameter& s) {
  v("name", s.name);
  v("type", s.type);
  v("default_value", s.default_value);
}

template <typename V>
void visit(V& v, MethodSummary& s) {
  v("name", s.name);
  v("signature", s.signature);
  v("parameters", s.parameters);
  v("return_type", s.return_type);
  v("ops", s.ops);
}

template <typename V>
void visit(V& v, OpSummary& s) {
  v("name", s.name);
  v("in_forward", s.in_forward);
  v("written", s.written);
}

template <typename V>
void visit(V& v, DeviceUse& s) {
  v("device", s.device);
  v("written", s.written);
}

template <typename V>
void visit(V& v, ExtraFile& s) {
  v("name", s.name);
  v("size_bytes", s.size_bytes);
  v("text", s.text);
}

template <typename V>
void visit(V& v, CodeText& s) {
  v("record", s.record);
  v("text", s.text);
}

template <typename V>
void visit(V& v, ModelSummary& s) {
  v("path", s.path);
  v("size_bytes", s.size_bytes);
  v("top_folder", s.top_folder);
  v("format_version", s.format_version);
  v("byte_order", s.byte_order);
  v("producer", s.producer);
  v("class_name", s.class_name);
  v("frozen", s.frozen);
  v("training", s.training);
  v("training_modules", s.training_modules);
  v("parameter_count", s.parameter_count);
  v("parameter_bytes", s.parameter_bytes);
  v("buffer_bytes", s.buffer_bytes);
  v("constant_count", s.constant_count);
  v("constant_bytes", s.constant_bytes);
  v("groups", s.groups);
  v("methods", s.methods);
  v("tensors", s.tensors);
  v("constants", s.constants);
  v("attributes", s.attributes);
  v("modules", s.modules);
  v("ops", s.ops);
  v("devices", s.devices);
  v("extra_files", s.extra_files);
  v("manifest_text", s.manifest_text);
  v("records", s.records);
  v("crc_ok", s.crc_ok);
  v("code", s.code);
  v("warnings", s.warnings);
}

template <typename V>
void visit(V& v, TensorChange& s) {
  v("name", s.name);
  v("kind", s.kind);
  v("change", s.change);
  v("before", s.before);
  v("after", s.after);
  v("changed_elements", s.changed_elements);
  v("count", s.count);
}

template <typename V>
void visit(V& v, TextChange& s) {
  v("name", s.name);
  v("change", s.change);
  v("before", s.before);
  v("after", s.after);
}

template <typename V>
void visit(V& v, OpChange& s) {
  v("method", s.method);
  v("name", s.name);
  v("before", s.before);
  v("after", s.after);
}

template <typename V>
void visit(V& v, DiffSide& s) {
  v("path", s.path);
  v("class_name", s.class_name);
  v("size_bytes", s.size_bytes);
  v("frozen", s.frozen);
  v("parameter_count", s.parameter_count);
  v("constant_count", s.constant_count);
}

template <typename V>
void visit(V& v, DiffResult& s) {
  v("a", s.a);
  v("b", s.b);
  v("same", s.same);
  v("equal_tensors", s.equal_tensors);
  v("tensors", s.tensors);
  v("constants", s.constants);
  v("methods", s.methods);
  v("ops", s.ops);
  v("attributes", s.attributes);
  v("extra_files", s.extra_files);
  v("notes", s.notes);
  v("warnings", s.warnings);
}

}  // namespace tsctl::fields
