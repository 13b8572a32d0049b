#include "tsctl/report/json/json.h"

#include <stdexcept>

#include "tsctl/core/base/error.h"
#include "tsctl/core/bench_samples.h"
#include "tsctl/core/capture.h"
#include "tsctl/core/capture_api.h"
#include "tsctl/core/inspect_line.h"
#include "tsctl/core/manifest.h"
#include "tsctl/core/report.h"
#include "tsctl/core/wire.h"
#include "tsctl/report/json/json_convert.h"

namespace tsctl {

template <typename T>
std::string json_text(const T& value) {
  // Messages of a model can contain invalid UTF-8, which is replaced.
  return json::to_json(value).dump(-1, ' ', false, json::Json::error_handler_t::replace);
}

template <typename T>
T from_json_text(const std::string& text) {
  try {
    T value;
    json::read_json(json::Json::parse(text), value);
    return value;
  } catch (const std::exception& error) {
    throw Error(ErrorKind::input, std::string("a JSON document cannot be read: ") + error.what());
  }
}

// Messages between processes.
template std::string json_text(const FrontMessage&);
template FrontMessage from_json_text(const std::string&);
template std::string json_text(const WorkerMessage&);
template WorkerMessage from_json_text(const std::string&);

// Requests to Python and its results.
template std::string json_text(const CaptureRequest&);
template std::string json_text(const EagerRequest&);
template std::string json_text(const RuntimeRequest&);
template std::string json_text(const LocateRequest&);
template std::string json_text(const LoadInputsRequest&);
template std::string json_text(const ArmRequest&);
template CaptureResult from_json_text(const std::string&);
template EagerResult from_json_text(const std::string&);
template LocateResult from_json_text(const std::string&);
template LoadInputsResult from_json_text(const std::string&);
template PythonSite from_json_text(const std::string&);

// Documents in files.
template std::string json_text(const Manifest&);
template Manifest from_json_text(const std::string&);
template std::string json_text(const LaunchSamples&);
template std::string json_text(const InspectLine&);

}  // namespace tsctl
