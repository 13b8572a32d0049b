#include "tsctl/worker/file_sandbox.h"

#include <link.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <variant>

#include "tsctl/process/channel.h"
#include "tsctl/process/sandbox.h"

namespace tsctl {

namespace {

namespace fs = std::filesystem;

// The files of a request. A request of Python has none here: Python runs outside the sandbox.
struct Needs {
  SandboxPolicy& policy;

  void model(const std::string& path, const std::string& device) const {
    policy.readable.push_back(path);
    if (path.ends_with(".pt2")) policy.writable.push_back(fs::temp_directory_path().string());
    policy.uses_gpu = device != "cpu";
  }

  void operator()(const DescribeRequest& request) const { policy.uses_gpu = request.with_cuda; }
  void operator()(const RewriteRequest& request) const {
    model(request.model_path, request.device);
    if (!request.inputs_tensors.empty()) policy.readable.push_back(request.inputs_tensors);
    if (!request.output_path.empty()) policy.writable.push_back(request.output_path);
  }
  void operator()(const VerifyRequest& request) const {
    model(request.model_path, request.device);
    policy.readable.push_back(request.candidate_tensors);
    policy.readable.push_back(request.reference_tensors);
  }
  void operator()(const RunRequest& request) const {
    model(request.model_path, request.device);
    policy.readable.push_back(request.inputs_tensors);
    policy.writable.push_back(request.outputs_tensors);
  }
  void operator()(const GraphRequest& request) const {
    model(request.model_path, request.device);
    policy.readable.push_back(request.inputs_tensors);
  }
  void operator()(const ArmRequest& request) const {
    model(request.model_path, request.device);
    policy.readable.push_back(request.inputs_tensors);
  }
  template <typename PythonRequest>
  void operator()(const PythonRequest&) const {}
};

// The folders of all loaded libraries. Those of LibTorch have what is loaded later, and the version, around them.
int add_library_folder(dl_phdr_info* library, std::size_t, void* data) {
  auto& readable = static_cast<SandboxPolicy*>(data)->readable;
  const fs::path path(library->dlpi_name);
  if (!path.is_absolute()) return 0;
  const fs::path folder = path.parent_path();
  readable.push_back(folder.string());
  if (path.filename().string().starts_with("libtorch")) {
    readable.push_back(folder.parent_path().string());
    readable.push_back((folder.parent_path().parent_path() / "nvidia").string());
  }
  return 0;
}

// The front passes its scratch files on as open descriptors.
void add_scratch_files(SandboxPolicy& policy) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator("/proc/self/fd", ignored)) {
    const int descriptor = std::stoi(entry.path().filename().string());
    struct stat status = {};
    if (descriptor > kWorkerSocket && ::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode))
      policy.writable.push_back(entry.path().string());
  }
}

}  // namespace

void enter_file_sandbox(const JobRequest& request) {
  SandboxPolicy policy;
  std::visit(Needs{policy}, request);
  dl_iterate_phdr(&add_library_folder, &policy);
  add_scratch_files(policy);
  enter_sandbox(policy);
}

}  // namespace tsctl
