#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <optional>
#include <string>

#include "tsctl/core/bench_options.h"

namespace tsctl {

// The measuring flags of bench and convert as given on the command line.
struct BenchFlags {
  BenchOptions options = {};
  std::string allocator = "system";
  std::string samples = {};
  std::string budget = {};  // as given, with or without units
  std::string precision = {};
  std::string margin = {};
  std::string max_regress = {};
};

void add_bench_options(CLI::App& command, BenchFlags& flags);

// The gates: --max-regress of bench, --require-speedup of convert.
void add_max_regress_option(CLI::App& command, BenchFlags& flags);
void add_require_speedup_option(CLI::App& command, BenchFlags& flags);

// Throws Error{usage} that names the flag at fault, Error{input} for an allocator that is not a file.
BenchOptions bench_options_from(const BenchFlags& flags, std::uint64_t seed);

}  // namespace tsctl
