#include "tsctl/process/python_site.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "tsctl/core/base/build_info.h"
#include "tsctl/core/base/error.h"
#include "tsctl/core/base/file_descriptor.h"
#include "tsctl/process/spawn.h"
#include "tsctl/report/json/json.h"

namespace tsctl {

namespace {

// Prints the members of PythonSite as one JSON line.
constexpr const char* kQuestion = R"python(
import sys
sys.path[:] = [path for path in sys.path if path]  # a json.py in the current folder is not meant
import glob, importlib.metadata, importlib.util, json, os, sysconfig
try:
    torch = importlib.metadata.version("torch").split("+")[0]
except importlib.metadata.PackageNotFoundError:
    torch = ""
library = ""
if sysconfig.get_config_var("Py_ENABLE_SHARED"):
    name = sysconfig.get_config_var("INSTSONAME") or sysconfig.get_config_var("LDLIBRARY")
    folders = [sysconfig.get_config_var("LIBDIR"), os.path.join(sysconfig.get_config_var("LIBDIR"),
               sysconfig.get_config_var("MULTIARCH") or ""), os.path.join(sys.base_prefix, "lib")]
    paths = [os.path.join(folder, name) for folder in folders if folder]
    library = next((path for path in paths if os.path.exists(path)), "")
def libraries(package, patterns):  # found without importing the package
    spec = importlib.util.find_spec(package)
    folders = spec.submodule_search_locations if spec else []
    return sorted(path for folder in folders for pattern in patterns for path in glob.glob(os.path.join(folder, pattern)))
found = libraries("torchvision", ["_C*.so"]) + libraries("torchaudio", ["lib/libtorchaudio.so", "lib/_torchaudio*.so"])
missing = [name for name in ("safetensors",) if importlib.util.find_spec(name) is None]
print(json.dumps({"version": "%d.%d" % sys.version_info[:2], "library": library, "torch_version": torch,
                  "missing": missing, "found_op_libraries": found}))
)python";

std::string read_to_end(int descriptor) {
  std::string text;
  char bytes[4096];
  ssize_t count = 0;
  while ((count = ::read(descriptor, bytes, sizeof bytes)) != 0) {
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) break;
    text.append(bytes, static_cast<std::size_t>(count));
  }
  return text;
}

// Runs `executable -c kQuestion` and returns its output; "" if it failed.
std::string ask(const std::string& executable) {
  int pipes[2] = {-1, -1};
  if (pipe2(pipes, O_CLOEXEC) != 0) {
    throw Error(ErrorKind::environment,
                fmt::format("a pipe cannot be made: {}", std::strerror(errno)));
  }
  const FileDescriptor ours(pipes[0]);
  FileDescriptor theirs(pipes[1]);
  SpawnSetup setup;
  setup.pass_descriptor(theirs.get(), STDOUT_FILENO);
  pid_t pid = -1;
  if (setup.start(pid, executable, {executable, "-c", kQuestion}) != 0) return {};
  theirs.close();
  std::string text = read_to_end(ours.get());
  return wait_for(pid) == 0 ? text : std::string();
}

// A start-up hook of the interpreter may print before the answer.
std::string last_line(std::string text) {
  while (text.ends_with('\n')) text.pop_back();
  const std::size_t newline = text.rfind('\n');
  return newline == std::string::npos ? text : text.substr(newline + 1);
}

// pyvenv.cfg is found through the path as given, so a link to python3 must not be resolved.
std::string absolute_path(const std::string& executable) {
  if (executable.find('/') == std::string::npos) return executable;
  return std::filesystem::absolute(executable).lexically_normal();
}

}  // namespace

PythonSite look_at_python(const std::string& executable, const std::string& package_dir) {
  const std::string path = absolute_path(executable);
  const std::string text = path.empty() ? std::string() : ask(path);
  const std::string hint = "choose one with --python PATH or the variable TSCTL_PYTHON";
  if (text.empty()) {
    throw Error(ErrorKind::environment,
                fmt::format("the Python interpreter '{}' cannot be run", executable), hint);
  }
  PythonSite site;
  try {
    site = from_json_text<PythonSite>(last_line(text));
  } catch (const Error&) {
    throw Error(ErrorKind::environment,
                fmt::format("'{}' is not a Python interpreter: its output is not the expected JSON",
                            executable),
                hint);
  }
  site.executable = path;
  site.package_dir = package_dir;
  return site;
}

PythonSite probe_python(const std::string& executable, const std::string& package_dir) {
  PythonSite site = look_at_python(executable, package_dir);
  const std::string rebuild = fmt::format(
      "build tsctl for it: cmake --preset release -DTSCTL_PYTHON={} && cmake --build "
      "--preset release",
      site.executable);
  if (site.version != built_for_python()) {
    throw Error(ErrorKind::environment,
                fmt::format("'{}' is Python {}, tsctl was built for {}", executable, site.version,
                            built_for_python()),
                rebuild);
  }
  if (site.library.empty()) {
    throw Error(ErrorKind::environment,
                fmt::format("'{}' has no shared libpython that could be embedded", executable),
                "use a Python that was built with --enable-shared, such as Debian's python3");
  }
  if (site.torch_version.empty()) {
    throw Error(
        ErrorKind::environment, fmt::format("'{}' has no package 'torch'", executable),
        fmt::format("install it: {} -m pip install torch=={}", site.executable, built_for_torch()));
  }
  if (site.torch_version != built_for_torch()) {
    throw Error(ErrorKind::environment,
                fmt::format("'{}' has torch {}, tsctl was built for {}", executable,
                            site.torch_version, built_for_torch()),
                rebuild);
  }
  if (!site.missing.empty()) {
    throw Error(
        ErrorKind::environment,
        fmt::format("'{}' has no package '{}'", executable, site.missing.front()),
        fmt::format("install it: {} -m pip install {}", site.executable, site.missing.front()));
  }
  return site;
}

std::string built_for_python() { return kBuiltForPython; }
std::string built_for_torch() { return kBuiltForTorch; }
std::string default_python() { return kDefaultPython; }

}  // namespace tsctl
