#include "commands/commands.h"
#include "commands/rewrite_command.h"
#include "options/bind_command.h"
#include "options/help_group.h"

namespace tsctl {

void add_optimize(CLI::App& app, Action& selected) {
  CLI::App* command = app.add_subcommand(
      "optimize", "Freeze a file if needed and run the passes that make it faster");
  auto flags = std::make_shared<RewriteFlags>();
  add_rewrite_options(*command, *flags);
  add_packing_options(*command, flags->passes);
  HelpGroup(*command, "Comparison")
      .flag("--verify,!--no-verify", flags->verify,
            "Compare the outputs with the input file's (default), or only load the result");
  const HelpGroup passes(*command, "Passes");
  passes.flag("--no-bench{false}", flags->passes.check_speed,
              "Do not time the result: keep optimizations that make it slower on this host");
  passes.flag("--bisect", flags->bisect,
              "Find the rewrite that makes outputs differ or the file slower");
  flags->goal = RewriteGoal::optimize;
  bind_command(*command, selected, flags, &rewrite_command);
}

}  // namespace tsctl
