#include "session/named_libraries.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace tsctl {

namespace {

namespace fs = std::filesystem;

// Empty if the environment names no folder.
fs::path list_path() {
  const char* state = std::getenv("XDG_STATE_HOME");
  if (state != nullptr && *state == '/') return fs::path(state) / "tsctl" / "op-libraries";
  const char* home = std::getenv("HOME");
  if (home == nullptr || *home != '/') return {};
  return fs::path(home) / ".local" / "state" / "tsctl" / "op-libraries";
}

}  // namespace

bool was_named(const std::string& sha256) {
  std::ifstream list(list_path());
  for (std::string line; std::getline(list, line);) {
    if (line == sha256) return true;
  }
  return false;
}

void remember_named(const std::string& sha256) {
  const fs::path path = list_path();
  if (path.empty() || was_named(sha256)) return;
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  std::ofstream(path, std::ios::app) << sha256 + "\n";
}

}  // namespace tsctl
