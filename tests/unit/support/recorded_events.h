#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "tsctl/core/base/events.h"

namespace tsctl {

// Keeps every event.
struct RecordedEvents : Events {
  std::vector<std::string> progress_texts = {};
  std::vector<double> shares = {};
  std::vector<Warning> warnings = {};

  void progress(const std::string& text) override { progress_texts.push_back(text); }
  void share_done(const std::string& text, double share) override {
    progress(text);
    shares.push_back(share);
  }
  void warning(const Warning& warning) override { warnings.push_back(warning); }

  // The number behind the word `name` in a progress text, such as "pid 123"; 0 if it was not told.
  pid_t pid_after(const std::string& name) const {
    for (const std::string& text : progress_texts) {
      if (text.starts_with(name + " "))
        return static_cast<pid_t>(std::stol(text.substr(name.size() + 1)));
    }
    return 0;
  }
};

}  // namespace tsctl
