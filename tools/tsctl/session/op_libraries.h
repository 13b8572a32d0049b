#pragma once

#include <map>
#include <string>
#include <vector>

#include "tsctl/core/manifest.h"

namespace tsctl {

class CommandSession;

// The libraries whose operators TorchScript files need: those of --op-lib, those that a file's manifest remembers if they
// are unchanged and the user has named them before, and torchvision's and torchaudio's of the chosen Python if the file's
// code uses them.
class OpLibraries {
 public:
  explicit OpLibraries(CommandSession& session) : session_(session) {}

  // `model_path` may be empty. Throws Error{input} that names --op-lib for a library that is missing, has changed, or was
  // never named.
  const std::vector<OpLibrary>& of(const std::string& model_path);

  // Gives the libraries of this file to jobs that load no file too: to the SOURCE that it was captured from.
  void lend(const std::string& model_path);

 private:
  std::vector<OpLibrary> found_for(const std::string& model_path);

  CommandSession& session_;
  std::vector<std::string> lenders_ = {};
  std::map<std::string, std::vector<OpLibrary>> known_ = {};  // by path, size and time of the file
};

// The same for the session's own.
std::vector<OpLibrary> op_libraries_of(CommandSession& session, const std::string& model_path);

// The same as the manifest of `output` remembers them: without the folders of this machine.
std::vector<OpLibrary> op_libraries_to_remember(CommandSession& session,
                                                const std::string& model_path,
                                                const std::string& output);

}  // namespace tsctl
