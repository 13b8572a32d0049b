#pragma once

#include <span>
#include <string>
#include <string_view>

namespace tsctl::fuzz {

// A reader of untrusted bytes. It returns for every input, or throws Error{input}; anything else is a defect.
struct Target {
  std::string_view name = {};
  void (*run)(const std::string& bytes) = nullptr;
};

std::span<const Target> targets();

// Runs the target of that name, and catches the errors that an input may cause.
void run_target(std::string_view name, const std::string& bytes);

}  // namespace tsctl::fuzz
