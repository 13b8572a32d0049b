#include "tsctl/engine/packed/placeholders.h"

#include <stdexcept>

namespace tsctl::packed {

namespace {

constexpr std::string_view kNameLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ_";

}  // namespace

std::string fill_in(std::string_view text,
                    const std::map<std::string_view, std::string_view>& values) {
  std::string filled;
  for (auto mark = text.find('$'); mark != std::string_view::npos; mark = text.find('$')) {
    filled += text.substr(0, mark);
    text.remove_prefix(mark + 1);
    const std::string_view name = text.substr(0, text.find_first_not_of(kNameLetters));
    const auto value = values.find(name);
    if (value == values.end())
      throw std::logic_error("no value for the placeholder $" + std::string(name));
    filled += value->second;
    text.remove_prefix(name.size());
  }
  filled += text;
  return filled;
}

}  // namespace tsctl::packed
