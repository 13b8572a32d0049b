#include "tsctl/host/ci_tags.h"

#include <array>
#include <string_view>

namespace tsctl {

namespace {

class Variables {
 public:
  explicit Variables(const char* const* environment) : environment_(environment) {}

  // Empty if it is not set.
  std::string operator[](std::string_view name) const {
    for (const char* const* one = environment_; *one != nullptr; ++one) {
      const std::string_view pair(*one);
      if (pair.size() > name.size() && pair.starts_with(name) && pair[name.size()] == '=')
        return std::string(pair.substr(name.size() + 1));
    }
    return {};
  }

  // The value of the first name that has one.
  std::string first(std::initializer_list<std::string_view> names) const {
    for (const std::string_view name : names) {
      if (std::string value = (*this)[name]; !value.empty()) return value;
    }
    return {};
  }

 private:
  const char* const* environment_;
};

using Tags = std::map<std::string, std::string>;

Tags github(const Variables& variables) {
  const bool tag = variables["GITHUB_REF_TYPE"] == "tag";
  const std::string ref = variables["GITHUB_REF_NAME"];
  const std::string repository = variables["GITHUB_REPOSITORY"];
  const std::string run = variables["GITHUB_RUN_ID"];
  // GITHUB_REF_NAME of a pull request is 12/merge.
  const std::string head = variables["GITHUB_HEAD_REF"];
  return {{"commit", variables["GITHUB_SHA"]},
          {"branch", tag            ? ""
                     : head.empty() ? ref
                                    : head},
          {"tag", tag ? ref : ""},
          {"pull_request", head.empty() ? "" : ref.substr(0, ref.find('/'))},
          {"job", variables["GITHUB_JOB"]},
          {"url", run.empty() ? ""
                              : variables["GITHUB_SERVER_URL"] + "/" + repository +
                                    "/actions/runs/" + run}};
}

Tags gitlab(const Variables& variables) {
  const std::string tag = variables["CI_COMMIT_TAG"];
  return {{"commit", variables["CI_COMMIT_SHA"]},
          {"branch", tag.empty() ? variables.first({"CI_MERGE_REQUEST_SOURCE_BRANCH_NAME",
                                                    "CI_COMMIT_BRANCH", "CI_COMMIT_REF_NAME"})
                                 : ""},
          {"tag", tag},
          {"pull_request", variables["CI_MERGE_REQUEST_IID"]},
          {"job", variables["CI_JOB_NAME"]},
          {"url", variables["CI_JOB_URL"]}};
}

Tags jenkins(const Variables& variables) {
  constexpr std::string_view kRemote = "origin/";
  const std::string tag = variables["TAG_NAME"];
  // BRANCH_NAME of a pull request is PR-12, and that of a tag is the tag.
  std::string branch =
      tag.empty() ? variables.first({"CHANGE_BRANCH", "BRANCH_NAME", "GIT_BRANCH"}) : "";
  if (branch.starts_with(kRemote)) branch = branch.substr(kRemote.size());
  return {{"commit", variables["GIT_COMMIT"]},
          {"branch", branch},
          {"tag", tag},
          {"pull_request", variables["CHANGE_ID"]},
          {"job", variables["JOB_NAME"]},
          {"url", variables["BUILD_URL"]}};
}

Tags buildkite(const Variables& variables) {
  const std::string tag = variables["BUILDKITE_TAG"];
  const std::string request = variables["BUILDKITE_PULL_REQUEST"];
  const std::string url = variables["BUILDKITE_BUILD_URL"];
  const std::string job = variables["BUILDKITE_JOB_ID"];
  return {{"commit", variables["BUILDKITE_COMMIT"]},
          {"branch", tag.empty() ? variables["BUILDKITE_BRANCH"] : ""},
          {"tag", tag},
          {"pull_request", request == "false" ? "" : request},
          {"job", variables.first({"BUILDKITE_LABEL", "BUILDKITE_STEP_KEY"})},
          {"url", url.empty() || job.empty() ? url : url + "#" + job}};
}

struct System {
  const char* name;
  const char* mark;  // a variable that this system always sets
  Tags (*tags)(const Variables& variables);
};

constexpr std::array kSystems{
    System{"github", "GITHUB_ACTIONS", &github}, System{"gitlab", "GITLAB_CI", &gitlab},
    System{"buildkite", "BUILDKITE", &buildkite}, System{"jenkins", "JENKINS_URL", &jenkins}};

}  // namespace

Tags ci_tags(const char* const* environment) {
  const Variables variables(environment);
  for (const System& system : kSystems) {
    if (variables[system.mark].empty()) continue;
    Tags tags = system.tags(variables);
    tags["ci"] = system.name;
    std::erase_if(tags, [](const auto& tag) { return tag.second.empty(); });
    return tags;
  }
  return {};
}

}  // namespace tsctl
