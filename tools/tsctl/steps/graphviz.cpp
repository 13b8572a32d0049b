#include "steps/graphviz.h"

#include "tsctl/files/file_io.h"
#include "tsctl/files/output_file.h"
#include "tsctl/files/scratch_file.h"
#include "tsctl/process/graphviz.h"

namespace tsctl {

std::string svg_from_dot(CommandSession& session, const std::string& dot) {
  constexpr double kSeconds = 60.0;  // without --timeout
  const double seconds = session.options().timeout_s > 0 ? session.options().timeout_s : kSeconds;
  const ScratchFile input(temporary_folder());
  const ScratchFile output(temporary_folder());
  write_text_file(input.path(), dot, "--svg");
  session.say("dot");
  session.watch_interrupts();
  draw_with_graphviz(input.path(), output.path(), seconds, [&] { session.check_interrupts(); });
  return bytes_of_file(output.path(), "--svg");
}

}  // namespace tsctl
