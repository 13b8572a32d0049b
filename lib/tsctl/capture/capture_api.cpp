#include "tsctl/core/capture_api.h"

#include <fmt/format.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tsctl/capture/interpreter.h"
#include "tsctl/core/base/clock.h"
#include "tsctl/core/base/error.h"
#include "tsctl/core/base/python_variables.h"
#include "tsctl/core/base/resident_memory.h"
#include "tsctl/core/bench.h"
#include "tsctl/core/profile_recording.h"

namespace tsctl {

namespace {

namespace py = pybind11;

// The bytes of a text. Names of files need not be UTF-8; Python keeps their bytes as surrogates.
std::string bytes_of(const py::str& text) {
  for (const char* errors : {"surrogateescape", "replace"}) {
    PyObject* const encoded = PyUnicode_AsEncodedString(text.ptr(), "utf-8", errors);
    if (encoded != nullptr) return py::reinterpret_steal<py::bytes>(encoded);
    PyErr_Clear();
  }
  return {};
}

// The other way round.
py::str text_from(const std::string& bytes) {
  return py::bytes(bytes).attr("decode")("utf-8", "surrogateescape");
}

std::string text_of(const py::handle& object, const char* attribute) {
  return bytes_of(py::str(object.attr(attribute)));
}

std::string traceback_of(const py::error_already_set& raised) {
  const py::object lines =
      py::module_::import("traceback")
          .attr("format_exception")(raised.type(), raised.value(), raised.trace());
  return bytes_of(py::str("").attr("join")(lines));
}

// torch raises its own RuntimeError for this, or one with the allocator's message.
bool is_out_of_memory(const py::error_already_set& raised, const std::string& message) {
  return raised.matches(PyExc_MemoryError) ||
         text_of(raised.type(), "__name__") == "OutOfMemoryError" ||
         message.find("not enough memory") != std::string::npos ||
         message.find("can't allocate memory") != std::string::npos;
}

// A CaptureError has its own kind. Exceptions for missing memory and files get the kinds execution and input. Any other
// exception is a bug of the package.
Error error_from(const py::error_already_set& raised) {
  const py::object ours = py::module_::import("tsctl_capture.errors").attr("CaptureError");
  if (raised.matches(ours)) {
    const py::object& value = raised.value();
    return {kind_from_name(text_of(value, "kind")), text_of(value, "message"),
            text_of(value, "hint"), text_of(value, "detail")};
  }
  const std::string message = bytes_of(py::str(raised.value()));
  if (is_out_of_memory(raised, message)) {
    return {ErrorKind::execution,
            fmt::format("there is not enough memory for the model and its inputs: {}", message),
            "use smaller inputs, or a machine with more memory"};
  }
  if (raised.matches(PyExc_OSError)) {
    return {ErrorKind::input, message, "check that the file is there and may be read"};
  }
  return {ErrorKind::capture,
          fmt::format("the capture package failed: {}: {}", text_of(raised.type(), "__name__"),
                      message),
          "this is a fault of tsctl or of its installation; the traceback says where",
          traceback_of(raised)};
}

// Where an exception was raised: " (/path/torch.py:1)".
std::string place_of(const py::error_already_set& raised) {
  if (raised.matches(PyExc_SyntaxError))
    return fmt::format(" ({})", text_of(raised.value(), "filename"));
  if (!raised.trace()) return {};
  const py::list frames = py::module_::import("traceback").attr("extract_tb")(raised.trace());
  if (frames.empty()) return {};
  const py::object last = frames[frames.size() - 1];
  return fmt::format(" ({}:{})", text_of(last, "filename"), text_of(last, "lineno"));
}

// Imports what every job needs. Throws Error{environment} if one of the packages cannot be imported.
py::module_ imported_jobs(const PythonSite& site) {
  try {
    return py::module_::import("tsctl_capture.jobs");
  } catch (const py::error_already_set& raised) {
    const std::string message = bytes_of(py::str(raised.value()));
    if (is_out_of_memory(raised, message) || raised.matches(PyExc_OSError)) throw;
    const std::string variables = hint_for_python_variables();
    throw Error(
        ErrorKind::environment,
        fmt::format("the Python at '{}' cannot import torch and what tsctl needs: {}: {}{}",
                    site.executable, text_of(raised.type(), "__name__"), message, place_of(raised)),
        !variables.empty() ? variables
                           : fmt::format("see whether it imports torch: {} -c 'import "
                                         "torch'; if not, install torch again",
                                         site.executable));
  }
}

// Runs `work` with the interpreter started and the GIL held, and converts Python's exceptions.
template <typename Work>
auto with_python(const PythonSite& site, Work&& work) {
  ensure_interpreter(site);
  const py::gil_scoped_acquire held;
  try {
    if (!site.op_libraries.empty()) {
      py::module_::import("tsctl_capture.model.op_libraries").attr("load")(site.op_libraries);
    }
    return work();
  } catch (const py::error_already_set& raised) {
    std::string failure;
    try {
      throw error_from(raised);
    } catch (const py::error_already_set& again) {
      failure = again.what();  // the package itself cannot be imported
    }
    throw Error(ErrorKind::environment,
                fmt::format("the package tsctl_capture in '{}' cannot be used: {}",
                            site.package_dir, failure),
                "reinstall tsctl, or point it at its python folder");
  } catch (const py::builtin_exception& error) {
    throw Error(ErrorKind::capture,
                fmt::format("the capture package returned an unexpected type: {}", error.what()),
                "this is a fault of tsctl or of its installation");
  }
}

// The events for the Python side: progress(text), share_done(text, share) and warning(code, text).
py::object python_events(Events& events) {
  return py::module_::import("types").attr("SimpleNamespace")(
      py::arg("progress") =
          py::cpp_function([&events](const py::str& text) { events.progress(bytes_of(text)); }),
      py::arg("share_done") = py::cpp_function([&events](const py::str& text, double share) {
        events.share_done(bytes_of(text), share);
      }),
      py::arg("warning") =
          py::cpp_function([&events](const std::string& code, const py::str& text) {
            events.warning({code, bytes_of(text)});
          }));
}

py::object run_job(const PythonSite& site, const std::string& job, const std::string& request_json,
                   Events& events) {
  const py::object jobs = imported_jobs(site);
  const py::object request = py::module_::import("json").attr("loads")(text_from(request_json));
  return jobs.attr("run")(job, request, python_events(events));
}

std::vector<ProfileLine> lines_from(const py::handle& list) {
  std::vector<ProfileLine> lines;
  for (const py::handle& item : list) {
    lines.push_back({.name = py::cast<std::string>(item["name"]),
                     .detail = py::cast<std::string>(item["detail"]),
                     .count = py::cast<std::int64_t>(item["count"]),
                     .self_s = py::cast<double>(item["self_s"]),
                     .share = py::cast<double>(item["share"])});
  }
  return lines;
}

// The result of an arm's profile(): the members of ProfileRecording.
ProfileRecording recording_from(const py::object& given) {
  const py::object& result = given["result"];
  ProfileRecording recording;
  recording.result = {
      .calls = py::cast<int>(result["calls"]),
      .call_s = py::cast<std::optional<double>>(result["call_s"]),
      .unrecorded_call_s = py::cast<std::optional<double>>(result["unrecorded_call_s"]),
      .accounted = py::cast<std::optional<double>>(result["accounted"]),
      .operators = lines_from(result["operators"]),
      .modules = lines_from(result["modules"]),
      .lines = lines_from(result["lines"]),
      .reason = py::cast<std::string>(result["reason"])};
  for (const py::handle& span : given["spans"]) {
    recording.spans.push_back({.name = py::cast<std::string>(span["name"]),
                               .module = py::cast<std::string>(span["module"]),
                               .start_s = py::cast<double>(span["start_s"]),
                               .duration_s = py::cast<double>(span["duration_s"])});
  }
  return recording;
}

class PythonArm final : public Arm {
 public:
  PythonArm(PythonSite site, py::object arm, ArmOpening opening)
      : site_(std::move(site)), arm_(std::move(arm)), opening_(opening) {}
  PythonArm(const PythonArm&) = delete;
  PythonArm& operator=(const PythonArm&) = delete;
  ~PythonArm() override {
    const py::gil_scoped_acquire held;
    arm_ = py::object();
  }

  std::vector<double> time_calls(int untimed, int calls) override {
    return with_python(site_, [&] {
      return py::cast<std::vector<double>>(arm_.attr("time_calls")(untimed, calls));
    });
  }

  void call() override {
    keep_thread_state();
    with_python(site_, [&] { arm_.attr("call")(); });
  }

  void use_set(std::size_t index) override {
    with_python(site_, [&] { arm_.attr("use_set")(index); });
  }

  ArmOpening opening() const override { return opening_; }

  ProfileRecording profile(const ProfileRequest& request) override {
    return with_python(site_, [&] {
      if (!py::hasattr(arm_, "profile")) return Arm::profile(request);
      return recording_from(arm_.attr("profile")(request.calls));
    });
  }

  std::string tuning_reason() const override {
    return with_python(site_, [&] {
      return py::hasattr(arm_, "tuning_reason") ? text_of(arm_, "tuning_reason") : std::string();
    });
  }

 private:
  // Keeps the thread's Python state and its threading.local() between calls, which would otherwise end with each call.
  static void keep_thread_state() {
    thread_local const bool kept = [] {
      PyGILState_Ensure();
      PyEval_SaveThread();
      return true;
    }();
    static_cast<void>(kept);
  }

  PythonSite site_;
  py::object arm_;
  ArmOpening opening_;
};

// Nothing if the attribute is None or missing.
std::optional<double> seconds_of(const py::object& arm, const char* name) {
  return py::cast<std::optional<double>>(py::getattr(arm, name, py::none()));
}

std::string call(const PythonSite& site, const std::string& job, const std::string& request_json,
                 Events& events) {
  return with_python(site, [&] {
    const py::object result = run_job(site, job, request_json, events);
    return bytes_of(py::module_::import("json").attr("dumps")(result, py::arg("allow_nan") = false,
                                                              py::arg("ensure_ascii") = false));
  });
}

std::unique_ptr<Arm> open_arm(const PythonSite& site, const std::string& request_json,
                              Events& events) {
  const double start_s = now_s();
  return with_python(site, [&]() -> std::unique_ptr<Arm> {
    const py::module_ imports_torch = imported_jobs(site);
    ArmOpening opening{.libraries_s = now_s() - start_s};
    opening.libraries_bytes = resident_bytes();
    py::object arm = run_job(site, "open_arm", request_json, events);
    opening.loaded_bytes = resident_bytes();
    opening.deserialize_s = seconds_of(arm, "build_s");
    opening.move_s = seconds_of(arm, "move_s");
    return std::make_unique<PythonArm>(site, std::move(arm), opening);
  });
}

constexpr CaptureApi kApi{kCaptureApiVersion, &call, &open_arm};

}  // namespace

}  // namespace tsctl

extern "C" __attribute__((visibility("default"))) const tsctl::CaptureApi* tsctl_capture_api() {
  return &tsctl::kApi;
}
