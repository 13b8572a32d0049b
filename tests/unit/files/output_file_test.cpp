#include "tsctl/files/output_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>

#include "support/open_descriptors.h"
#include "tsctl/core/base/error.h"
#include "tsctl/files/digest.h"
#include "tsctl/files/file_io.h"
#include "tsctl/files/scratch_file.h"

namespace tsctl {
namespace {

namespace fs = std::filesystem;

void write_text(const fs::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

std::string text_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

class Files : public testing::Test {
 protected:
  Files() {
    std::string name = (fs::path(testing::TempDir()) / "tsctl-files-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  ~Files() override { fs::remove_all(folder_); }

  std::set<std::string> names() const {
    std::set<std::string> found;
    for (const auto& entry : fs::directory_iterator(folder_)) found.insert(entry.path().filename());
    return found;
  }

  // "kind: WHAT | HINT" of the Error, with the test's folder as F.
  template <typename Work>
  std::string error_of(Work&& work) const {
    try {
      work();
    } catch (const Error& error) {
      std::string text =
          std::string(name_of(error.kind())) + ": " + error.what() + " | " + error.hint();
      for (std::size_t at = text.find(folder_); at != std::string::npos; at = text.find(folder_)) {
        text.replace(at, folder_.size(), "F");
      }
      return text;
    }
    ADD_FAILURE() << "nothing was thrown";
    return {};
  }

  std::string in(const std::string& name) const { return folder_ + "/" + name; }

  std::string folder_;
};

using Names = std::set<std::string>;

TEST_F(Files, an_output_appears_under_its_name_only_when_it_is_complete) {
  {
    OutputFile file(in("model.pt"), "-o");
    write_text(file.path(), "new");
    ASSERT_EQ(names().size(), 1U);
    EXPECT_TRUE(names().begin()->starts_with(".model.pt.tsctl-"));
    file.commit();
    EXPECT_EQ(names(), Names{"model.pt"});
  }
  EXPECT_EQ(text_of(in("model.pt")), "new");
}

TEST_F(Files, an_output_replaces_an_older_file_in_one_step) {
  write_text(in("model.pt"), "old");
  const std::ifstream reader(in("model.pt"));  // keeps what it opened
  OutputFile file(in("model.pt"), "-o");
  write_text(file.path(), "new");
  EXPECT_EQ(text_of(in("model.pt")), "old");
  file.commit();
  EXPECT_EQ(text_of(in("model.pt")), "new");
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(reader.rdbuf()), {}), "old");
}

TEST_F(Files, an_output_that_is_not_committed_disappears) {
  write_text(in("model.pt"), "old");
  {
    const OutputFile file(in("model.pt"), "-o");
    write_text(file.path(), "half");
  }
  EXPECT_EQ(names(), Names{"model.pt"});
  EXPECT_EQ(text_of(in("model.pt")), "old");
}

TEST_F(Files, a_failed_output_is_kept_under_another_name) {
  OutputFile file(in("model.pt"), "-o");
  write_text(file.path(), "wrong");
  EXPECT_EQ(file.commit_as_failed(), in("model.pt.failed"));
  EXPECT_EQ(names(), Names{"model.pt.failed"});
  EXPECT_EQ(text_of(in("model.pt.failed")), "wrong");
}

TEST_F(Files, an_output_clears_away_what_nobody_holds_a_lock_on_and_nothing_else) {
  const std::string digits = "0123456789abcdef";
  const Names others{".model.pt.tsctl-1", ".model.pt.tsctl-" + digits + "0",
                     ".model.pt.tsctl-0123456789abcdeX", ".other.pt.tsctl-" + digits,
                     "model.pt.tsctl-" + digits};
  for (const std::string& name : others) write_text(in(name), "");
  write_text(in(".model.pt.tsctl-" + digits), "half");
  { const OutputFile file(in("model.pt"), "-o"); }
  EXPECT_EQ(names(), others);
}

TEST_F(Files, two_writers_of_one_name_leave_each_other_alone) {
  OutputFile first(in("model.pt"), "-o");
  write_text(first.path(), "first");
  OutputFile second(in("model.pt"), "-o");
  write_text(second.path(), "second");
  first.commit();
  EXPECT_EQ(text_of(in("model.pt")), "first");
  second.commit();
  EXPECT_EQ(text_of(in("model.pt")), "second");
  EXPECT_EQ(names(), Names{"model.pt"});
}

TEST_F(Files, a_file_that_took_the_place_of_the_temporary_one_is_not_published) {
  write_text(in("model.pt"), "old");
  OutputFile file(in("model.pt"), "-o");
  fs::remove(file.path());
  write_text(file.path(), "");
  EXPECT_EQ(error_of([&] { file.commit(); }),
            "environment: 'F/model.pt' was not published: another process replaced its temporary "
            "file | choose a folder that only you write to with -o");
  EXPECT_EQ(text_of(in("model.pt")), "old");
}

TEST_F(Files, an_output_that_cannot_get_its_name_names_its_flag_and_leaves_nothing) {
  {
    OutputFile file(in("out"), "--save");
    fs::create_directory(in("out"));
    EXPECT_EQ(error_of([&] { file.commit(); }),
              "environment: 'F/out' cannot be written: Is a directory | choose another place with "
              "--save");
  }
  EXPECT_EQ(names(), Names{"out"});
}

TEST_F(Files, an_output_refuses_to_replace_a_device_or_a_stream) {
  for (const std::string path : {"/dev/null", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"}) {
    EXPECT_EQ(
        error_of([&] { const OutputFile file(path, "-o"); }),
        "usage: '" + path +
            "' is not a regular file (-o) | give the name of a regular file, which appears when it "
            "is complete: -o model.pt");
  }
}

TEST_F(Files, a_target_needs_a_folder_that_exists) {
  EXPECT_EQ(error_of([&] { require_writable_target(in("no/model.pt"), "-o"); }),
            "environment: the folder of 'F/no/model.pt' does not exist (-o) | make it first: mkdir "
            "-p F/no");
  EXPECT_EQ(
      error_of([&] { require_writable_target(in("no/"), "--json"); }),
      "environment: the folder of 'F/no/' does not exist (--json) | make it first: mkdir -p F/no");
}

TEST_F(Files, a_target_is_a_file_with_a_name) {
  EXPECT_EQ(error_of([&] { require_writable_target(folder_, "-o"); }),
            "usage: 'F' is a folder, not a file (-o) | give the name of the file to write: -o "
            "F/model.pt");
  EXPECT_EQ(error_of([&] { require_writable_target("", "-o"); }),
            "usage: -o names no file | give the name of the file to write: -o model.pt");
}

TEST_F(Files, a_target_in_the_current_folder_or_a_new_one_is_fine) {
  EXPECT_NO_THROW(require_writable_target(in("model.pt"), "-o"));
  EXPECT_NO_THROW(require_writable_target("/dev/full", "--json"));
  const fs::path before = fs::current_path();
  fs::current_path(folder_);
  EXPECT_NO_THROW(require_writable_target("model.pt", "-o"));
  {
    OutputFile file("model.pt", "-o");
    file.commit();
  }
  fs::current_path(before);
  EXPECT_EQ(names(), Names{"model.pt"});
}

// Root may write everywhere, so another user has to try.
TEST_F(Files, a_target_needs_a_folder_that_is_writable) {
  if (getuid() != 0) GTEST_SKIP() << "needs root, to become somebody else";
  ASSERT_EQ(chmod(folder_.c_str(), 0755), 0);
  int pipes[2] = {-1, -1};
  ASSERT_EQ(pipe(pipes), 0);
  const pid_t child = fork();
  if (child == 0) {
    const bool other = setgid(65534) == 0 && setuid(65534) == 0;
    const std::string text =
        other ? error_of([&] { require_writable_target(in("model.pt"), "-o"); }) : "";
    _exit(write(pipes[1], text.data(), text.size()) > 0 ? 0 : 1);
  }
  close(pipes[1]);
  char bytes[512];
  const ssize_t count = read(pipes[0], bytes, sizeof bytes);
  close(pipes[0]);
  waitpid(child, nullptr, 0);
  ASSERT_GT(count, 0);
  EXPECT_EQ(std::string(bytes, static_cast<std::size_t>(count)),
            "environment: the folder of 'F/model.pt' is not writable (-o): Permission denied | "
            "choose another place with -o");
}

TEST_F(Files, a_text_file_replaces_another_and_leaves_nothing_beside_it) {
  write_text(in("report.json"), "a longer text than the new one");
  write_text_file(in("report.json"), "{}\n", "--json");
  EXPECT_EQ(text_of(in("report.json")), "{}\n");
  EXPECT_EQ(names(), Names{"report.json"});
}

TEST_F(Files, a_text_on_a_full_device_is_an_error_with_advice) {
  EXPECT_EQ(error_of([&] { write_text_file("/dev/full", "{}", "--json"); }),
            "environment: '/dev/full' cannot be written: No space left on device | make room on "
            "that file system, or "
            "choose another with --json");
  EXPECT_TRUE(fs::is_character_file("/dev/full"));
}

TEST_F(Files, a_text_goes_through_a_pipe_or_to_the_end_of_standard_output) {
  const std::string fifo = in("pipe");
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  const int reader = open(fifo.c_str(), O_RDONLY | O_NONBLOCK);
  write_text_file(fifo, "through", "--json");
  char bytes[16];
  EXPECT_EQ(std::string(bytes, static_cast<std::size_t>(read(reader, bytes, sizeof bytes))),
            "through");
  close(reader);

  write_text(in("log"), "before ");
  const int log = open(in("log").c_str(), O_WRONLY);
  write_text_file("/dev/fd/" + std::to_string(log), "after", "--json");
  close(log);
  EXPECT_EQ(text_of(in("log")), "before after");
  EXPECT_EQ(names(), (Names{"log", "pipe"}));
}

TEST_F(Files, a_scratch_file_has_no_name_and_can_be_used_by_a_child) {
  {
    const ScratchFile file(folder_);
    EXPECT_EQ(names(), Names{});
    const pid_t child = fork();
    if (child == 0) {
      const int fd = open(file.path().c_str(), O_WRONLY | O_TRUNC);
      _exit(fd >= 0 && write(fd, "from the child", 14) == 14 ? 0 : 1);
    }
    int status = 1;
    waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
    EXPECT_EQ(text_of(file.path()), "from the child");
  }
  EXPECT_EQ(names(), Names{});
}

TEST_F(Files, a_scratch_file_can_be_moved_and_closes_once) {
  const std::size_t before = open_descriptors();
  {
    ScratchFile first(folder_);
    write_text(first.path(), "kept");
    const ScratchFile second(std::move(first));
    EXPECT_EQ(text_of(second.path()), "kept");
    EXPECT_EQ(open_descriptors(), before + 1);
  }
  EXPECT_EQ(open_descriptors(), before);
}

TEST_F(Files, a_scratch_file_says_where_it_cannot_be_made) {
  EXPECT_EQ(error_of([&] { const ScratchFile file(in("no")); }),
            "environment: no scratch file can be created in 'F/no': No such file or directory | "
            "choose a writable folder "
            "(TMPDIR for commands that write no model)");
}

TEST_F(Files, bytes_are_copied_over_a_longer_file) {
  std::string bytes(3 << 20, 'b');
  bytes[1] = '\0';
  write_text(in("from"), bytes);
  write_text(in("to"), std::string(4 << 20, 'x'));
  copy_file_bytes(in("from"), in("to"));
  EXPECT_TRUE(text_of(in("to")) == bytes);
  copy_file_bytes("/dev/null", in("to"));
  EXPECT_EQ(fs::file_size(in("to")), 0U);
}

TEST_F(Files, bytes_are_read_whole_or_not_at_all) {
  std::string bytes(100'000, 'b');
  bytes[1] = '\0';
  write_text(in("from"), bytes);
  EXPECT_TRUE(bytes_of_file(in("from")) == bytes);
  const std::size_t before = open_descriptors();
  EXPECT_EQ(
      error_of([&] { bytes_of_file(in("no"), "--extra"); }),
      "input: 'F/no' cannot be read (--extra): No such file or directory | check the file's name");
  EXPECT_EQ(error_of([&] { bytes_of_file(folder_); }),
            "input: 'F' cannot be read: Is a directory | check the file's name");
  EXPECT_EQ(open_descriptors(), before);
}

TEST_F(Files, a_copy_says_which_side_failed) {
  write_text(in("file"), "bytes");
  const std::size_t before = open_descriptors();
  EXPECT_EQ(error_of([&] { copy_file_bytes(in("no"), in("file")); }),
            "input: 'F/no' cannot be read: No such file or directory | check the file's name");
  EXPECT_EQ(error_of([&] { copy_file_bytes(folder_, in("file")); }),
            "input: 'F' cannot be read: Is a directory | check the file's name");
  EXPECT_TRUE(
      error_of([&] {
        copy_file_bytes("/dev/zero", "/dev/full");
      }).starts_with("environment: '/dev/full' cannot be written: No space left on device"));
  EXPECT_TRUE(error_of([&] {
                copy_file_bytes(in("file"), in("no/file"));
              }).starts_with("environment: 'F/no/file' cannot be written: No such file"));
  EXPECT_EQ(open_descriptors(), before);
}

// The digests of "" and "abc" are the examples of FIPS 180.
TEST_F(Files, a_digest_is_sha256_in_hexadecimal) {
  write_text(in("empty"), "");
  write_text(in("abc"), "abc");
  EXPECT_EQ(sha256_of_file(in("empty")),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_of_file(in("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_F(Files, a_digest_of_an_unreadable_file_is_an_error) {
  const std::size_t before = open_descriptors();
  EXPECT_EQ(error_of([&] { sha256_of_file(in("no")); }),
            "input: 'F/no' cannot be read: No such file or directory | check the file's name");
  EXPECT_EQ(error_of([&] { sha256_of_file(folder_); }),
            "input: 'F' cannot be read: Is a directory | check the file's name");
  EXPECT_EQ(open_descriptors(), before);
}

TEST(TemporaryFolder, is_the_users_or_tmp) {
  const char* before = std::getenv("TMPDIR");
  const std::string kept = before != nullptr ? before : "";
  setenv("TMPDIR", "/somewhere", 1);
  EXPECT_EQ(temporary_folder(), "/somewhere");
  setenv("TMPDIR", "", 1);
  EXPECT_EQ(temporary_folder(), "/tmp");
  unsetenv("TMPDIR");
  EXPECT_EQ(temporary_folder(), "/tmp");
  if (before != nullptr) setenv("TMPDIR", kept.c_str(), 1);
}

}  // namespace
}  // namespace tsctl
