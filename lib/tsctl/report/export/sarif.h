#pragma once

#include <string>
#include <vector>

#include "tsctl/core/file_findings.h"

namespace tsctl {

// The findings of one file as a SARIF 2.1.0 log, for the views of code scanning. What a policy allows is suppressed.
std::string sarif_from_findings(const std::string& path, const std::vector<FileFinding>& findings);

}  // namespace tsctl
