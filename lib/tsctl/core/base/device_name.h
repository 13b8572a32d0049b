#pragma once

#include <optional>
#include <string_view>

namespace tsctl {

// A device as --device names it.
struct DeviceName {
  bool cuda = false;
  int index = 0;  // of a CUDA device
};

// Reads "cpu", "cuda" (the device 0) or "cuda:N"; nothing for other text.
std::optional<DeviceName> device_name_from_text(std::string_view text);

}  // namespace tsctl
