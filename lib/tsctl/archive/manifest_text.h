#pragma once

#include <optional>
#include <string>

#include "tsctl/archive/zip_reader.h"

namespace tsctl {

// The text of the manifest that tsctl stores in its files; none if the file has no manifest. Throws Error{input} if it
// is larger than 1 MiB or too complex to be parsed safely. It need not be JSON.
std::optional<std::string> read_manifest_text(const ZipReader& zip);

}  // namespace tsctl
