#include "steps/problem_catalogue.h"

#include "tools/errors.h"
#include "tools/temporary.h"

namespace tsctl {
namespace {

class ProblemCatalogue : public TemporaryFolderTest {};

TEST_F(ProblemCatalogue, holds_the_entries_of_all_pages_but_the_index) {
  write("text.md", "# Text\n\nabout\n\n## bytes\n\nThere are none.\n");
  write("loops.md", "# Loops\n\n## else\n\nNo else.\n\n## break\n\nNo break.\n");
  write("README.md", "# Index\n\n## not-an-entry\n");
  write("notes.txt", "## not-a-page\n");
  const std::vector<ProblemEntry> problems = read_problems(folder_);
  ASSERT_EQ(problems.size(), 3U);
  EXPECT_EQ(problems[0].name, "else");
  EXPECT_EQ(problems[0].text, "## else\n\nNo else.\n\n");
  EXPECT_EQ(problems[1].text, "## break\n\nNo break.\n");
  EXPECT_EQ(problem_named(problems, "bytes").text, "## bytes\n\nThere are none.\n");
}

TEST_F(ProblemCatalogue, is_listed_with_the_first_sentence_of_each_cause) {
  EXPECT_EQ(problem_list_text(
                {{.name = "one", .text = "## one\n\nA cause over\ntwo lines. More.\n\n```\n"},
                 {.name = "other", .text = "## other\n\nA single cause.\n"}}),
            "problem  cause\n"
            "one      A cause over two lines.\n"
            "other    A single cause.\n");
}

TEST_F(ProblemCatalogue, names_the_closest_problem) {
  const std::vector<ProblemEntry> problems{{.name = "sort-key"}, {.name = "map"}};
  EXPECT_EQ(error_of([&] { problem_named(problems, "sort_key"); }),
            "usage: there is no problem 'sort_key' (--problem) | did you mean sort-key? tsctl "
            "explain --list-problems lists them all");
  EXPECT_EQ(error_of([&] { problem_named(problems, "entirely-different"); }),
            "usage: there is no problem 'entirely-different' (--problem) | tsctl explain "
            "--list-problems lists them all");
}

TEST_F(ProblemCatalogue, without_pages_is_an_error_of_the_installation) {
  EXPECT_TRUE(error_of([&] {
                read_problems(in("nowhere"));
              }).starts_with("environment: the catalogue of problems is missing: '"));
}

}  // namespace
}  // namespace tsctl
