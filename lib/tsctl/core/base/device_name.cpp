#include "tsctl/core/base/device_name.h"

#include <charconv>
#include <limits>
#include <system_error>

namespace tsctl {

std::optional<DeviceName> device_name_from_text(std::string_view text) {
  if (text == "cpu") return DeviceName{};
  if (text == "cuda") return DeviceName{.cuda = true};
  constexpr std::string_view kPrefix = "cuda:";
  if (!text.starts_with(kPrefix)) return std::nullopt;
  const std::string_view number = text.substr(kPrefix.size());
  if (number.empty() || number.find_first_not_of("0123456789") != std::string_view::npos)
    return std::nullopt;
  DeviceName device{.cuda = true};
  const auto [end, code] =
      std::from_chars(number.data(), number.data() + number.size(), device.index);
  // A number that no int holds names a device that no machine has.
  if (code == std::errc::result_out_of_range) device.index = std::numeric_limits<int>::max();
  return device;
}

}  // namespace tsctl
