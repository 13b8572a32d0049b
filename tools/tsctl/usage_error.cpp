#include "usage_error.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "options/command_examples.h"
#include "options/foreign_flags.h"
#include "options/help_text.h"
#include "tsctl/core/base/did_you_mean.h"
#include "tsctl/report/text/text_lines.h"

namespace tsctl::cli {

namespace {

std::vector<std::string> flags_of(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

std::vector<std::string> command_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands({})) names.push_back(command->get_name());
  return names;
}

// "did you mean --json? HINT", or HINT alone when no name is close.
std::string with_suggestion(const std::string& wrong, const std::vector<std::string>& names,
                            const std::string& hint) {
  const std::string closest = closest_name(wrong, names);
  return closest.empty() ? hint : fmt::format("did you mean {}? {}", closest, hint);
}

// The first word of the command line that CLI11 could not assign; empty if there is none.
std::string first_unexpected(const CLI::App& app) {
  const std::vector<std::string> words = app.remaining(true);
  return words.empty() ? std::string() : words.front();
}

Error without_command(const CLI::App& app) {
  const std::string word = first_unexpected(app);
  if (word.empty()) {
    return {ErrorKind::usage, "no command was given", "run tsctl --help for the list of commands"};
  }
  const bool is_flag = word.starts_with("-");
  return {ErrorKind::usage, fmt::format("there is no {} {}", is_flag ? "flag" : "command", word),
          with_suggestion(word, is_flag ? flags_of(app) : command_names(app),
                          "run tsctl --help for the list")};
}

// The commands that have the flag, "bench and convert"; empty if none has.
std::string commands_with(const CLI::App& app, const std::string& flag) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands({})) {
    if (command->get_option_no_throw(flag) != nullptr) names.push_back(command->get_name());
  }
  if (names.empty()) return {};
  const std::string last = names.back();
  names.pop_back();
  return names.empty() ? last : joined(names, ", ") + " and " + last;
}

// What to do about a flag that the command does not have.
std::string hint_for_flag(const CLI::App& app, const CLI::App& command, const std::string& name,
                          const std::string& hint) {
  const std::string elsewhere = commands_with(app, name);
  if (name.starts_with("--") && !elsewhere.empty())
    return fmt::format("{} {} it; {}", elsewhere,
                       elsewhere.find(" and ") == std::string::npos ? "has" : "have", hint);
  const ForeignFlag* foreign = foreign_flag(name);
  if (foreign == nullptr) return with_suggestion(name, flags_of(command), hint);
  const std::string ours(foreign->ours);
  if (ours.empty() || command.get_option_no_throw(ours) != nullptr)
    return std::string(foreign->advice);
  return fmt::format("{} (of tsctl {})", foreign->advice, commands_with(app, ours));
}

Error unexpected_word(const CLI::App& app, const CLI::App& command, const std::string& word,
                      const std::string& hint) {
  const std::string name = word.substr(0, word.find('='));
  if (word.starts_with("-")) {
    return {ErrorKind::usage,
            fmt::format("tsctl {} has no flag {}", full_command_name(command), name),
            hint_for_flag(app, command, name, hint)};
  }
  return {
      ErrorKind::usage,
      fmt::format("tsctl {} does not accept the argument '{}'", full_command_name(command), word),
      hint};
}

// For a command that consists of commands, such as `history`, without one of them.
Error without_part(const CLI::App& command, const std::string& word, const std::string& hint) {
  if (word.empty() || word.starts_with("-")) {
    return {ErrorKind::usage, fmt::format("tsctl {} needs a command", command.get_name()), hint};
  }
  return {ErrorKind::usage, fmt::format("tsctl {} has no command {}", command.get_name(), word),
          with_suggestion(word, command_names(command), hint)};
}

// The parts of a message of CLI11 around `middle`, after its "--flag: "; nullopt for another message.
struct ParserMessage {
  std::string flag = {};
  std::string before = {};
  std::string after = {};
};

std::optional<ParserMessage> split_message(const std::string& text, const std::string& middle) {
  const std::size_t colon = text.find(": ");
  const std::size_t place = text.rfind(middle);
  if (colon == std::string::npos || place == std::string::npos || place < colon + 2)
    return std::nullopt;
  return ParserMessage{.flag = text.substr(0, colon),
                       .before = text.substr(colon + 2, place - colon - 2),
                       .after = text.substr(place + middle.size())};
}

// CLI11 words the failures of its own checks tersely: "Value 0 not in range 1 to 8", "1 required FILE missing",
// "x not in {a,b}".
std::string plain_message(const std::string& text) {
  constexpr std::string_view kValue = "Value ";
  if (const auto range = split_message(text, " not in range ");
      range && range->before.starts_with(kValue)) {
    return fmt::format("{}: '{}' is not a number from {}", range->flag,
                       range->before.substr(kValue.size()), range->after);
  }
  if (auto choice = split_message(text, " not in {"); choice && choice->after.ends_with("}")) {
    choice->after.pop_back();
    return fmt::format("{}: '{}' is none of {}", choice->flag, choice->before,
                       joined(CLI::detail::split(choice->after, ','), ", "));
  }
  if (const auto missing = split_message(text, " required "); missing && text.ends_with(" missing"))
    return missing->flag + " has no value";
  return text;
}

}  // namespace

std::optional<Error> missing_value(const CLI::App& app) {
  const CLI::App& command = chosen_command(app);
  if (&command == &app) return std::nullopt;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& value : option->results()) {
      const bool is_flag = value.size() > 1 && value.starts_with("-") &&
                           command.get_option_no_throw(value) != nullptr;
      if (!is_flag) continue;
      return Error{ErrorKind::usage,
                   fmt::format("tsctl {}: {} has no value: {} follows it",
                               full_command_name(command), option->get_name(), value),
                   fmt::format("run tsctl {} --help", full_command_name(command))};
    }
  }
  return std::nullopt;
}

Error usage_error(const CLI::App& app, const CLI::ParseError& error) {
  if (const auto missing = missing_value(app)) return *missing;
  const CLI::App& command = chosen_command(app);
  if (&command == &app) return without_command(app);
  const std::string name = full_command_name(command);
  const std::string hint = fmt::format("run tsctl {} --help", name);
  if (!command.get_subcommands({}).empty())
    return without_part(command, first_unexpected(app), hint);
  // A word that no option takes explains more than what is missing.
  if (const std::string word = first_unexpected(app); !word.empty())
    return unexpected_word(app, command, word, hint);
  const CommandExamples* const examples = examples_of(name);
  const bool shows_example = error.get_name() == "RequiredError" && examples != nullptr;
  return {ErrorKind::usage, fmt::format("tsctl {}: {}", name, plain_message(error.what())),
          shows_example ? fmt::format("for example: {}", examples->lines[0]) : hint};
}

}  // namespace tsctl::cli
