#pragma once

#include <string>
#include <utility>
#include <vector>

#include "session/command_session.h"
#include "tsctl/core/inspect.h"

namespace tsctl {

// The files that `inspect` writes its graphs to; empty for none.
struct GraphFiles {
  std::string dot = {};  // "-" is standard output, in place of the text
  std::string svg = {};
  std::string model_explorer = {};
  std::string timings = {};  // a report of a bench with --profile

  bool wanted() const noexcept { return !dot.empty() || !svg.empty() || !model_explorer.empty(); }
  // Those that are files, each with its flag.
  std::vector<std::pair<std::string, std::string>> written() const;
};

// Throws Error{usage} for flags that do not go together.
void require_fit(const GraphFiles& files, const ReportOptions& report);

// Writes the files. `method` is the one that DOT and SVG show. Throws Error.
void write_graphs(CommandSession& session, const ModelSummary& summary, const std::string& method,
                  const GraphFiles& files);

}  // namespace tsctl
