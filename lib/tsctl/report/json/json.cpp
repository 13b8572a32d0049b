#include "tsctl/report/json/json.h"

#include <stdexcept>

#include "tsctl/core/base/error.h"
#include "tsctl/core/bench_samples.h"
#include "tsctl/core/capture.h"
#include "tsctl/core/capture_api.h"
#include "tsctl/core/manifest.h"
#include "tsctl/core/report.h"
#include "tsctl/core/wire.h"
#include "tsctl/report/json/json_convert.h"

namespace tsctl {

template <typename T>
std::string json_text(const T& value) {
  // A model's messages can hold bytes that are no UTF-8; they are replaced, not refused.
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

template std::string json_text(const WireMessage&);
template WireMessage from_json_text(const std::string&);
template std::string json_text(const PythonSite&);
template PythonSite from_json_text(const std::string&);
template std::string json_text(const CaptureRequest&);
template std::string json_text(const CaptureResult&);
template CaptureResult from_json_text(const std::string&);
template std::string json_text(const RewriteRequest&);
template RewriteRequest from_json_text(const std::string&);
template std::string json_text(const RewriteResult&);
template RewriteResult from_json_text(const std::string&);
template std::string json_text(const VerifyRequest&);
template VerifyRequest from_json_text(const std::string&);
template std::string json_text(const VerifyResult&);
template VerifyResult from_json_text(const std::string&);
template std::string json_text(const RunRequest&);
template RunRequest from_json_text(const std::string&);
template std::string json_text(const RunResult&);
template RunResult from_json_text(const std::string&);
template std::string json_text(const GraphRequest&);
template GraphRequest from_json_text(const std::string&);
template std::string json_text(const GraphResult&);
template GraphResult from_json_text(const std::string&);
template std::string json_text(const ArmRequest&);
template ArmRequest from_json_text(const std::string&);
template std::string json_text(const LoadWindow&);
template LoadWindow from_json_text(const std::string&);
template std::string json_text(const LoadTimes&);
template LoadTimes from_json_text(const std::string&);
template std::string json_text(const ProfileRequest&);
template ProfileRequest from_json_text(const std::string&);
template std::string json_text(const ProfileResult&);
template ProfileResult from_json_text(const std::string&);
template std::string json_text(const ArmOpening&);
template ArmOpening from_json_text(const std::string&);
template std::string json_text(const TransferTimes&);
template TransferTimes from_json_text(const std::string&);
template std::string json_text(const DescribeRequest&);
template DescribeRequest from_json_text(const std::string&);
template std::string json_text(const DescribeResult&);
template DescribeResult from_json_text(const std::string&);
template std::string json_text(const Manifest&);
template Manifest from_json_text(const std::string&);
template std::string json_text(const SourceSpec&);
template std::string json_text(const LaunchSamples&);

}  // namespace tsctl
