#pragma once

#include <string>

namespace tsctl {

// A SOURCE, path/to/file.py:Name or package.module:Name, where .method may follow, and how to build the model from it.
struct SourceSpec {
  std::string text = {};    // as the user wrote it
  std::string file = {};    // the .py file; empty for a module
  std::string module = {};  // package.module; empty for a file
  std::string name = {};
  std::string kwargs_json = {};  // --kwargs; empty if not given
  std::string weights = {};      // --weights; empty if not given
};

template <typename Visitor>
void visit_fields(Visitor& visit, SourceSpec& value) {
  visit("text", value.text);
  visit("file", value.file);
  visit("module", value.module);
  visit("name", value.name);
  visit("kwargs_json", value.kwargs_json);
  visit("weights", value.weights);
}

// Whether the text has the form of a SOURCE, not of a model file: it ends in ":Name".
bool looks_like_source(const std::string& text);

// Throws Error{usage} that quotes the text and names the part that is wrong.
SourceSpec source_from_text(const std::string& text);

}  // namespace tsctl
