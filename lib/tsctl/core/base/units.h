#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tsctl {

// Formats numbers for people. All other code uses seconds and bytes; only these functions scale.
std::string seconds_text(double seconds);    // "1.234 ms", never "0.00 ms"
std::string bytes_text(std::int64_t bytes);  // "1.7 MiB"
std::string percent_text(double fraction);   // 0.031 -> "3.1%"
std::string ratio_text(double ratio);        // "1.05"
std::string ratio_interval_text(double ratio, double low, double high);  // "1.05 [1.04, 1.06]"
std::string rate_text(double per_second);                                // "810", "12.3k"
std::string number_text(double value);                                   // "3.1e-06", "0"
std::string counted(std::int64_t count, std::string_view thing);         // "1 core", "2 cores"

// The same; "-" for none.
std::string seconds_text(std::optional<double> seconds);
std::string percent_text(std::optional<double> fraction);
std::string ratio_text(std::optional<double> ratio);
std::string rate_text(std::optional<double> per_second);
std::string number_text(std::optional<double> value);
// A ratio without its interval has one number.
std::string ratio_interval_text(std::optional<double> ratio, std::optional<double> low,
                                std::optional<double> high);

}  // namespace tsctl
