#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tsctl/core/input_spec.h"

namespace tsctl {

// SOURCE: path/to/file.py:Name or package.module:Name, with how to build the module from it.
struct SourceSpec {
  std::string text = {};    // as given
  std::string file = {};    // the .py file; empty for a module
  std::string module = {};  // package.module; empty for a file
  std::string name = {};
  std::string kwargs_json = {};  // --kwargs; empty if not given
  std::string weights = {};      // --weights; empty if not given
};

// True for text that has the form of a SOURCE rather than of a model file: it ends in ":Name".
bool looks_like_source(const std::string& text);

// Throws Error{usage} that echoes the text.
SourceSpec source_from_text(const std::string& text);

// What every command that runs a model knows about its inputs: flags, or what a manifest recorded.
struct InputPlan {
  std::vector<std::string> specs = {};  // --input texts
  std::vector<std::string> dims = {};   // --dim texts
  std::string bench_dims = {};   // --bench-dim texts joined by a comma; empty for the first set
  std::string file = {};         // --inputs: .npz, .safetensors or file.py:function
  std::string file_sha256 = {};  // what --inputs held when it was captured with
  std::uint64_t seed = 0;

  bool given() const noexcept { return !specs.empty() || !file.empty(); }
};

}  // namespace tsctl
