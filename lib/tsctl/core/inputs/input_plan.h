#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tsctl {

// The inputs of a command that runs a model, from its flags or from a file's manifest.
struct InputPlan {
  std::vector<std::string> specs = {};  // --input texts
  std::vector<std::string> dims = {};   // --dim texts
  std::string bench_dims = {};   // --bench-dim texts joined by a comma; empty for the first set
  std::string file = {};         // --inputs: .npz, .safetensors or file.py:function
  std::string file_sha256 = {};  // SHA-256 of the --inputs file at the time of the capture
  std::uint64_t seed = 0;

  bool given() const noexcept { return !specs.empty() || !file.empty(); }
};

template <typename Visitor>
void visit_fields(Visitor& visit, InputPlan& value) {
  visit("specs", value.specs);
  visit("dims", value.dims);
  visit("bench_dims", value.bench_dims);
  visit("file", value.file);
  visit("file_sha256", value.file_sha256);
  visit("seed", value.seed);
}

}  // namespace tsctl
