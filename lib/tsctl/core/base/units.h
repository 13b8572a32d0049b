#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace tsctl {

// Formats numbers for people. All other code uses seconds and bytes; only these functions scale.
std::string seconds_text(double seconds);                 // "1.234 ms", never "0.00 ms"
std::string seconds_text(std::optional<double> seconds);  // "-" for none
std::string bytes_text(std::int64_t bytes);               // "1.7 MiB"
std::string percent_text(double fraction);                // 0.031 -> "3.1%"
std::string ratio_text(double ratio);                     // "1.05"
std::string ratio_interval_text(double ratio, double low, double high);  // "1.05 [1.04, 1.06]"
std::string rate_text(double per_second);                                // "810", "12.3k"
std::string number_text(double value);                                   // "3.1e-06", "0"

}  // namespace tsctl
