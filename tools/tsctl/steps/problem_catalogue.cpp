#include "steps/problem_catalogue.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <sstream>
#include <system_error>

#include "tsctl/core/base/did_you_mean.h"
#include "tsctl/core/base/error.h"
#include "tsctl/files/file_io.h"
#include "tsctl/report/text/text_table.h"

namespace tsctl {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kHeading = "## ";
constexpr const char* kIndexPage = "README.md";

std::vector<fs::path> pages_in(const std::string& folder) {
  std::vector<fs::path> pages;
  std::error_code error;
  for (const fs::directory_entry& file : fs::directory_iterator(folder, error)) {
    const fs::path& path = file.path();
    if (path.extension() == ".md" && path.filename() != kIndexPage) pages.push_back(path);
  }
  std::ranges::sort(pages);
  return pages;
}

void append_problems(const std::string& page, std::vector<ProblemEntry>& problems) {
  std::istringstream lines(page);
  bool in_entry = false;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(kHeading)) {
      problems.push_back({.name = line.substr(kHeading.size())});
      in_entry = true;
    }
    if (in_entry) problems.back().text += line + "\n";
  }
}

// The paragraph below the heading, up to the end of its first sentence.
std::string first_sentence(const ProblemEntry& problem) {
  const std::size_t begin = problem.text.find_first_not_of('\n', problem.text.find('\n'));
  std::string paragraph = problem.text.substr(begin, problem.text.find("\n\n", begin) - begin);
  std::ranges::replace(paragraph, '\n', ' ');
  return paragraph.substr(0, paragraph.find(". ")) +
         (paragraph.find(". ") == std::string::npos ? "" : ".");
}

}  // namespace

std::vector<ProblemEntry> read_problems(const std::string& folder) {
  std::vector<ProblemEntry> problems;
  for (const fs::path& page : pages_in(folder)) append_problems(bytes_of_file(page), problems);
  if (problems.empty()) {
    throw Error(ErrorKind::environment,
                fmt::format("the catalogue of problems is missing: '{}' has no pages", folder),
                "install tsctl again (cmake --install), or read docs/capture-problems in its "
                "sources");
  }
  return problems;
}

const ProblemEntry& problem_named(const std::vector<ProblemEntry>& problems,
                                  const std::string& name) {
  std::vector<std::string> known;
  for (const ProblemEntry& problem : problems) {
    if (problem.name == name) return problem;
    known.push_back(problem.name);
  }
  const std::string closest = closest_name(name, known);
  throw Error(ErrorKind::usage, fmt::format("there is no problem '{}' (--problem)", name),
              (closest.empty() ? "" : "did you mean " + closest + "? ") +
                  std::string("tsctl explain --list-problems lists them all"));
}

std::string problem_list_text(const std::vector<ProblemEntry>& problems) {
  TextTable table({"problem", "cause"});
  for (const ProblemEntry& problem : problems) {
    table.add_row({problem.name, first_sentence(problem)});
  }
  return table.render();
}

}  // namespace tsctl
