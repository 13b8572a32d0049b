#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tsctl {

// One JSON line between the front and a worker, in either direction.
struct WireMessage {
  // To the worker: job, time_calls. From it: progress, warning, ready, times, result, error.
  std::string type = {};
  std::string text = {};  // progress; a warning's or an error's sentence
  std::string code = {};  // a warning's code; an error's kind
  std::string hint = {};
  std::string detail = {};
  std::string job = {};      // what to do
  std::string payload = {};  // a request or a result, as JSON text
  std::string site = {};     // the PythonSite, as JSON text; empty for jobs without Python
  std::string engine = {};   // paths of the plug-ins
  std::string capture = {};
  std::optional<std::uint64_t> layout = {};  // of the worker; see worker/address_layout.h
  int untimed = 0;
  int calls = 0;
  std::vector<double> seconds = {};
  std::int64_t page_faults = 0;  // minor faults during the timed calls
};

template <typename Visitor>
void visit_fields(Visitor& visit, WireMessage& value) {
  visit("type", value.type);
  visit("text", value.text);
  visit("code", value.code);
  visit("hint", value.hint);
  visit("detail", value.detail);
  visit("job", value.job);
  visit("payload", value.payload);
  visit("site", value.site);
  visit("engine", value.engine);
  visit("capture", value.capture);
  visit("layout", value.layout);
  visit("untimed", value.untimed);
  visit("calls", value.calls);
  visit("seconds", value.seconds);
  visit("page_faults", value.page_faults);
}

}  // namespace tsctl
