#include "tsctl/capture/interpreter.h"

#include <fmt/format.h>
#include <pybind11/embed.h>

#include <string>

#include "tsctl/capture/native_module.h"
#include "tsctl/core/base/error.h"

// Registered when this library is loaded, which is before any interpreter starts.
PYBIND11_EMBEDDED_MODULE(_tsctl, module) { tsctl::define_native_module(module); }

namespace tsctl {

namespace {

namespace py = pybind11;

std::string built_for() { return fmt::format("{}.{}", PY_MAJOR_VERSION, PY_MINOR_VERSION); }

// "3.11.2 (main, …" -> "3.11"
std::string minor_version(const std::string& version) {
  const std::size_t dot = version.find('.');
  if (dot == std::string::npos) return version;
  const std::size_t end = version.find_first_not_of("0123456789", dot + 1);
  return version.substr(0, end);
}

void check_version(const PythonSite& site) {
  const std::string loaded = minor_version(Py_GetVersion());
  const std::string& found = site.version.empty() ? loaded : minor_version(site.version);
  if (found == built_for() && loaded == built_for()) return;
  throw Error(ErrorKind::environment,
              fmt::format("the Python at '{}' is version {}, tsctl was built for {}",
                          site.executable, found == built_for() ? loaded : found, built_for()),
              fmt::format("name a Python {} with --python, or build tsctl for this one: cmake -B "
                          "build -DTSCTL_PYTHON={}",
                          built_for(), site.executable));
}

void start(const PythonSite& site) {
  PyConfig config;
  PyConfig_InitPythonConfig(&config);
  config.parse_argv = 0;
  config.install_signal_handlers = 0;  // the worker's own handlers stay
  config.pathconfig_warnings = 0;
  // The order of a set decides what some models become: it is the same in each run.
  config.use_hash_seed = 1;
  config.hash_seed = 0;
  config.buffered_stdio =
      0;  // a process that ends or crashes does not flush, and the model's output must not be lost
  // Python uses this path to find the environment's pyvenv.cfg and its site-packages.
  const PyStatus status =
      PyConfig_SetBytesString(&config, &config.executable, site.executable.c_str());
  if (PyStatus_Exception(status) != 0) {
    PyConfig_Clear(&config);
    throw Error(ErrorKind::environment,
                fmt::format("the path of the Python at '{}' cannot be decoded", site.executable));
  }
  const char* const argv[] = {"tsctl"};
  try {
    py::initialize_interpreter(&config, 1, argv, false);
  } catch (const std::exception& error) {
    throw Error(
        ErrorKind::environment,
        fmt::format("the Python at '{}' could not be started: {}", site.executable, error.what()),
        fmt::format("check it with: {} -c 'import sys; print(sys.prefix)'", site.executable));
  }
  py::module_::import("sys").attr("path").attr("insert")(0, site.package_dir);
}

}  // namespace

void ensure_interpreter(const PythonSite& site) {
  if (Py_IsInitialized() != 0) return;
  check_version(site);
  start(site);
  PyEval_SaveThread();  // code that needs Python takes the GIL
}

}  // namespace tsctl
