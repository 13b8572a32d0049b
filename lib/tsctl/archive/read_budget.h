#pragma once

#include <cstdint>
#include <string>

namespace tsctl {

// What reading one file may cost, whatever is in it. All readers of the file spend from one budget, so that a small
// file cannot take gigabytes or minutes. A file of 10 MB may take about 60 MiB of memory and 2 s.
class ReadBudget {
 public:
  ReadBudget(std::string path, std::uint64_t file_bytes);

  // Memory that stays in use.
  void spend_bytes(std::uint64_t count) {
    if (count > bytes_left_) throw_exhausted("memory", bytes_limit_text());
    bytes_left_ -= count;
  }
  // Work: characters or objects that are looked at; about 10 ns each.
  void spend_steps(std::uint64_t count) {
    if (count > steps_left_) throw_exhausted("time", steps_limit_text());
    steps_left_ -= count;
  }

 private:
  std::string bytes_limit_text() const;
  std::string steps_limit_text() const;
  // Throws Error{input} that names the limit.
  [[noreturn]] void throw_exhausted(const char* what, const std::string& limit) const;

  std::string path_;
  std::uint64_t bytes_limit_;
  std::uint64_t steps_limit_;
  std::uint64_t bytes_left_;
  std::uint64_t steps_left_;
};

}  // namespace tsctl
