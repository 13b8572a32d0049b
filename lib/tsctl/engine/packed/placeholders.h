#pragma once

#include <map>
#include <string>
#include <string_view>

namespace tsctl::packed {

// The text with each placeholder replaced by its value: `$WORD` by the value of "WORD". A name has capitals and
// underscores. Values are not searched for placeholders. Throws std::logic_error for a placeholder that has no value.
std::string fill_in(std::string_view text,
                    const std::map<std::string_view, std::string_view>& values);

}  // namespace tsctl::packed
