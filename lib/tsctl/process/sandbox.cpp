#include "tsctl/process/sandbox.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>

#include "tsctl/core/base/error.h"
#include "tsctl/core/base/file_descriptor.h"
#include "tsctl/process/system_calls.h"

namespace tsctl {

namespace {

// Landlock by number and by value: the C library has no functions for it, and its header knows only the rights of the
// kernel that the C library was built for.
constexpr long kCreateRuleset = 444;
constexpr long kAddRule = 445;
constexpr long kRestrictSelf = 446;
constexpr unsigned kGiveVersion = 1;
constexpr unsigned kPathRule = 1;

namespace right {
constexpr std::uint64_t kWriteFile = 1U << 1;
constexpr std::uint64_t kReadFile = 1U << 2;
constexpr std::uint64_t kReadFolder = 1U << 3;
constexpr std::uint64_t kFirstVersion = (1U << 13) - 1;  // also: execute, remove, make
constexpr std::uint64_t kExecute = 1U << 0;
constexpr std::uint64_t kMove = 1U << 13;      // since version 2
constexpr std::uint64_t kTruncate = 1U << 14;  // 3
constexpr std::uint64_t kDevice = 1U << 15;    // 5
constexpr std::uint64_t kOfFiles = kExecute | kWriteFile | kReadFile | kTruncate | kDevice;
}  // namespace right

constexpr std::uint64_t kTcp = 3;      // bind and connect; since version 4
constexpr std::uint64_t kSignals = 2;  // to processes outside; since version 6

struct Ruleset {
  std::uint64_t files = right::kFirstVersion;
  std::uint64_t network = 0;
  std::uint64_t scope = 0;
};

struct __attribute__((packed)) PathRule {
  std::uint64_t allowed;
  std::int32_t folder;
};

// Where programs and libraries lie, and what they read about the machine.
constexpr const char* kSystemFiles[] = {"/usr",
                                        "/lib",
                                        "/lib32",
                                        "/lib64",
                                        "/opt",
                                        "/nix/store",
                                        "/proc",
                                        "/sys",
                                        "/etc/ld.so.cache",
                                        "/etc/ld.so.conf",
                                        "/etc/ld.so.conf.d",
                                        "/etc/localtime",
                                        "/etc/nsswitch.conf",
                                        "/dev/urandom",
                                        "/dev/random",
                                        "/dev/zero"};

int landlock_version() {
  const long version = syscall(kCreateRuleset, nullptr, std::size_t{0}, kGiveVersion);
  return version > 0 ? static_cast<int>(version) : 0;
}

[[noreturn]] void throw_refused(const char* what, int code) {
  throw Error(ErrorKind::environment,
              fmt::format("the sandbox cannot be set up: {}: {}", what, std::strerror(code)),
              "if you trust the file, run it without: --no-sandbox");
}

Ruleset ruleset_of(int version) {
  Ruleset rules;
  if (version >= 2) rules.files |= right::kMove;
  if (version >= 3) rules.files |= right::kTruncate;
  if (version >= 4) rules.network = kTcp;
  if (version >= 5) rules.files |= right::kDevice;
  if (version >= 6) rules.scope = kSignals;
  return rules;
}

// The kernel refuses a size that it does not know.
std::size_t size_of_ruleset(int version) {
  return sizeof(std::uint64_t) * (version >= 6 ? 3 : version >= 4 ? 2 : 1);
}

void allow(int ruleset, const std::string& path, std::uint64_t rights) {
  const FileDescriptor place(::open(path.c_str(), O_PATH | O_CLOEXEC));
  if (!place.valid()) return;
  struct stat status = {};
  if (::fstat(place.get(), &status) != 0) return;
  if (!S_ISDIR(status.st_mode)) rights &= right::kOfFiles;
  const PathRule rule{.allowed = rights, .folder = place.get()};
  if (syscall(kAddRule, ruleset, kPathRule, &rule, 0U) != 0) throw_refused(path.c_str(), errno);
}

std::vector<std::string> device_files() {
  return {"/dev/null", "/dev/shm", "/dev/nvidiactl", "/dev/nvidia-uvm", "/dev/nvidia-caps"};
}

void restrict_files(int version, const SandboxPolicy& policy) {
  const Ruleset rules = ruleset_of(version);
  const FileDescriptor ruleset(
      static_cast<int>(syscall(kCreateRuleset, &rules, size_of_ruleset(version), 0U)));
  if (!ruleset.valid()) throw_refused("Landlock", errno);
  const std::uint64_t reading = right::kReadFile | right::kReadFolder;
  const std::uint64_t writing = rules.files & ~right::kExecute;
  for (const char* path : kSystemFiles) allow(ruleset.get(), path, reading);
  for (const std::string& path : policy.readable) allow(ruleset.get(), path, reading);
  for (const std::string& path : policy.writable) allow(ruleset.get(), path, writing);
  allow(ruleset.get(), "/dev/null", writing);
  if (policy.uses_gpu) {
    for (const std::string& path : device_files()) allow(ruleset.get(), path, writing);
    constexpr int kMostGpus = 64;
    for (int gpu = 0; gpu < kMostGpus; ++gpu)
      allow(ruleset.get(), fmt::format("/dev/nvidia{}", gpu), writing);
  }
  if (syscall(kRestrictSelf, ruleset.get(), 0U) != 0) throw_refused("Landlock", errno);
}

}  // namespace

SandboxInfo sandbox_support() {
  SandboxInfo info{.landlock_abi = landlock_version(), .system_calls = can_refuse_system_calls()};
  info.files = info.landlock_abi > 0;
  if (!info.files) info.reason = "this kernel has no Landlock, so files are not protected";
  if (!info.system_calls) {
    info.reason += (info.reason.empty() ? "" : "; ") +
                   std::string(
                       "this system has no seccomp filters, so the network and programs "
                       "are not protected");
  }
  return info;
}

void enter_sandbox(const SandboxPolicy& policy) {
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) throw_refused("no new privileges", errno);
  const SandboxInfo offered = sandbox_support();
  if (offered.files) restrict_files(offered.landlock_abi, policy);
  if (!offered.system_calls) return;
  if (const int code = refuse_system_calls(policy.uses_gpu); code != 0)
    throw_refused("seccomp", code);
}

}  // namespace tsctl
