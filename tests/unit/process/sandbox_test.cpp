#include "tsctl/process/sandbox.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <thread>

namespace tsctl {
namespace {

namespace fs = std::filesystem;

// What fails in a sandbox gives its error number; 0 if it succeeds.
int code_of(bool succeeded) { return succeeded ? 0 : errno; }

int open_code(const std::string& path, int flags) {
  const int file = ::open(path.c_str(), flags, 0644);
  const int code = code_of(file >= 0);
  if (file >= 0) ::close(file);
  return code;
}

class SandboxTest : public testing::Test {
 protected:
  SandboxTest() {
    std::string name = (fs::path(testing::TempDir()) / "tsctl-sandbox-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    for (const char* file : {"model", "output", "secret"}) std::ofstream(path(file)) << "text";
  }
  ~SandboxTest() override { fs::remove_all(folder_); }

  std::string path(const std::string& name) const { return folder_ + "/" + name; }
  SandboxPolicy policy() const {
    return {.readable = {path("model")}, .writable = {path("output")}};
  }

  // The error number that the work gives in a process in the sandbox.
  int in_sandbox(const std::function<int()>& work, SandboxPolicy policy) const {
    const pid_t child = fork();
    if (child == 0) {
      try {
        enter_sandbox(policy);
        _exit(work());
      } catch (const std::exception&) {
        _exit(254);
      }
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
  }
  int in_sandbox(const std::function<int()>& work) const { return in_sandbox(work, policy()); }

  void need_landlock() const {
    if (!sandbox_support().files) GTEST_SKIP() << "this kernel has no Landlock";
  }
  void need_seccomp() const {
    if (!sandbox_support().system_calls) GTEST_SKIP() << "this system has no seccomp filters";
  }

  std::string folder_;
};

TEST_F(SandboxTest, says_what_the_kernel_lacks) {
  const SandboxInfo support = sandbox_support();
  EXPECT_EQ(support.files, support.landlock_abi > 0);
  EXPECT_EQ(support.reason.empty(), support.files && support.system_calls);
}

TEST_F(SandboxTest, opens_the_files_of_the_policy) {
  EXPECT_EQ(in_sandbox([&] { return open_code(path("model"), O_RDONLY); }), 0);
  EXPECT_EQ(in_sandbox([&] { return open_code(path("output"), O_RDWR | O_TRUNC); }), 0);
  EXPECT_EQ(in_sandbox([&] { return open_code("/proc/self/status", O_RDONLY); }), 0);
  EXPECT_EQ(in_sandbox([&] { return open_code("/dev/null", O_WRONLY); }), 0);
}

TEST_F(SandboxTest, keeps_other_files_from_being_read_written_made_and_removed) {
  need_landlock();
  EXPECT_EQ(in_sandbox([&] { return open_code(path("secret"), O_RDONLY); }), EACCES);
  EXPECT_EQ(in_sandbox([&] { return open_code(path("secret"), O_WRONLY); }), EACCES);
  EXPECT_EQ(in_sandbox([&] { return open_code(path("model"), O_WRONLY); }), EACCES);
  EXPECT_EQ(in_sandbox([&] { return open_code(path("new"), O_WRONLY | O_CREAT); }), EACCES);
  EXPECT_EQ(in_sandbox([&] { return open_code("/usr/new", O_WRONLY | O_CREAT); }), EACCES);
  EXPECT_EQ(in_sandbox([&] { return code_of(::unlink(path("secret").c_str()) == 0); }), EACCES);
  EXPECT_EQ(in_sandbox([&] { return code_of(::mkdir(path("folder").c_str(), 0755) == 0); }),
            EACCES);
  EXPECT_EQ(in_sandbox([&] {
              return code_of(::rename(path("output").c_str(), path("model").c_str()) == 0);
            }),
            EACCES);
  EXPECT_FALSE(fs::exists(path("new")));
  EXPECT_TRUE(fs::exists(path("secret")));
}

TEST_F(SandboxTest, refuses_a_change_of_modes) {
  need_seccomp();
  EXPECT_EQ(in_sandbox([&] { return code_of(::chmod(path("secret").c_str(), 0777) == 0); }), EPERM);
}

TEST_F(SandboxTest, opens_no_socket_unless_a_gpu_needs_one_within_the_machine) {
  need_seccomp();
  const auto open_socket = [](int family) {
    return [family] { return code_of(::socket(family, SOCK_STREAM, 0) >= 0); };
  };
  for (const int family : {AF_INET, AF_INET6, AF_UNIX})
    EXPECT_EQ(in_sandbox(open_socket(family)), EPERM);
  SandboxPolicy gpu = policy();
  gpu.uses_gpu = true;
  EXPECT_EQ(in_sandbox(open_socket(AF_UNIX), gpu), 0);
  EXPECT_EQ(in_sandbox(open_socket(AF_INET), gpu), EPERM);
}

TEST_F(SandboxTest, starts_no_program_and_no_process_but_threads) {
  need_seccomp();
  EXPECT_EQ(in_sandbox([] {
              ::execl("/bin/true", "true", nullptr);
              return errno;
            }),
            EPERM);
  EXPECT_EQ(in_sandbox([] {
              const pid_t child = ::fork();
              if (child == 0) _exit(0);
              return code_of(child > 0);
            }),
            EPERM);
  EXPECT_EQ(in_sandbox([] { return std::system("true") == 0 ? 0 : 1; }), 1);
  EXPECT_EQ(in_sandbox([] {
              int sum = 1;
              std::thread([&] { sum = 0; }).join();
              return sum;
            }),
            0);
}

TEST_F(SandboxTest, does_not_signal_or_read_the_process_that_started_it) {
  need_landlock();
  const std::string memory = "/proc/" + std::to_string(getpid()) + "/mem";
  EXPECT_EQ(in_sandbox([&] { return open_code(memory, O_RDONLY); }), EACCES);
  if (sandbox_support().landlock_abi < 6) return;  // older kernels do not keep signals back
  EXPECT_EQ(in_sandbox([] { return code_of(::kill(getppid(), SIGCONT) == 0); }), EPERM);
}

TEST_F(SandboxTest, holds_for_threads_that_start_later) {
  need_landlock();
  EXPECT_EQ(in_sandbox([&] {
              int code = 0;
              std::thread([&] { code = open_code(path("secret"), O_RDONLY); }).join();
              return code;
            }),
            EACCES);
}

TEST_F(SandboxTest, ignores_files_that_do_not_exist) {
  EXPECT_EQ(in_sandbox([] { return 0; }, {.readable = {"/nonexistent"}, .writable = {""}}), 0);
}

}  // namespace
}  // namespace tsctl
