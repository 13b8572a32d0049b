#pragma once

#include <string>

namespace tsctl {

// What a page begins with.
struct PageHead {
  std::string title = {};
  std::string command = {};  // the command line; empty for none
  std::string verdict = {};  // "pass (exit 0)"
  bool failed = false;       // shows the verdict as a failure
  std::string detail = {};   // below it: the error and what to do
};

// A complete page without network access and scripts. `body` is HTML.
std::string html_page(const PageHead& head, const std::string& body);

// A part of a page under its heading; empty for an empty body.
std::string html_section(const std::string& title, const std::string& body);
// The same one level below.
std::string html_subsection(const std::string& title, const std::string& body);

std::string html_paragraph(const std::string& text);

// Text as it is, such as code: in fixed-width letters, with its line breaks.
std::string html_code(const std::string& text);

}  // namespace tsctl
