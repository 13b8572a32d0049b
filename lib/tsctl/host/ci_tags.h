#pragma once

#include <map>
#include <string>

namespace tsctl {

// What the variables of a CI system say about this run, as the tags ci, commit, branch, tag, pull_request, job and url;
// a tag without a value is left out. Knows GitHub Actions, GitLab CI, Jenkins and Buildkite; empty elsewhere.
// `environment` holds NAME=VALUE and ends with a null pointer.
std::map<std::string, std::string> ci_tags(const char* const* environment);

}  // namespace tsctl
