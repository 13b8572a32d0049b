#include "tsctl/host/ci_tags.h"

#include <gtest/gtest.h>

#include <vector>

namespace tsctl {
namespace {

using Tags = std::map<std::string, std::string>;

Tags tags_of(std::vector<const char*> environment) {
  environment.push_back(nullptr);
  return ci_tags(environment.data());
}

TEST(CiTags, are_empty_on_a_machine_without_ci) {
  EXPECT_EQ(tags_of({"PATH=/bin", "CI=true", "GITHUB_SHA=abc"}), Tags{});
}

TEST(CiTags, name_the_commit_branch_and_run_of_github) {
  EXPECT_EQ(tags_of({"GITHUB_ACTIONS=true", "GITHUB_SHA=abc", "GITHUB_REF_TYPE=branch",
                     "GITHUB_REF_NAME=main", "GITHUB_HEAD_REF=", "GITHUB_JOB=bench",
                     "GITHUB_SERVER_URL=https://github.com", "GITHUB_REPOSITORY=me/net",
                     "GITHUB_RUN_ID=7"}),
            (Tags{{"ci", "github"},
                  {"commit", "abc"},
                  {"branch", "main"},
                  {"job", "bench"},
                  {"url", "https://github.com/me/net/actions/runs/7"}}));
}

TEST(CiTags, name_the_branch_that_a_pull_request_of_github_comes_from) {
  EXPECT_EQ(tags_of({"GITHUB_ACTIONS=true", "GITHUB_REF_TYPE=branch", "GITHUB_REF_NAME=12/merge",
                     "GITHUB_HEAD_REF=faster"}),
            (Tags{{"ci", "github"}, {"branch", "faster"}, {"pull_request", "12"}}));
  EXPECT_EQ(tags_of({"GITHUB_ACTIONS=true", "GITHUB_REF_TYPE=tag", "GITHUB_REF_NAME=v1.2"}),
            (Tags{{"ci", "github"}, {"tag", "v1.2"}}));
}

TEST(CiTags, read_the_variables_of_gitlab) {
  EXPECT_EQ(tags_of({"GITLAB_CI=true", "CI_COMMIT_SHA=abc", "CI_COMMIT_BRANCH=main",
                     "CI_JOB_NAME=bench", "CI_JOB_URL=https://gitlab.test/j/1"}),
            (Tags{{"ci", "gitlab"},
                  {"commit", "abc"},
                  {"branch", "main"},
                  {"job", "bench"},
                  {"url", "https://gitlab.test/j/1"}}));
  EXPECT_EQ(tags_of({"GITLAB_CI=true", "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME=faster",
                     "CI_COMMIT_REF_NAME=refs/merge-requests/3/head", "CI_MERGE_REQUEST_IID=3"}),
            (Tags{{"ci", "gitlab"}, {"branch", "faster"}, {"pull_request", "3"}}));
}

TEST(CiTags, read_the_variables_of_jenkins_without_the_name_of_the_remote) {
  EXPECT_EQ(
      tags_of({"JENKINS_URL=https://jenkins.test/", "GIT_COMMIT=abc", "GIT_BRANCH=origin/main",
               "JOB_NAME=nightly", "BUILD_URL=https://jenkins.test/job/nightly/3/"}),
      (Tags{{"ci", "jenkins"},
            {"commit", "abc"},
            {"branch", "main"},
            {"job", "nightly"},
            {"url", "https://jenkins.test/job/nightly/3/"}}));
  EXPECT_EQ(tags_of({"JENKINS_URL=https://jenkins.test/", "BRANCH_NAME=PR-4", "CHANGE_ID=4",
                     "CHANGE_BRANCH=faster"}),
            (Tags{{"ci", "jenkins"}, {"branch", "faster"}, {"pull_request", "4"}}));
}

TEST(CiTags, read_the_variables_of_buildkite) {
  EXPECT_EQ(tags_of({"BUILDKITE=true", "BUILDKITE_COMMIT=abc", "BUILDKITE_BRANCH=main",
                     "BUILDKITE_PULL_REQUEST=false", "BUILDKITE_LABEL=bench",
                     "BUILDKITE_BUILD_URL=https://buildkite.test/b/9", "BUILDKITE_JOB_ID=x1"}),
            (Tags{{"ci", "buildkite"},
                  {"commit", "abc"},
                  {"branch", "main"},
                  {"job", "bench"},
                  {"url", "https://buildkite.test/b/9#x1"}}));
}

}  // namespace
}  // namespace tsctl
