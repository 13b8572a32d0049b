#include "cli.h"

#include <gtest/gtest.h>

#include <sstream>

#include "options/foreign_flags.h"
#include "tools/temporary.h"
#include "tsctl/core/base/build_info.h"
#include "tsctl/core/pass_list.h"
#include "tsctl/report/json/document.h"

namespace tsctl {
namespace {

struct Outcome {
  ExitCode code = ExitCode::internal;
  std::string out = {};
  std::string err = {};
};

class Cli : public TemporaryFolderTest {
 protected:
  static Outcome run(const std::vector<std::string>& arguments) {
    std::ostringstream out;
    std::ostringstream err;
    Context context{.out = out, .err = err};
    context.command = {"tsctl"};
    context.command.insert(context.command.end(), arguments.begin(), arguments.end());
    const ExitCode code = cli::run(arguments, context);
    return {code, out.str(), err.str()};
  }

  static void expect_usage_error(const std::vector<std::string>& arguments,
                                 const std::string& error, const std::string& hint) {
    const Outcome outcome = run(arguments);
    EXPECT_EQ(outcome.code, ExitCode::usage);
    EXPECT_EQ(outcome.out, "FAIL  " + error + "\n");
    EXPECT_EQ(outcome.err, "tsctl: error: " + error + "\ntsctl: hint: " + hint + "\n");
  }

  static Report report_in(const std::string& path) {
    return report_from_document(text_of(path), path);
  }
};

TEST_F(Cli, prints_help_to_standard_output) {
  const Outcome outcome = run({"--help"});
  EXPECT_EQ(outcome.code, ExitCode::ok);
  EXPECT_EQ(outcome.err, "");
  for (const char* word :
       {"Turn a PyTorch module", "convert", "inspect", "doctor", "Exit codes: 0 success"}) {
    EXPECT_NE(outcome.out.find(word), std::string::npos) << word;
  }
}

TEST_F(Cli, prints_its_version) {
  const Outcome outcome = run({"--version"});
  EXPECT_EQ(outcome.code, ExitCode::ok);
  EXPECT_TRUE(outcome.out.starts_with(std::string("tsctl ") + kVersion + "\ntorch " +
                                      kBuiltForTorch + "\ncommit "))
      << outcome.out;
  EXPECT_EQ(run({"-V"}).out, outcome.out);
  EXPECT_EQ(outcome.err, "");
}

TEST_F(Cli, asks_for_a_command) {
  expect_usage_error({}, "no command was given", "run tsctl --help for the list of commands");
}

TEST_F(Cli, knows_no_other_commands_but_those_that_are_close) {
  expect_usage_error({"inspekt", "a.pt"}, "there is no command inspekt",
                     "did you mean inspect? run tsctl --help for the list");
  expect_usage_error({"fly"}, "there is no command fly", "run tsctl --help for the list");
  expect_usage_error({"--versoin"}, "there is no flag --versoin",
                     "did you mean --version? run tsctl --help for the list");
}

TEST_F(Cli, knows_no_other_flags_but_those_that_are_close) {
  expect_usage_error({"inspect", "a.pt", "--tensor"}, "tsctl inspect has no flag --tensor",
                     "did you mean --tensors? run tsctl inspect --help");
  expect_usage_error({"inspect", "a.pt", "--xylophone=2"}, "tsctl inspect has no flag --xylophone",
                     "run tsctl inspect --help");
  expect_usage_error({"inspect", "a.pt", "b.pt"}, "inspect takes one FILE",
                     "--jsonl inspects several, with a line of JSON for each");
}

TEST_F(Cli, names_a_missing_argument) {
  const Outcome outcome = run({"inspect"});
  EXPECT_EQ(outcome.code, ExitCode::usage);
  EXPECT_TRUE(outcome.err.starts_with("tsctl: error: tsctl inspect: FILE ")) << outcome.err;
}

TEST_F(Cli, refuses_a_flags_wrong_value) {
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"run", "a.pt", "--threads", "0"},
        {"run", "a.pt", "--timeout", "-1"},
        {"run", "a.pt", "--executor", "fast"},
        {"run", "a.pt", "--executor", "1"},
        {"bench", "a.pt", "--launches", "1"},
        {"report", "a.json", "--format", "pdf"}}) {
    const Outcome outcome = run(arguments);
    EXPECT_EQ(outcome.code, ExitCode::usage) << arguments[2];
    EXPECT_NE(outcome.err.find(arguments[2]), std::string::npos) << outcome.err;
  }
}

TEST_F(Cli, writes_the_report_of_a_usage_error) {
  for (const std::vector<std::string>& json :
       {std::vector<std::string>{"--json", in("r.json")}, {"--json=" + in("r.json")}}) {
    std::vector<std::string> arguments{"inspect", "a.pt", "--tensor"};
    arguments.insert(arguments.end(), json.begin(), json.end());
    EXPECT_EQ(run(arguments).code, ExitCode::usage);
    const Report report = report_in(in("r.json"));
    EXPECT_EQ(report.status, ReportStatus::error);
    EXPECT_EQ(report.exit_code, 2);
    EXPECT_EQ(report.error->kind, ErrorKind::usage);
    EXPECT_EQ(report.error->phase, "usage");
    EXPECT_EQ(report.error->message, "tsctl inspect has no flag --tensor");
    EXPECT_EQ(report.command.front(), "tsctl");
    EXPECT_EQ(report.command.at(3), "--tensor");
    std::filesystem::remove(in("r.json"));
  }
}

TEST_F(Cli, takes_no_flag_for_the_name_of_a_report) {
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(folder_);
  const Outcome outcome = run({"inspect", "a.pt", "--json", "--tensors"});
  std::filesystem::current_path(before);
  EXPECT_EQ(outcome.code, ExitCode::usage);
  EXPECT_TRUE(std::filesystem::is_empty(folder_));
}

TEST_F(Cli, lists_the_passes_and_asks_for_nothing_else) {
  const Outcome outcome = run({"optimize", "--list-passes"});
  EXPECT_EQ(outcome.code, ExitCode::ok);
  for (const PassInfo& pass : kPasses) {
    EXPECT_NE(outcome.out.find("\n" + std::string(pass.name) + " "), std::string::npos)
        << pass.name;
    EXPECT_NE(outcome.out.find(pass.summary), std::string::npos) << pass.name;
  }
  EXPECT_EQ(run({"convert", "--list-passes"}).out, outcome.out);
}

TEST_F(Cli, tells_a_missing_file_and_writes_the_report) {
  const Outcome outcome = run({"inspect", in("no.pt"), "--json", in("r.json")});
  EXPECT_EQ(outcome.code, ExitCode::input);
  EXPECT_TRUE(outcome.err.starts_with("tsctl: error: '" + in("no.pt") + "' ")) << outcome.err;
  EXPECT_EQ(report_in(in("r.json")).exit_code, 3);
}

TEST_F(Cli, inspects_a_file_as_text_or_as_json) {
  const std::string path = copy_of_fixture("mlp_traced.pt");
  const Outcome text = run({"inspect", path});
  EXPECT_EQ(text.code, ExitCode::ok);
  EXPECT_TRUE(text.out.starts_with(path + ": TorchScript, ")) << text.out;
  EXPECT_EQ(text.err, "");
  const Outcome json = run({"inspect", path, "--json", "-"});
  const Report report = report_from_document(json.out, "stdout");
  EXPECT_EQ(report.status, ReportStatus::pass);
  EXPECT_TRUE(report.inspect.has_value());
}

TEST_F(Cli, prints_the_result_line_and_errors_when_it_is_quiet) {
  const Outcome outcome =
      run({"inspect", copy_of_fixture("mlp_traced.pt"), "-q", "--json", in("r.json")});
  EXPECT_EQ(outcome.code, ExitCode::ok);
  EXPECT_TRUE(outcome.out.starts_with("OK  ") && outcome.out.find('\n') + 1 == outcome.out.size())
      << outcome.out;
  EXPECT_EQ(outcome.err, "");
  EXPECT_EQ(report_in(in("r.json")).exit_code, 0);
}

TEST_F(Cli, gives_1_for_files_that_differ) {
  const std::string traced = copy_of_fixture("mlp_traced.pt");
  const std::string tuned = copy_of_fixture("mlp_tuned.pt");
  EXPECT_EQ(run({"diff", traced, traced}).code, ExitCode::ok);
  const Outcome outcome = run({"diff", traced, tuned, "--json", in("r.json")});
  EXPECT_EQ(outcome.code, ExitCode::check_failed);
  EXPECT_EQ(report_in(in("r.json")).status, ReportStatus::check_failed);
}

TEST_F(Cli, renders_a_saved_report_again) {
  const std::string path = copy_of_fixture("mlp_traced.pt");
  const Outcome first = run({"inspect", path});
  run({"inspect", path, "-q", "--json", in("r.json")});
  const Outcome again = run({"report", in("r.json")});
  const std::size_t last = first.out.rfind("OK  ");
  EXPECT_EQ(again.out, first.out.substr(0, last) + "result     " + first.out.substr(last) +
                           "status     pass (exit 0)\nOK  " + in("r.json") + ": shown as text\n");
  EXPECT_EQ(run({"report", in("r.json"), "--format", "json"}).out, text_of(in("r.json")));
}

TEST_F(Cli, refuses_to_render_what_is_no_report) {
  EXPECT_EQ(run({"report", in("no.json")}).code, ExitCode::input);
  EXPECT_EQ(run({"report", write("a.json", "{}")}).code, ExitCode::input);
  const Outcome folder = run({"report", folder_});
  EXPECT_EQ(folder.code, ExitCode::input);
  EXPECT_TRUE(folder.err.starts_with("tsctl: error: '" + folder_ + "' cannot be read"))
      << folder.err;
  const std::string broken =
      write("b.json", R"({"schema": "tsctl.report/1", "inspect": [], "diff": 3})");
  for (const char* format : {"text", "csv", "json"}) {
    EXPECT_NE(run({"report", broken, "--format", format}).code, ExitCode::internal) << format;
  }
}

TEST_F(Cli, says_that_a_report_cannot_be_written) {
  const Outcome outcome =
      run({"inspect", copy_of_fixture("mlp_traced.pt"), "-q", "--json", "/dev/full"});
  EXPECT_EQ(outcome.code, ExitCode::environment);
  EXPECT_TRUE(outcome.err.starts_with(
      "tsctl: error: '/dev/full' cannot be written: No space left on device\n"))
      << outcome.err;
}

TEST_F(Cli, notices_that_standard_output_fails) {
  std::ostringstream out;
  std::ostringstream err;
  out.setstate(std::ios::badbit);
  Context context{.out = out, .err = err};
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"--help"}, {"--version"}, {"optimize", "--list-passes"}}) {
    EXPECT_EQ(cli::run(arguments, context), ExitCode::environment);
  }
  EXPECT_NE(err.str().find("tsctl: error: the result cannot be written to standard output\n"),
            std::string::npos);
}

TEST_F(Cli, ends_like_a_program_that_SIGPIPE_ended_when_its_reader_is_gone) {
  std::ostringstream out;
  std::ostringstream err;
  out.setstate(std::ios::badbit);
  Context context{.out = out, .err = err, .out_is_closed = [] { return true; }};
  EXPECT_EQ(cli::run({"--help"}, context), ExitCode::closed_pipe);
  EXPECT_EQ(
      cli::run({"inspect", copy_of_fixture("mlp_traced.pt"), "--json", in("r.json")}, context),
      ExitCode::closed_pipe);
  EXPECT_EQ(err.str(), "");
  const Report report = report_in(in("r.json"));
  EXPECT_EQ(report.exit_code, 141);
  EXPECT_EQ(report.status, ReportStatus::interrupted);
}

TEST_F(Cli, puts_the_result_line_on_standard_error_beside_a_document) {
  const std::string path = copy_of_fixture("mlp_traced.pt");
  const Outcome beside = run({"inspect", path, "--json", "-"});
  EXPECT_TRUE(beside.err.starts_with("OK  " + path)) << beside.err;
  EXPECT_EQ(run({"inspect", path, "--json", "-", "-q"}).err, "");
  EXPECT_EQ(run({"inspect", path}).err, "");
}

TEST_F(Cli, has_colours_where_the_context_asks_for_them) {
  std::ostringstream out;
  std::ostringstream err;
  Context context{.out = out, .err = err, .out_colour = true, .err_colour = true};
  cli::run({"inspect", copy_of_fixture("mlp_traced.pt")}, context);
  cli::run({"inspect"}, context);
  EXPECT_NE(out.str().find("\033[32mOK\033[0m  "), std::string::npos) << out.str();
  EXPECT_NE(out.str().find("\033[31mFAIL\033[0m  "), std::string::npos) << out.str();
  EXPECT_NE(err.str().find("\033[31merror\033[0m"), std::string::npos) << err.str();
}

TEST_F(Cli, takes_flags_before_the_command) {
  const std::string path = copy_of_fixture("mlp_traced.pt");
  EXPECT_EQ(run({"-q", "inspect", path}).out, run({"inspect", path, "-q"}).out);
  EXPECT_EQ(run({"--json", "-", "inspect", path}).code, ExitCode::ok);
  expect_usage_error({"--xylophone", "inspect", path}, "tsctl inspect has no flag --xylophone",
                     "run tsctl inspect --help");
}

TEST_F(Cli, answers_flags_of_other_programs_with_flags_that_a_command_has) {
  std::string helps;
  for (const char* command : {"convert", "explain", "trace", "optimize", "verify", "bench", "run"})
    helps += run({"help", command}).out;
  for (const ForeignFlag& flag : foreign_flags()) {
    const std::string name = "--" + std::string(flag.name);
    EXPECT_EQ(foreign_flag(name), &flag) << name << " is there twice, or not in its normal form";
    EXPECT_EQ(helps.find(name + " "), std::string::npos) << name << " is a flag of tsctl";
    if (!flag.ours.empty()) {
      EXPECT_NE(helps.find(std::string(flag.ours)), std::string::npos) << flag.ours;
    }
    EXPECT_FALSE(flag.advice.empty()) << name;
  }
  EXPECT_EQ(foreign_flag("--warmUp"), foreign_flag("--warm-up"));
  EXPECT_EQ(foreign_flag("-w"), nullptr);
  expect_usage_error({"bench", "a.pt", "--runs", "10"}, "tsctl bench has no flag --runs",
                     "tsctl chooses the number of calls and launches; --budget 30s sets the time");
  expect_usage_error({"run", "a.pt", "--runs", "10"}, "tsctl run has no flag --runs",
                     "tsctl chooses the number of calls and launches; --budget 30s sets the time "
                     "(of tsctl convert "
                     "and bench)");
  expect_usage_error({"inspect", "a.pt", "--budget", "1s"}, "tsctl inspect has no flag --budget",
                     "convert and bench have it; run tsctl inspect --help");
}

TEST_F(Cli, writes_help_without_the_notation_of_the_parser) {
  for (const char* command : {"convert", "bench", "report", "explain"}) {
    const std::string help = run({command, "--help"}).out;
    for (const char* notation : {" TEXT", ":{", "INT in [", "REQUIRED", "[OPTIONS]"})
      EXPECT_EQ(help.find(notation), std::string::npos) << command << " " << notation;
    EXPECT_NE(help.find("\nManual: docs/commands/" + std::string(command) + ".md\n"),
              std::string::npos);
    EXPECT_EQ(run({"help", command}).out, help);
  }
}

}  // namespace
}  // namespace tsctl
