#include "tsctl/engine/load.h"

#include <caffe2/serialize/file_adapter.h>
#include <dlfcn.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <torch/csrc/jit/serialization/import.h>
#include <torch/version.h>
#include <unistd.h>

#include <cstdint>
#include <fstream>
#include <memory>

#include "tsctl/archive/debug_records.h"
#include "tsctl/archive/model_archive.h"
#include "tsctl/core/base/clock.h"
#include "tsctl/core/base/disk_room.h"
#include "tsctl/core/base/error.h"
#include "tsctl/engine/device.h"
#include "tsctl/engine/guard.h"

namespace tsctl {

namespace {

// A file that measures the time of its reads.
class TimedFile : public caffe2::serialize::ReadAdapterInterface {
 public:
  explicit TimedFile(const std::string& path) : file_(path) {}

  std::size_t size() const override { return file_.size(); }

  // Not thread-safe: torch::jit::load() reads from one thread only.
  std::size_t read(std::uint64_t position, void* buffer, std::size_t count,
                   const char* what) const override {
    const double start_s = now_s();
    const std::size_t got = file_.read(position, buffer, count, what);
    read_s_ += now_s() - start_s;
    return got;
  }

  double read_s() const noexcept { return read_s_; }

 private:
  caffe2::serialize::FileAdapter file_;
  mutable double read_s_ = 0.0;
};

std::string word_after(const std::string& text, const std::string& marker) {
  const auto start = text.find(marker);
  if (start == std::string::npos) return {};
  const auto from = start + marker.size();
  const auto end = text.find_first_of(" \n\t,(", from);
  std::string word = text.substr(from, end == std::string::npos ? end : end - from);
  while (!word.empty() && (word.back() == '.' || word.back() == ':')) word.pop_back();
  return word;
}

[[noreturn]] void throw_load_error(const std::string& path, const TorchFailure& failure) {
  const std::string start =
      fmt::format("'{}' cannot be loaded by LibTorch {}: ", path, libtorch_version());
  const std::string& whole = failure.detail.empty() ? failure.reason : failure.detail;
  if (const std::string op = word_after(whole, "Unknown builtin op: "); !op.empty()) {
    const std::string library = op.substr(0, op.find("::"));
    throw Error(
        ErrorKind::input,
        fmt::format("{}it uses the operator {}, which this LibTorch does not have", start, op),
        library == "torchvision" || library == "torchaudio"
            ? fmt::format("choose a Python that has {0}: --python PATH; or name the library of "
                          "its operators: --op-lib PATH/TO/{0}/{1}",
                          library, library == "torchvision" ? "_C*.so" : "lib/libtorchaudio.so")
            : fmt::format("the operators '{}::…' come from an extension library or from another "
                          "LibTorch: name the library with --op-lib FILE",
                          library),
        failure.detail);
  }
  throw Error(failure.out_of_memory ? ErrorKind::execution : ErrorKind::input,
              start + failure.reason,
              "-v shows LibTorch's message in full; write the file again with the torch.jit.save "
              "of this version",
              failure.detail);
}

// The version in the library's package: from version.py of the Python package, or build-version of a libtorch zip.
std::string version_in_folder() {
  const std::string folder = libtorch_folder() + "/..";
  std::ifstream python(folder + "/version.py");
  for (std::string line; std::getline(python, line);) {
    if (!line.starts_with("__version__")) continue;
    const auto open = line.find('\'');
    const auto close = line.rfind('\'');
    if (open < close) return line.substr(open + 1, close - open - 1);
  }
  std::ifstream zip(folder + "/build-version");
  std::string version;
  std::getline(zip, version);
  return version;
}

// The version that the library reports: major, minor and patch in the three highest bytes.
std::string version_in_library() {
  using AbiVersion = std::uint64_t (*)();
  const auto abi_version =
      reinterpret_cast<AbiVersion>(dlsym(RTLD_DEFAULT, "aoti_torch_abi_version"));
  if (abi_version == nullptr) return {};
  const std::uint64_t version = abi_version();
  return fmt::format("{}.{}.{}", version >> 56, (version >> 48) & 0xff, (version >> 40) & 0xff);
}

bool reads_mode(const torch::jit::Block& block) {
  for (const torch::jit::Node* node : block.nodes()) {
    if (node->kind() == c10::prim::GetAttr && node->s(c10::attr::name) == "training") return true;
    for (const torch::jit::Block* inner : node->blocks()) {
      if (reads_mode(*inner)) return true;
    }
  }
  return false;
}

bool reads_mode(const torch::jit::Module& module) {
  for (const torch::jit::Method& method : module.get_methods()) {
    if (reads_mode(*method.graph()->block())) return true;
  }
  return false;
}

// The limit that the worker has set for itself; 0 for none.
std::uint64_t memory_limit() {
  rlimit limit = {};
  const bool known = ::getrlimit(RLIMIT_DATA, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY;
  return known ? limit.rlim_cur : 0;
}

}  // namespace

torch::jit::Module load_module(const std::string& path, const c10::Device& device,
                               const LoadOptions& options, LoadSplit* split) {
  const std::uint64_t bytes = require_loadable(path, options.check_crc);
  if (device.is_cpu()) require_memory(path, bytes, memory_limit());
  try {
    const double start_s = now_s();
    const auto file = std::make_shared<TimedFile>(path);
    const bool debug_files = options.debug_files && has_usable_debug_records(path);
    torch::jit::Module module = torch::jit::load(file, device, debug_files);
    ::alarm(0);  // the time-out for loading; see WorkerLimits
    if (split != nullptr) {
      split->read_s = file->read_s();
      split->deserialize_s = now_s() - start_s - file->read_s();
    }
    return module;
  } catch (...) {
    throw_load_error(path, current_failure());
  }
}

bool leave_training(torch::jit::Module& module) {
  bool training = false;
  bool mode_matters = false;
  for (const torch::jit::Module& part : module.modules()) {
    training = training || (part.hasattr("training") && part.attr("training").isBool() &&
                            part.attr("training").toBool());
    mode_matters = mode_matters || reads_mode(part);
  }
  module.eval();
  return training && mode_matters;
}

bool is_frozen(const torch::jit::Module& module) {
  return !module.hasattr("training") && module.parameters(/*recurse=*/true).size() == 0;
}

std::string method_names(const torch::jit::Module& module) {
  std::string names;
  for (const torch::jit::Method& method : module.get_methods()) {
    if (!names.empty()) names += ", ";
    names += method.name();
  }
  return names.empty() ? "none" : names;
}

torch::jit::Method find_method(const torch::jit::Module& module, const std::string& name) {
  if (const auto method = module.find_method(name)) return *method;
  throw Error(ErrorKind::usage, fmt::format("the model has no method '{}'", name),
              fmt::format("its methods: {}", method_names(module)));
}

std::string libtorch_version() {
  const std::string in_library = version_in_library();
  const std::string in_folder = version_in_folder();
  return !in_folder.empty() && in_folder.starts_with(in_library) ? in_folder : in_library;
}

}  // namespace tsctl
