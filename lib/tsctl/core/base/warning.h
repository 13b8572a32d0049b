#pragma once

#include <string>

namespace tsctl {

// A warning in the report. `code` is stable ("reference_proves_nothing"); `text` is for people.
struct Warning {
  std::string code = {};
  std::string text = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, Warning& value) {
  visit("code", value.code);
  visit("text", value.text);
}

}  // namespace tsctl
