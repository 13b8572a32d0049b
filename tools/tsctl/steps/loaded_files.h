#pragma once

#include <string>
#include <vector>

#include "session/command_session.h"

namespace tsctl {

// Whether a command loads its files one after the other, or keeps all of them loaded.
enum class LoadedAtOnce { one, all };

// Looks at the TorchScript files among the paths, which the command is about to load. Throws Error{environment} if their
// tensors take more memory than is free; --memory none turns that off. Gives the warning below. Throws Error{input}.
void check_loaded_files(CommandSession& session, const std::vector<std::string>& paths,
                        LoadedAtOnce at_once = LoadedAtOnce::one);

// Warns if the code of a file writes files: in the sandbox it cannot, and LibTorch reports no error. Says it once in a
// command, of the first such file.
void warn_of_blocked_writes(CommandSession& session, const std::string& path);

}  // namespace tsctl
