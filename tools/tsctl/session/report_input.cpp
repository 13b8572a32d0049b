#include "session/report_input.h"

#include "tsctl/core/base/error.h"
#include "tsctl/files/file_io.h"

namespace tsctl {

ReportInput read_report_input(const std::string& path) {
  const bool standard_input = path == "-";
  try {
    return {.name = standard_input ? "standard input" : path,
            .text = bytes_of_file(standard_input ? "/dev/stdin" : path)};
  } catch (const Error& error) {
    throw Error(error.kind(), error.what(), "give a file that tsctl wrote with --json");
  }
}

}  // namespace tsctl
