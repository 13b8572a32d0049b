#include "process/fake_worker.h"

#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <optional>
#include <variant>

#include "tsctl/host/host.h"
#include "tsctl/process/channel.h"
#include "tsctl/report/json/json.h"
#include "tsctl/worker/address_layout.h"

namespace tsctl {

namespace {

RunResult result() { return {.outputs = {{.output = "out", .dtype = "float32", .shape = {2, 3}}}}; }

LineChannel& channel() {
  static LineChannel one{FileDescriptor(kWorkerSocket)};
  return one;
}

void send(const WorkerMessage& message) { channel().send(json_text(message)); }

void send_bytes(const std::string& bytes) {
  ::send(kWorkerSocket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
}

void tell(const std::string& text) { send(Progress{.text = text}); }

[[noreturn]] void wait_for_ever() {
  while (true) pause();
}

// By the signal's default action; a sanitizer may have replaced it.
void die_of(int signal) {
  const rlimit no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  std::signal(signal, SIG_DFL);
  raise(signal);
}

void answer() { send(result()); }

void answer_after_events() {
  tell("loading");
  tell("running");
  send(Warning{.code = std::string("careful"), .text = "take care"});
  answer();
}

void send_failure(std::optional<ErrorKind> kind) {
  const std::string name = kind ? std::string(name_of(*kind)) : "internal";
  send(Failure{.kind = kind,
               .message = "the " + name + " went wrong",
               .hint = "mend the " + name,
               .detail = "line 1\nline 2"});
}

void print_and_answer() {
  std::puts("the model prints");
  std::fflush(stdout);
  answer();
}

std::string line_of(const WorkerMessage& message) { return json_text(message) + "\n"; }

void answer_in_pieces() {
  for (const char byte : line_of(result())) send_bytes({byte});
}

void answer_in_one_piece() {
  send_bytes(line_of(Progress{.text = "one"}) + line_of(Progress{.text = "two"}) +
             line_of(result()));
}

void answer_at_length() {
  RunResult long_one = result();
  long_one.outputs[0].value = std::string(300'000, 'x');
  send(long_one);
}

void tell_for_ever() {
  while (true) {
    tell("still at it");
    usleep(1000);
  }
}

void send_without_a_pause() {
  const std::string lines = line_of(Progress{.text = "one"}) + line_of(Progress{.text = "two"});
  while (true) send_bytes(lines);
}

void send_a_line_without_an_end() {
  const std::string bytes(1 << 16, 'x');
  while (true) send_bytes(bytes);
}

void print_without_a_pause() {
  const std::string bytes(1 << 16, 'x');
  while (::write(STDERR_FILENO, bytes.data(), bytes.size()) >= 0) {
  }
}

void send_nested() { send_bytes(std::string(10'000, '[') + std::string(10'000, ']') + "\n"); }

void print_why_and_end() {
  std::fputs("libgomp: Thread creation failed: Resource temporarily unavailable\n", stderr);
  std::_Exit(1);
}

// The program it starts keeps the socket open and outlives it.
void leave_a_child() {
  const pid_t child = fork();
  if (child == 0) wait_for_ever();
  tell("child " + std::to_string(child));
}

void tell_environment() {
  for (const char* name : {"OMP_NUM_THREADS", "MKL_NUM_THREADS"})
    tell(name + std::string("=") + std::getenv(name));
  answer();
}

// Where its libraries would lie, and where the C library lies, which the kernel decided.
void tell_addresses() {
  fix_address_layout(7);
  const void* library = mmap(nullptr, 1 << 20, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  tell("library " + std::to_string(reinterpret_cast<std::uintptr_t>(library)));
  tell("libc " + std::to_string(reinterpret_cast<std::uintptr_t>(&std::malloc)));
  answer();
}

// Answers commands for an arm of that label.
struct FakeArm {
  std::string label;
  std::size_t set = 0;

  WorkerMessage operator()(const TimeCalls& command) {
    if (label == "counting arm")
      return TimedCalls{.seconds = {static_cast<double>(usable_processors().size())}};
    TimedCalls times{.page_faults = 100 + command.untimed};
    for (int call = 1; call <= command.calls; ++call) times.seconds.push_back(0.001 * call);
    return times;
  }
  WorkerMessage operator()(const UseSet& command) {
    set = command.set;
    return Done{};
  }
  WorkerMessage operator()(const CallSets& command) {
    TimedCalls times;
    for (const std::size_t one : command.sets) times.seconds.push_back(static_cast<double>(one));
    return times;
  }
  WorkerMessage operator()(const LoadWindow& window) {
    return LoadTimes{.latency_s = {window.seconds}, .offered = static_cast<std::int64_t>(set)};
  }
  WorkerMessage operator()(const TimeTransfers& command) {
    if (label == "plain arm") return Transfers{};
    return Transfers{.times = TransferTimes{.compute_s = 0.5 * command.calls}};
  }
  WorkerMessage operator()(const ProfileRequest& request) {
    return ProfileResult{.calls = request.calls};
  }
  WorkerMessage operator()(const Job&) { std::_Exit(9); }
};

void serve_fake_arm(const std::string& label) {
  tell("an arm tells");
  send(ArmReady{.tuning_reason = label == "plain arm" ? "not captured" : "",
                .opening = {.libraries_s = 0.25, .loaded_bytes = 4096}});
  FakeArm arm{.label = label};
  while (const auto line = channel().next_line()) {
    if (label == "dying arm") die_of(SIGSEGV);
    if (label == "silent arm") wait_for_ever();
    send(std::visit(arm, from_json_text<FrontMessage>(*line)));
  }
}

const std::map<std::string, std::function<void()>>& behaviours() {
  static const std::map<std::string, std::function<void()>> known{
      {"answer", answer_after_events},
      {"usage error", [] { send_failure(ErrorKind::usage); }},
      {"input error", [] { send_failure(ErrorKind::input); }},
      {"capture error", [] { send_failure(ErrorKind::capture); }},
      {"execution error", [] { send_failure(ErrorKind::execution); }},
      {"environment error", [] { send_failure(ErrorKind::environment); }},
      {"internal error", [] { send_failure(std::nullopt); }},
      {"crash", [] { die_of(SIGSEGV); }},
      {"killed", [] { die_of(SIGKILL); }},
      {"exit 3", [] { std::_Exit(3); }},
      {"silent", wait_for_ever},
      {"talkative", tell_for_ever},
      {"print", print_and_answer},
      {"pieces", answer_in_pieces},
      {"one piece", answer_in_one_piece},
      {"long", answer_at_length},
      {"no JSON", [] { send_bytes("this is no JSON\n"); }},
      {"messages without a pause", send_without_a_pause},
      {"a line without an end", send_a_line_without_an_end},
      {"output without a pause", print_without_a_pause},
      {"nested", send_nested},
      {"no threads", print_why_and_end},
      {"slow to load", [] { die_of(SIGALRM); }},
      {"too large a file", [] { die_of(SIGXFSZ); }},
      {"child",
       [] {
         leave_a_child();
         wait_for_ever();
       }},
      {"half a line", [] { send_bytes("{\"result\":{\"ou"); }},
      {"close",
       [] {
         ::close(kWorkerSocket);
         wait_for_ever();
       }},
      {"crash beside a child",
       [] {
         leave_a_child();
         die_of(SIGSEGV);
       }},
      {"answer beside a child",
       [] {
         leave_a_child();
         answer();
       }},
      {"interrupt",
       [] {
         ::kill(getppid(), SIGINT);
         wait_for_ever();
       }},
      {"terminate",
       [] {
         ::kill(getppid(), SIGTERM);
         wait_for_ever();
       }},
      {"addresses", tell_addresses},
      {"environment", tell_environment},
  };
  return known;
}

}  // namespace

void run_fake_worker() {
  const auto line = channel().next_line();
  if (!line) std::_Exit(9);
  const Job job = std::get<Job>(from_json_text<FrontMessage>(*line));
  tell("pid " + std::to_string(getpid()));
  std::string behaviour;
  if (const auto* run = std::get_if<RunRequest>(&job.request)) behaviour = run->method;
  if (const auto* capture = std::get_if<CaptureRequest>(&job.request))
    behaviour = capture->model.source.name;
  if (const auto* arm = std::get_if<ArmRequest>(&job.request)) {
    behaviour = arm->label;
    if (behaviour.ends_with(" arm")) serve_fake_arm(behaviour);
  }
  const auto known = behaviours().find(behaviour);
  if (known != behaviours().end()) known->second();
  std::_Exit(0);
}

std::string this_program() { return std::filesystem::read_symlink("/proc/self/exe"); }

bool is_gone(pid_t pid) { return ::kill(pid, 0) != 0 && errno == ESRCH; }

char state_of(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string text;
  std::getline(file, text);
  const std::size_t name_end = text.rfind(") ");
  return name_end == std::string::npos ? ' ' : text.at(name_end + 2);
}

}  // namespace tsctl
