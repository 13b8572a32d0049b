#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tsctl/core/base/value.h"

namespace tsctl {

// The machine that an AOTInductor package (.pt2) was compiled for, as its metadata states it. A member is empty if the
// metadata does not state it.
struct PackageTarget {
  std::string device = {};    // cpu, cuda
  std::string platform = {};  // linux
  std::string machine = {};   // x86_64
  std::string cpu_isa = {};   // AVX512 AVX512_VNNI
};

// tsctl runs packages with one model, stored in this folder.
inline constexpr const char* kPackagedModel = "data/aotinductor/model/";

// Reads the metadata of the package's model; runs no code of the package. Throws Error{input} if the package has no
// such model or its metadata cannot be read.
PackageTarget read_package_target(const std::string& path);

// Returns the CPU flags, named as in /proc/cpuinfo, that code compiled for `cpu_isa` needs and `flags` lacks. Unknown
// words of `cpu_isa` are ignored.
std::vector<std::string> missing_cpu_flags(const std::string& cpu_isa,
                                           const std::set<std::string>& flags);

// Throws Error{environment} if the package was compiled for another processor than this machine's or for another device
// than `device`: its code would fail with an illegal instruction. Throws Error{input} for a damaged file.
void require_package_runs_here(const std::string& path, const std::string& device);

// How the package's flat list of tensors forms arguments and results, as torch.export describes it.
struct CallSpec {
  std::size_t inputs = 0;                // number of leaves of the arguments, tensors and others
  std::vector<std::string> kwargs = {};  // names of the keyword arguments, in order
  // Tensor leaves are in the order of the package's results; their keys are empty.
  Value outputs = {};
};

// Parses the package's two call specifications. Throws Error{input} that names `path` if a specification has an unknown
// form.
CallSpec call_spec_from_json(std::string_view in_spec, std::string_view out_spec,
                             const std::string& path);

}  // namespace tsctl
