#include "tsctl/process/system_calls.h"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace tsctl {

namespace {

#if defined(__x86_64__)
constexpr std::uint32_t kMachine = AUDIT_ARCH_X86_64;
constexpr std::uint32_t kOtherNumbers = 0x40000000;  // from here on: the x32 calls
#elif defined(__aarch64__)
constexpr std::uint32_t kMachine = AUDIT_ARCH_AARCH64;
constexpr std::uint32_t kOtherNumbers = 0;
#else
constexpr std::uint32_t kMachine = 0;
constexpr std::uint32_t kOtherNumbers = 0;
#endif

// Newer than the headers that tsctl may be built with. The numbers are the same on every processor.
constexpr std::uint32_t kFchmodat2 = 452;

constexpr std::uint32_t kRefused[] = {
    // Programs and processes. `clone` has a rule of its own.
    SYS_execve, SYS_execveat,
#ifdef SYS_fork
    SYS_fork, SYS_vfork,
#endif
    // Other processes.
    SYS_ptrace, SYS_process_vm_readv, SYS_process_vm_writev, SYS_kcmp, SYS_pidfd_getfd,
    // Calls that do the work of others, unseen by a filter.
    SYS_io_uring_setup, SYS_io_uring_enter, SYS_io_uring_register,
    // Namespaces and mounts.
    SYS_unshare, SYS_setns, SYS_mount, SYS_umount2, SYS_move_mount, SYS_open_tree, SYS_fsopen,
    SYS_fsconfig, SYS_fsmount, SYS_fspick, SYS_mount_setattr, SYS_pivot_root, SYS_chroot,
    // Files that Landlock does not see: by handle, and their modes, owners and attributes.
    SYS_open_by_handle_at,
#ifdef SYS_chmod
    SYS_chmod, SYS_chown, SYS_lchown,
#endif
    SYS_fchmod, SYS_fchmodat, kFchmodat2, SYS_fchown, SYS_fchownat, SYS_setxattr, SYS_lsetxattr,
    SYS_fsetxattr, SYS_removexattr, SYS_lremovexattr, SYS_fremovexattr,
    // The kernel and the machine.
    SYS_bpf, SYS_perf_event_open, SYS_userfaultfd, SYS_keyctl, SYS_add_key, SYS_request_key,
    SYS_init_module, SYS_finit_module, SYS_delete_module, SYS_kexec_load, SYS_reboot, SYS_swapon,
    SYS_swapoff, SYS_acct, SYS_quotactl, SYS_settimeofday, SYS_clock_settime, SYS_adjtimex,
    SYS_clock_adjtime, SYS_sethostname, SYS_setdomainname, SYS_syslog};

// A program for the kernel's filter machine.
class Filter {
 public:
  void load(std::size_t offset) {
    add(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(offset));
  }
  void answer(std::uint32_t action) { add(BPF_RET | BPF_K, action); }
  void answer_if(std::uint16_t comparison, std::uint32_t value, std::uint32_t action) {
    add(BPF_JMP | BPF_K | comparison, value, 0, 1);
    answer(action);
  }
  void answer_unless(std::uint32_t value, std::uint32_t action) {
    add(BPF_JMP | BPF_K | BPF_JEQ, value, 1, 0);
    answer(action);
  }
  // If the loaded value is not `value`, the next `count` instructions are left out.
  void skip_unless(std::uint32_t value, std::uint8_t count) {
    add(BPF_JMP | BPF_K | BPF_JEQ, value, 0, count);
  }
  std::vector<sock_filter>& code() { return code_; }

 private:
  void add(int operation, std::uint32_t value, std::uint8_t if_true = 0,
           std::uint8_t if_false = 0) {
    code_.push_back({static_cast<std::uint16_t>(operation), if_true, if_false, value});
  }
  std::vector<sock_filter> code_ = {};
};

constexpr std::uint32_t refusal(int code) {
  return SECCOMP_RET_ERRNO | (static_cast<std::uint32_t>(code) & SECCOMP_RET_DATA);
}

// The low half of the first argument.
constexpr std::size_t kFirstArgument = offsetof(seccomp_data, args);

Filter filter(bool local_sockets) {
  Filter filter;
  filter.load(offsetof(seccomp_data, arch));
  filter.answer_unless(kMachine, refusal(EPERM));
  filter.load(offsetof(seccomp_data, nr));
  if (kOtherNumbers != 0) filter.answer_if(BPF_JGE, kOtherNumbers, refusal(ENOSYS));
  for (const std::uint32_t number : kRefused) filter.answer_if(BPF_JEQ, number, refusal(EPERM));
  // Its flags lie in memory, which a filter cannot read. The C library then starts threads with clone.
  filter.answer_if(BPF_JEQ, SYS_clone3, refusal(ENOSYS));
  filter.skip_unless(SYS_clone, 4);
  filter.load(kFirstArgument);
  filter.answer_if(BPF_JSET, CLONE_THREAD, SECCOMP_RET_ALLOW);
  filter.answer(refusal(EPERM));
  filter.skip_unless(SYS_socket, local_sockets ? 6 : 1);
  if (local_sockets) {
    filter.load(kFirstArgument);
    filter.answer_if(BPF_JEQ, AF_UNIX, SECCOMP_RET_ALLOW);
    filter.answer_if(BPF_JEQ, AF_NETLINK, SECCOMP_RET_ALLOW);
  }
  filter.answer(refusal(EPERM));
  filter.answer(SECCOMP_RET_ALLOW);
  return filter;
}

}  // namespace

bool can_refuse_system_calls() {
  if (kMachine == 0) return false;
  std::uint32_t action = SECCOMP_RET_ERRNO;
  return syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
}

int refuse_system_calls(bool local_sockets) {
  Filter rules = filter(local_sockets);
  const sock_fprog program{.len = static_cast<unsigned short>(rules.code().size()),
                           .filter = rules.code().data()};
  const long code =
      syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program);
  if (code < 0) return errno;
  return code == 0 ? 0 : EAGAIN;  // a thread that has another filter
}

}  // namespace tsctl
