// A library for LD_PRELOAD that lets one system call or allocation of a program fail, or kills the program there.
// scripts/fault_injection builds and uses it. Child processes count on in the same file.
//
//   FAULTS_COUNTERS  a file of 4 KiB of zeros: counters that all processes of a run share
//   FAULTS_FOLDER    calls count only if they touch this folder; allocations always count
//   FAULTS_KIND      open, write, fsync, rename, remove, memory, or kill: SIGKILL to all processes at any such call
//   FAULTS_AT        which call of that kind fails, counted from 1; 0 counts only
//   FAULTS_DAYS      days that are added to the clock
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum kind { OPEN, WRITE, FSYNC, RENAME, REMOVE, MEMORY, KILL, KINDS };

static const char *const names[KINDS] = {"open",   "write",  "fsync", "rename",
                                         "remove", "memory", "kill"};

struct shared {
  atomic_long counts[KINDS];
  atomic_long front;  // the first process of the run
};

static struct shared *shared;
static const char *folder;
static int chosen = -1;
static long at;
static time_t shift;
static atomic_bool started;  // main() has begun: allocations of the loader and of constants do not count

__attribute__((constructor)) static void begin(void) {
  const char *path = getenv("FAULTS_COUNTERS");
  const char *kind = getenv("FAULTS_KIND");
  const char *number = getenv("FAULTS_AT");
  const char *days = getenv("FAULTS_DAYS");
  if (days) shift = (time_t)atol(days) * 24 * 60 * 60;
  if (!path) return;
  int file = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC);
  if (file < 0) return;
  void *memory = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  syscall(SYS_close, file);
  if (memory == MAP_FAILED) return;
  folder = getenv("FAULTS_FOLDER");
  at = number ? atol(number) : 0;
  for (int i = 0; kind && i < KINDS; ++i) {
    if (strcmp(kind, names[i]) == 0) chosen = i;
  }
  long none = 0;
  struct shared *counters = memory;
  atomic_compare_exchange_strong(&counters->front, &none, (long)getpid());
  shared = counters;
}

static int (*program)(int, char **, char **);

static int begun(int count, char **words, char **environment) {
  started = true;
  return program(count, words, environment);
}

typedef int start_function(int (*)(int, char **, char **), int, char **, void (*)(void),
                           void (*)(void), void (*)(void), void *);

int __libc_start_main(int (*main)(int, char **, char **), int count, char **words,
                      void (*init)(void), void (*fini)(void), void (*loader_fini)(void), void *end) {
  start_function *start = (start_function *)dlsym(RTLD_NEXT, "__libc_start_main");
  program = main;
  return start(begun, count, words, init, fini, loader_fini, end);
}

// Whether the call that is about to be made shall fail.
static bool counted(int kind) {
  long number = atomic_fetch_add(&shared->counts[kind], 1) + 1;
  return kind == chosen && number == at;
}

static bool fails(int kind) {
  if (counted(KILL)) {
    kill((pid_t)atomic_load(&shared->front), SIGKILL);
    kill(getpid(), SIGKILL);
  }
  return counted(kind);
}

static bool below_folder(const char *path) {
  size_t size = folder ? strlen(folder) : 0;
  return size > 0 && strncmp(path, folder, size) == 0 && (path[size] == '/' || path[size] == '\0');
}

static bool descriptor_below(int file) {
  char link[64], path[4096];
  if (!shared || !folder) return false;
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t size = readlink(link, path, sizeof path - 1);
  if (size < 0) return false;
  path[size] = '\0';
  return below_folder(path);
}

static bool path_below(int at_folder, const char *path) {
  char whole[4096];
  if (!shared || !folder || !path) return false;
  if (path[0] == '/') return below_folder(path);
  if (at_folder != AT_FDCWD) return descriptor_below(at_folder);
  if (!getcwd(whole, sizeof whole)) return false;
  size_t size = strlen(whole);
  snprintf(whole + size, sizeof whole - size, "/%s", path);
  return below_folder(whole);
}

static int failed(int code) {
  errno = code;
  return -1;
}

static int opened(int at_folder, const char *path, int flags, mode_t mode) {
  if (path_below(at_folder, path) && fails(OPEN)) return failed(EIO);
  return (int)syscall(SYS_openat, at_folder, path, flags, mode);
}

static mode_t mode_of(int flags, va_list arguments) {
  bool creates = (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
  return creates ? va_arg(arguments, mode_t) : 0;
}

#define OPENS(name)                                       \
  int name(const char *path, int flags, ...) {            \
    va_list arguments;                                    \
    va_start(arguments, flags);                           \
    mode_t mode = mode_of(flags, arguments);              \
    va_end(arguments);                                    \
    return opened(AT_FDCWD, path, flags, mode);           \
  }
#define OPENS_AT(name)                                        \
  int name(int at_folder, const char *path, int flags, ...) { \
    va_list arguments;                                        \
    va_start(arguments, flags);                               \
    mode_t mode = mode_of(flags, arguments);                  \
    va_end(arguments);                                        \
    return opened(at_folder, path, flags, mode);              \
  }
OPENS(open)
OPENS(open64)
OPENS_AT(openat)
OPENS_AT(openat64)

// A part of the bytes is written first, as on a disk that becomes full.
ssize_t write(int file, const void *bytes, size_t count) {
  if (descriptor_below(file) && fails(WRITE)) {
    if (count > 1) syscall(SYS_write, file, bytes, count / 2);
    return failed(ENOSPC);
  }
  return syscall(SYS_write, file, bytes, count);
}

ssize_t writev(int file, const struct iovec *parts, int count) {
  if (descriptor_below(file) && fails(WRITE)) return failed(ENOSPC);
  return syscall(SYS_writev, file, parts, count);
}

static ssize_t written_at(int file, const void *bytes, size_t count, off_t offset) {
  if (descriptor_below(file) && fails(WRITE)) return failed(ENOSPC);
  return syscall(SYS_pwrite64, file, bytes, count, offset);
}

ssize_t pwrite(int file, const void *bytes, size_t count, off_t offset) {
  return written_at(file, bytes, count, offset);
}

ssize_t pwrite64(int file, const void *bytes, size_t count, off_t offset) {
  return written_at(file, bytes, count, offset);
}

int ftruncate(int file, off_t size) {
  if (descriptor_below(file) && fails(WRITE)) return failed(EIO);
  return (int)syscall(SYS_ftruncate, file, size);
}

int fsync(int file) {
  if (descriptor_below(file) && fails(FSYNC)) return failed(EIO);
  return (int)syscall(SYS_fsync, file);
}

int rename(const char *from, const char *to) {
  if (path_below(AT_FDCWD, to) && fails(RENAME)) return failed(EIO);
  return (int)syscall(SYS_rename, from, to);
}

int unlink(const char *path) {
  if (path_below(AT_FDCWD, path) && fails(REMOVE)) return failed(EIO);
  return (int)syscall(SYS_unlink, path);
}

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);

void *malloc(size_t size) {
  if (shared && started && counted(MEMORY)) {
    errno = ENOMEM;
    return NULL;
  }
  return __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
  if (shared && started && counted(MEMORY)) {
    errno = ENOMEM;
    return NULL;
  }
  return __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size) {
  if (shared && started && counted(MEMORY)) {
    errno = ENOMEM;
    return NULL;
  }
  return __libc_realloc(memory, size);
}

int clock_gettime(clockid_t clock, struct timespec *now) {
  int code = (int)syscall(SYS_clock_gettime, clock, now);
  if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE) now->tv_sec += shift;
  return code;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
  int code = (int)syscall(SYS_gettimeofday, now, zone);
  now->tv_sec += shift;
  return code;
}

time_t time(time_t *to) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (to) *to = now.tv_sec;
  return now.tv_sec;
}
