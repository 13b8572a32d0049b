#include "options/limit_options.h"

#include <string>

#include "options/help_group.h"
#include "options/numbers.h"
#include "tsctl/core/base/error.h"

namespace tsctl {

namespace {

// Takes a size for `set`.
template <typename Set>
void add_size(CLI::App& command, const std::string& flag, const std::string& help, Set set) {
  command
      .add_option_function<std::string>(
          flag, [set, flag](const std::string& text) { set(bytes_from(text, flag)); }, help)
      ->check(checked([flag](const std::string& text) {
        try {
          bytes_from(text, flag);
          return std::string();
        } catch (const Error&) {
          return "'" + text + "' is not a size above 0, such as 8GiB or 500MB, or none";
        }
      }))
      ->group("Limits")
      ->type_name("SIZE");
}

}  // namespace

void add_limit_options(CLI::App& command, RunOptions& options) {
  const HelpGroup group(command, "Limits");
  group
      .option("--timeout", "SECONDS", options.timeout_s,
              "Time-out of each step in seconds (default: none, and 300 for loading a file)")
      ->check(positive_number());
  add_size(command, "--memory",
           "The most memory that a worker may allocate (default: the machine's, less a reserve)",
           [&options](std::int64_t bytes) { options.memory_bytes = bytes; });
  add_size(command, "--max-output",
           "The most output of a model that is shown per second (default 1MiB)",
           [&options](std::int64_t bytes) { options.max_output_bytes = bytes; });
  group.flag("--no-sandbox{false}", options.sandbox,
             "Let a file's code reach files, the network and other programs");
}

}  // namespace tsctl
