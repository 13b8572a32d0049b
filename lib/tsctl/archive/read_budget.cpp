#include "tsctl/archive/read_budget.h"

#include <fmt/format.h>

#include <utility>

#include "tsctl/core/base/error.h"

namespace tsctl {

namespace {

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;
constexpr std::uint64_t kBaseBytes = 36 * kMiB;
constexpr std::uint64_t kBaseSteps = 50'000'000;
constexpr std::uint64_t kStepsPerByte = 10;
constexpr const char* kHint =
    "no model needs that much: the file is damaged or was made to exhaust its reader; get it from "
    "its source again";

}  // namespace

ReadBudget::ReadBudget(std::string path, std::uint64_t file_bytes)
    : path_(std::move(path)),
      bytes_limit_(kBaseBytes + 2 * file_bytes),
      steps_limit_(kBaseSteps + kStepsPerByte * file_bytes),
      bytes_left_(bytes_limit_),
      steps_left_(steps_limit_) {}

std::string ReadBudget::bytes_limit_text() const {
  return fmt::format("{} MiB", bytes_limit_ / kMiB);
}

std::string ReadBudget::steps_limit_text() const {
  return fmt::format("{} million steps", steps_limit_ / 1'000'000);
}

void ReadBudget::throw_exhausted(const char* what, const std::string& limit) const {
  throw Error(ErrorKind::input,
              fmt::format("'{}' is too complex to be read safely: its structure needs more {} than "
                          "the limit of {}",
                          path_, what, limit),
              kHint);
}

}  // namespace tsctl
