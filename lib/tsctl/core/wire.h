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

}  // namespace tsctl
