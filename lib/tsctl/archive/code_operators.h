#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "tsctl/archive/model_archive.h"

namespace tsctl {

// Where code names an operator or a class.
struct OperatorPlace {
  std::string record = {};  // of the first place
  std::int64_t line = 0;
  std::int64_t places = 0;
  bool only_own = true;  // only tsctl's own classes name it
};

using CodeOperators = std::map<std::string, OperatorPlace>;

struct CodeNames {
  CodeOperators operators = {};  // "aten::relu", called or not
  CodeOperators custom_classes =
      {};  // of C++: "__torch__.torch.classes.quantized.LinearPackedParamsBase"
};

// Every operator and class of C++ that the code names, in functions or elsewhere in its text.
CodeNames names_in(const ModelArchive& archive);

// The line of the first character that LibTorch's lexer refuses, and what it is; none if it reads all of the text.
std::optional<std::pair<std::int64_t, std::string>> first_unreadable(std::string_view text);

}  // namespace tsctl
