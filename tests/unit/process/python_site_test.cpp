#include "tsctl/process/python_site.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "process/fake_worker.h"
#include "support/open_descriptors.h"
#include "tsctl/core/base/error.h"

namespace tsctl {
namespace {

namespace fs = std::filesystem;

class PythonSiteTest : public testing::Test {
 protected:
  PythonSiteTest() {
    std::string name = (fs::path(testing::TempDir()) / "tsctl-python-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  ~PythonSiteTest() override { fs::remove_all(folder_); }

  // A shell script in the place of an interpreter.
  std::string interpreter(const std::string& script) const {
    const std::string path = folder_ + "/python";
    std::ofstream(path) << "#!/bin/sh\n" << script << "\n";
    chmod(path.c_str(), 0755);
    return path;
  }

  std::string answering(const std::string& version, const std::string& library,
                        const std::string& torch) const {
    return interpreter(R"(echo '{"version": ")" + version + R"(", "library": ")" + library +
                       R"(", "torch_version": ")" + torch + R"("}')");
  }

  template <typename Work>
  Error error_of(Work&& work) const {
    try {
      work();
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::environment) << error.what();
      return error;
    }
    ADD_FAILURE() << "nothing was thrown";
    return {ErrorKind::usage, ""};
  }

  std::string folder_;
};

TEST_F(PythonSiteTest, is_what_the_interpreter_answers) {
  if (built_for_torch().empty()) GTEST_SKIP() << "a build without the engine was made for no torch";
  const std::string path = answering(built_for_python(), "/lib/libpython.so", built_for_torch());
  const PythonSite site = probe_python(path, "/package");
  EXPECT_EQ(site.executable, path);
  EXPECT_EQ(site.version, built_for_python());
  EXPECT_EQ(site.library, "/lib/libpython.so");
  EXPECT_EQ(site.torch_version, built_for_torch());
  EXPECT_EQ(site.package_dir, "/package");
}

TEST_F(PythonSiteTest, refuses_what_cannot_be_run) {
  for (const std::string& nonsense :
       {folder_ + "/no", folder_, std::string(), std::string("/etc/hostname")}) {
    const Error error = error_of([&] { look_at_python(nonsense, ""); });
    EXPECT_EQ(error.what(), "the Python interpreter '" + nonsense + "' cannot be run");
    EXPECT_EQ(error.hint(), "choose one with --python PATH or the variable TSCTL_PYTHON");
  }
}

TEST_F(PythonSiteTest, refuses_an_interpreter_that_fails) {
  const std::string path = interpreter("echo '{}'; exit 3");
  EXPECT_EQ(error_of([&] { look_at_python(path, ""); }).what(),
            "the Python interpreter '" + path + "' cannot be run");
}

TEST_F(PythonSiteTest, refuses_what_answers_something_else) {
  for (const char* script : {"echo hello", "echo 42", "echo '{\"version\": 3}'"}) {
    const std::string path = interpreter(script);
    EXPECT_EQ(error_of([&] { look_at_python(path, ""); }).what(),
              "'" + path + "' is not a Python interpreter: its output is not the expected JSON");
  }
}

TEST_F(PythonSiteTest, reads_the_answer_behind_what_start_up_hooks_print) {
  const std::string path = interpreter("echo a hook was here; echo '{\"version\": \"3.9\"}'");
  EXPECT_EQ(look_at_python(path, "").version, "3.9");
}

TEST_F(PythonSiteTest, names_both_versions_of_another_python) {
  const std::string path = answering("3.0", "/lib/libpython.so", built_for_torch());
  const Error error = error_of([&] { probe_python(path, ""); });
  EXPECT_EQ(error.what(),
            "'" + path + "' is Python 3.0, tsctl was built for " + built_for_python());
  EXPECT_NE(error.hint().find("-DTSCTL_PYTHON=" + path), std::string::npos);
}

TEST_F(PythonSiteTest, needs_a_shared_libpython) {
  const std::string path = answering(built_for_python(), "", built_for_torch());
  const Error error = error_of([&] { probe_python(path, ""); });
  EXPECT_EQ(error.what(), "'" + path + "' has no shared libpython that could be embedded");
  EXPECT_NE(error.hint().find("--enable-shared"), std::string::npos);
}

TEST_F(PythonSiteTest, names_the_torch_that_is_missing) {
  const std::string path = answering(built_for_python(), "/lib/libpython.so", "");
  const Error error = error_of([&] { probe_python(path, ""); });
  EXPECT_EQ(error.what(), "'" + path + "' has no package 'torch'");
  EXPECT_EQ(error.hint(), "install it: " + path + " -m pip install torch==" + built_for_torch());
}

TEST_F(PythonSiteTest, names_both_versions_of_another_torch) {
  const std::string path = answering(built_for_python(), "/lib/libpython.so", "1.0.0");
  const Error error = error_of([&] { probe_python(path, ""); });
  EXPECT_EQ(error.what(),
            "'" + path + "' has torch 1.0.0, tsctl was built for " + built_for_torch());
  EXPECT_NE(error.hint().find("cmake --preset release"), std::string::npos);
}

TEST_F(PythonSiteTest, leaves_the_signals_to_the_interpreter) {
  const Interrupt interrupt;
  const std::string path = interpreter("kill -TERM $$; echo '{}'");
  EXPECT_EQ(error_of([&] { look_at_python(path, ""); }).what(),
            "the Python interpreter '" + path + "' cannot be run");
}

TEST_F(PythonSiteTest, ends_an_interpreter_that_does_not_answer_and_what_it_started) {
  for (const char* script :
       {"sleep 600 & echo $! > \"$0.pid\"; wait", "sleep 600 & echo $! > \"$0.pid\"; exec yes"}) {
    const std::string path = interpreter(script);
    const Error error = error_of([&] { look_at_python(path, "", {.timeout_s = 0.5}); });
    const bool flood = std::string(script).ends_with("yes");
    EXPECT_EQ(error.what(),
              "the Python interpreter '" + path +
                  (flood ? "' cannot be run" : "' did not answer within 0.5 s (--timeout)"));
    pid_t child = 0;
    std::ifstream(path + ".pid") >> child;
    ASSERT_GT(child, 0);
    while (state_of(child) != ' ' && state_of(child) != 'Z') usleep(1000);
  }
}

TEST_F(PythonSiteTest, takes_a_signal_while_it_waits) {
  Interrupt interrupt;
  const std::string path = interpreter("kill -INT $PPID; exec sleep 600");
  int signal = 0;
  try {
    look_at_python(path, "", {.interrupt = &interrupt});
  } catch (const Interrupted& interrupted) {
    signal = interrupted.signal;
  }
  EXPECT_EQ(signal, SIGINT);
}

TEST_F(PythonSiteTest, shows_what_an_interpreter_says_that_fails) {
  const std::string path = interpreter("echo 'no module named encodings' >&2; exit 1");
  EXPECT_EQ(error_of([&] { look_at_python(path, ""); }).detail(), "no module named encodings\n");
}

// The question itself, put to the system's own interpreter, where there is one.
TEST_F(PythonSiteTest, asks_a_real_interpreter_and_not_the_modules_of_the_current_folder) {
  if (!fs::exists("/usr/bin/python3")) GTEST_SKIP() << "there is no /usr/bin/python3";
  std::ofstream(folder_ + "/json.py") << "raise SystemExit('the wrong json')\n";
  const fs::path before = fs::current_path();
  fs::current_path(folder_);
  PythonSite site;
  EXPECT_NO_THROW(site = look_at_python("/usr/bin/python3", ""));
  fs::current_path(before);
  EXPECT_TRUE(site.version.starts_with("3."));
  EXPECT_EQ(site.executable, "/usr/bin/python3");
}

TEST_F(PythonSiteTest, keeps_a_link_to_the_interpreter_and_a_relative_path_from_here) {
  fs::create_symlink(answering("3.9", "", ""), folder_ + "/link");
  EXPECT_EQ(look_at_python(folder_ + "/link", "").executable, folder_ + "/link");
  EXPECT_EQ(look_at_python(folder_ + "/../" + fs::path(folder_).filename().string() + "/python", "")
                .executable,
            folder_ + "/python");
}

TEST_F(PythonSiteTest, leaves_no_descriptor_open) {
  const std::size_t before = open_descriptors();
  look_at_python(answering("3.9", "", ""), "");
  EXPECT_THROW(look_at_python(folder_ + "/no", ""), Error);
  EXPECT_EQ(open_descriptors(), before);
}

}  // namespace
}  // namespace tsctl
