#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tsctl/core/base/value.h"

namespace tsctl {

// What a package of AOTInductor (.pt2) says of the machine it was compiled for; an empty member is one that it does
// not say.
struct PackageTarget {
  std::string device = {};    // cpu, cuda
  std::string platform = {};  // linux
  std::string machine = {};   // x86_64
  std::string cpu_isa = {};   // AVX512 AVX512_VNNI
};

// Folder of the one model in a package that tsctl runs.
inline constexpr const char* kPackagedModel = "data/aotinductor/model/";

// Reads the metadata of the package's model without running anything in it. Throws Error{input} for a package without
// such a model, and for one whose metadata cannot be read.
PackageTarget read_package_target(const std::string& path);

// The flags of /proc/cpuinfo that code compiled for `cpu_isa` needs and a processor with `flags` lacks. Words that are
// not known need nothing.
std::vector<std::string> missing_cpu_flags(const std::string& cpu_isa,
                                           const std::set<std::string>& flags);

// Throws Error{environment} when the package's code is for another processor or device than this machine and `device`:
// loading it would end in an illegal instruction. Throws Error{input} for a damaged file.
void require_package_runs_here(const std::string& path, const std::string& device);

// How a package's flat tensors form arguments and results, as torch.export wrote it down.
struct CallSpec {
  std::size_t inputs = 0;                // leaves of the arguments, tensors and others
  std::vector<std::string> kwargs = {};  // names of those passed by keyword, in order
  Value outputs =
      {};  // tensor leaves in the order in which the package gives them; their keys are empty
};

// Reads the two texts that a package gives of itself. Throws Error{input} that names `path` when they are of no form
// that is known.
CallSpec call_spec_from_json(std::string_view in_spec, std::string_view out_spec,
                             const std::string& path);

}  // namespace tsctl
