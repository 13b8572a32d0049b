#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tsctl/archive/pickle.h"
#include "tsctl/archive/read_budget.h"
#include "tsctl/archive/script_code.h"
#include "tsctl/archive/zip_reader.h"
#include "tsctl/core/inspect.h"

namespace tsctl {

// A TorchScript file, opened and parsed. None of its code is run.
struct ModelArchive {
  ZipReader zip;
  std::unique_ptr<ReadBudget> budget;     // of all that is read of the file
  std::vector<CodeText> code_texts = {};  // the root's file first
  ScriptCode code = {};
  std::unique_ptr<const Pickle> data = {};
  std::unique_ptr<const Pickle> constants = {};  // null if the file has none

  // The root module and its class. The class is null if the code does not define it.
  const PickleNode& root() const { return data->at(data->root); }
  const CodeClass* root_class() const { return code.find_class(root().text); }
};

// Throws Error{input} if the file is not a TorchScript file, is damaged, is too complex, or can be read in two ways.
ModelArchive open_model_archive(const std::string& path);

// The gate in front of LibTorch, which checks nothing of this: throws Error{input} if the file is damaged, holds a
// tensor outside its record, can be read in two ways, or is too complex. With `check_crc` it also throws if a record
// does not match its CRC-32. Returns least_memory.
std::uint64_t require_loadable(const std::string& path, bool check_crc);

// The bytes that LibTorch allocates at least when it loads the file: those of the storages that it reads.
std::uint64_t least_memory(const ModelArchive& archive);

// Whether the code uses weights in oneDNN's own layout, which torch.jit.optimize_for_inference makes: LibTorch writes the
// file and cannot load it.
bool has_lost_weights(const ModelArchive& archive);

// The sentence about such a file, and what to do.
inline constexpr const char* kLostWeights =
    "torch.jit.optimize_for_inference put its weights into a layout of oneDNN's own, which "
    "LibTorch "
    "writes and cannot load again";
inline constexpr const char* kLostWeightsHint =
    "start from the module before optimize_for_inference: save that with torch.jit.save, and make "
    "it "
    "faster with tsctl optimize";

// The group of a record: code, debug, tensors, constants, structure, extra or other. `name` is relative to the top
// folder.
RecordGroup record_group(std::string_view name);

// The class name without TorchScript's mangling: "__torch__.MLP" for "__torch__.___torch_mangle_3.MLP".
std::string plain_class_name(std::string_view name);

}  // namespace tsctl
