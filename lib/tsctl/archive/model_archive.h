#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tsctl/archive/pickle.h"
#include "tsctl/archive/script_code.h"
#include "tsctl/archive/zip_reader.h"
#include "tsctl/core/inspect.h"

namespace tsctl {

// A TorchScript file, opened and parsed. None of its code is run.
struct ModelArchive {
  ZipReader zip;
  std::vector<CodeText> code_texts = {};  // the root's file first
  ScriptCode code = {};
  std::unique_ptr<const Pickle> data = {};
  std::unique_ptr<const Pickle> constants = {};  // null if the file has none

  // The root module and its class. The class is null if the code does not define it.
  const PickleNode& root() const { return data->at(data->root); }
  const CodeClass* root_class() const { return code.find_class(root().text); }
};

// Throws Error{input} if the file is not a TorchScript file or is damaged.
ModelArchive open_model_archive(const std::string& path);

// The group of a record: code, debug, tensors, constants, structure, extra or other. `name` is relative to the top
// folder.
RecordGroup record_group(std::string_view name);

// The class name without TorchScript's mangling: "__torch__.MLP" for "__torch__.___torch_mangle_3.MLP".
std::string plain_class_name(std::string_view name);

}  // namespace tsctl
