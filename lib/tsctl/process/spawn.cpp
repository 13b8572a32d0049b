#include "tsctl/process/spawn.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <string_view>

namespace tsctl {

namespace {

// This process's environment, with additions in place of what has the same name.
std::vector<char*> merged_environment(const std::vector<std::string>& additions) {
  std::vector<char*> merged;
  for (const std::string& addition : additions)
    merged.push_back(const_cast<char*>(addition.c_str()));
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const std::string_view name = text.substr(0, text.find('=') + 1);
    const auto replaces = [name](const std::string& addition) {
      return addition.starts_with(name);
    };
    if (std::ranges::none_of(additions, replaces)) merged.push_back(*entry);
  }
  merged.push_back(nullptr);
  return merged;
}

}  // namespace

SpawnSetup::SpawnSetup() {
  posix_spawn_file_actions_init(&actions_);
  posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawnattr_init(&attributes_);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes_, &none);
  posix_spawnattr_setflags(&attributes_, flags_);
}

SpawnSetup::~SpawnSetup() {
  posix_spawn_file_actions_destroy(&actions_);
  posix_spawnattr_destroy(&attributes_);
}

void SpawnSetup::pass_descriptor(int from, int to) {
  posix_spawn_file_actions_adddup2(&actions_, from, to);
}

void SpawnSetup::lead_a_group() {
  flags_ |= POSIX_SPAWN_SETPGROUP;
  posix_spawnattr_setpgroup(&attributes_, 0);
  posix_spawnattr_setflags(&attributes_, flags_);
}

int SpawnSetup::start(pid_t& pid, const std::string& program, std::vector<std::string> arguments,
                      const std::vector<std::string>& environment) const {
  std::vector<char*> words;
  for (std::string& argument : arguments) words.push_back(argument.data());
  words.push_back(nullptr);
  return posix_spawnp(&pid, program.c_str(), &actions_, &attributes_, words.data(),
                      merged_environment(environment).data());
}

}  // namespace tsctl
