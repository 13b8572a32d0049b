#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tsctl/core/warning.h"

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

struct GroupSummary {
  std::string group = {};
  std::int64_t records = 0;
  std::int64_t size_bytes = 0;
  std::int64_t stored_bytes = 0;
};

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

// What a module holds besides tensors and other modules.
struct AttributeSummary {
  std::string name = {};   // "features.0.eps"
  std::string type = {};   // as the code says: "List[int]"
  std::string value = {};  // as Python would write it; long ones are cut and end in "…"
};

struct ModuleSummary {
  std::string path = {};  // "" for the root
  std::string class_name = {};
  std::optional<bool> training = {};  // none if the module has no such attribute
};

struct OpCount {
  std::string name = {};  // "aten::linear"
  std::int64_t count = 0;
};

struct MethodParameter {
  std::string name = {};
  std::string type = {};
  std::string default_value = {};  // "" if there is none
};

// A method of the root module.
struct MethodSummary {
  std::string name = {};
  std::string signature = {};                    // "forward(self, x: Tensor) -> Tensor"
  std::vector<MethodParameter> parameters = {};  // without the module itself
  std::string return_type = {};
  // Calls to submodules and functions are followed; a loop's body and both sides of a branch count once.
  std::vector<OpCount> ops = {};
};

struct OpSummary {
  std::string name = {};
  std::int64_t in_forward = 0;  // calls in forward, those of its submodules included
  std::int64_t written = 0;     // places in the code
};

// A device that the code names, as a trace writes the one it was captured on.
struct DeviceUse {
  std::string device = {};   // cpu, cuda:0
  std::int64_t written = 0;  // places in the code
};

struct ExtraFile {
  std::string name = {};  // as torch.jit.load's _extra_files wants it: "config.json"
  std::int64_t size_bytes = 0;
  std::optional<std::string> text = {};  // none for what is large or no UTF-8
};

struct CodeText {
  std::string record = {};  // "code/__torch__.py"
  std::string text = {};
};

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

}  // namespace tsctl
