#include <gtest/gtest.h>

#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include "cli.h"

namespace tsctl {
namespace {

// The commands as help lists them: a word behind two blanks, below the heading of the commands.
std::vector<std::string> listed_commands() {
  std::ostringstream out;
  std::ostringstream err;
  Context context{.out = out, .err = err};
  cli::run({"--help"}, context);
  std::istringstream help(out.str());
  std::vector<std::string> commands;
  bool below = false;
  for (std::string line; std::getline(help, line);) {
    if (line.starts_with("Subcommands:") || line.starts_with("Commands:")) {
      below = true;
    } else if (below && line.empty()) {
      break;
    } else if (below && line.starts_with("  ") && line.size() > 2 && line[2] != ' ') {
      commands.push_back(line.substr(2, line.find(' ', 2) - 2));
    }
  }
  return commands;
}

TEST(Commands, are_seventeen) { EXPECT_EQ(listed_commands().size(), 17U); }

TEST(Commands, each_have_cases_and_a_page) {
  const std::filesystem::path root(TSCTL_ROOT);
  for (const std::string& command : listed_commands()) {
    EXPECT_TRUE(std::filesystem::is_directory(root / "tests/cli" / command)) << command;
    EXPECT_TRUE(std::filesystem::is_regular_file(root / "docs/commands" / (command + ".md")))
        << command;
  }
}

TEST(Commands, each_explain_themselves) {
  for (const std::string& command : listed_commands()) {
    std::ostringstream out;
    std::ostringstream err;
    Context context{.out = out, .err = err};
    EXPECT_EQ(cli::run({command, "--help"}, context), ExitCode::ok) << command;
    EXPECT_NE(out.str().find("tsctl " + command), std::string::npos) << command;
    EXPECT_EQ(err.str(), "") << command;
  }
}

}  // namespace
}  // namespace tsctl
