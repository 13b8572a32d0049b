#include "tsctl/core/base/simple_json.h"

#include <fmt/format.h>

#include "tsctl/core/base/error.h"

namespace tsctl {

void require_simple_json(const std::string& text, const std::string& what,
                         std::int64_t max_values) {
  int depth = 0;
  std::int64_t values = 1;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
      continue;
    }
    if (c == '"') in_string = true;
    if (c == ',') ++values;
    if (c == '[' || c == '{') {
      ++depth;
      ++values;
    }
    if (c == ']' || c == '}') --depth;
    if (depth > kMaxJsonDepth || values > max_values) {
      throw Error(ErrorKind::input,
                  fmt::format("{} is too complex to be read safely: the limit is {} levels and {} "
                              "values",
                              what, kMaxJsonDepth, max_values),
                  "tsctl writes no such text: the file is damaged or was made to exhaust its "
                  "reader; get it from its source again");
    }
  }
}

}  // namespace tsctl
