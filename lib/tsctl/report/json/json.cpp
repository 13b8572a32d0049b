#include "tsctl/report/json/json.h"

#include <stdexcept>
#include <string_view>
#include <type_traits>

#include "tsctl/core/base/error.h"
#include "tsctl/core/bench_samples.h"
#include "tsctl/core/capture.h"
#include "tsctl/core/capture_api.h"
#include "tsctl/core/inspect_line.h"
#include "tsctl/core/manifest.h"
#include "tsctl/core/report.h"
#include "tsctl/core/wire.h"
#include "tsctl/report/json/json_convert.h"
#include "tsctl/report/json/raw_bytes.h"

namespace tsctl {

namespace {

// A document in a file, which other programs read.
template <typename T>
inline constexpr bool kIsDocument = std::is_same_v<T, Manifest> || std::is_same_v<T, LaunchSamples>;

template <std::string (*Change)(std::string_view)>
void change_texts(json::Json& value) {
  if (value.is_string()) value = Change(value.get_ref<const std::string&>());
  if (value.is_array() || value.is_object()) {
    for (json::Json& item : value) change_texts<Change>(item);
  }
}

}  // namespace

template <typename T>
std::string json_text(const T& value) {
  json::Json json = json::to_json(value);
  if constexpr (kIsDocument<T>) {
    return json::line_text(json);
  } else {
    change_texts<&with_hidden_bytes>(json);
    return with_shown_bytes(json::line_text(json));
  }
}

template <typename T>
T from_json_text(const std::string& text) {
  try {
    T value;
    if constexpr (kIsDocument<T>) {
      json::read_json(json::Json::parse(text), value);
    } else {
      json::Json json = json::Json::parse(with_hidden_bytes(text));
      change_texts<&with_shown_bytes>(json);
      json::read_json(json, value);
    }
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
