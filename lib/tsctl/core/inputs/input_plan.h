#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tsctl/core/base/field.h"

namespace tsctl {

// The inputs of a command that runs a model, from its flags or from a file's manifest.
struct InputPlan {
  std::vector<std::string> specs = {};
  std::vector<std::string> dims = {};
  std::string bench_dims = {};
  std::string batch_dim = {};
  std::string file = {};
  std::string file_path = {};
  std::string file_sha256 = {};
  std::uint64_t seed = 0;
  bool given() const noexcept { return !specs.empty() || !file.empty(); }
};

template <typename Visitor>
void visit_fields(Visitor& visit, InputPlan& value) {
  visit("specs", value.specs, "The texts of --input");
  visit("dims", value.dims, "The texts of --dim");
  visit("bench_dims", value.bench_dims,
        "The texts of --bench-dim, joined by a comma; empty for the first set");
  visit("batch_dim", value.batch_dim, "The dimension whose size a throughput counts; empty for B");
  visit("file", value.file, "The value of --inputs: .npz, .safetensors or file.py:function");
  visit("file_path", value.file_path,
        "The path of the --inputs file from the folder of the model; empty without a file");
  visit("file_sha256", value.file_sha256,
        "Digest of the --inputs file that the model was captured with");
  visit("seed", value.seed, "The seed of drawn inputs and weights");
}

}  // namespace tsctl
