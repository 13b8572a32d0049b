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

#include "tsctl/process/channel.h"
#include "tsctl/report/json/json.h"
#include "tsctl/worker/address_layout.h"

namespace tsctl {

namespace {

const std::string kResult = R"({"outputs":[{"output":"out","dtype":"float32","shape":[2,3]}]})";

void send(const WireMessage& message) { send_line(kWorkerSocket, json_text(message)); }

void send_bytes(const std::string& bytes) {
  ::send(kWorkerSocket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
}

void tell(const std::string& text) { send({.type = "progress", .text = text}); }

[[noreturn]] void wait_for_ever() {
  while (true) pause();
}

// By the signal's default action, whatever a sanitizer does with it.
void die_of(int signal) {
  const rlimit no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  std::signal(signal, SIG_DFL);
  raise(signal);
}

void answer() { send({.type = "result", .payload = kResult}); }

void answer_after_events() {
  tell("loading");
  tell("running");
  send({.type = "warning", .text = "take care", .code = "careful"});
  answer();
}

void send_error(const std::string& kind) {
  send({.type = "error",
        .text = "the " + kind + " went wrong",
        .code = kind,
        .hint = "mend the " + kind,
        .detail = "line 1\nline 2"});
}

void print_and_answer() {
  std::puts("the model prints");
  std::fflush(stdout);
  answer();
}

void answer_in_pieces() {
  const std::string line = json_text(WireMessage{.type = "result", .payload = kResult}) + "\n";
  for (const char byte : line) send_bytes({byte});
}

void answer_in_one_piece() {
  send_bytes(json_text(WireMessage{.type = "progress", .text = "one"}) + "\n" +
             json_text(WireMessage{.type = "progress", .text = "two"}) + "\n" +
             json_text(WireMessage{.type = "result", .payload = kResult}) + "\n");
}

void answer_at_length() {
  send({.type = "result", .text = std::string(300'000, 'x'), .payload = kResult});
}

void tell_for_ever() {
  while (true) {
    tell("still at it");
    usleep(1000);
  }
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
  lay_out(7);
  const void* library = mmap(nullptr, 1 << 20, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  tell("library " + std::to_string(reinterpret_cast<std::uintptr_t>(library)));
  tell("libc " + std::to_string(reinterpret_cast<std::uintptr_t>(&std::malloc)));
  answer();
}

void serve_fake_arm(LineReader& reader, const std::string& label) {
  tell("an arm tells");
  send({.type = "ready",
        .text = label == "plain arm" ? "not captured" : "",
        .payload = R"({"libraries_s": 0.25, "loaded_bytes": 4096})"});
  std::int64_t set = 0;
  while (const auto line = reader.next()) {
    if (label == "dying arm") die_of(SIGSEGV);
    if (label == "silent arm") wait_for_ever();
    const auto message = from_json_text<WireMessage>(*line);
    if (message.type == "arm" && message.job == "profile") {
      const auto request = from_json_text<ProfileRequest>(message.payload);
      send({.type = "result", .payload = json_text(ProfileResult{.calls = request.calls})});
      continue;
    }
    if (message.type == "arm" && message.job == "transfers") {
      send({.type = "result",
            .payload = label == "plain arm"
                           ? ""
                           : json_text(TransferTimes{.compute_s = 0.5 * message.calls})});
      continue;
    }
    if (message.job == "call_sets") {
      send({.type = "times", .seconds = {static_cast<double>(message.payload.size())}});
      continue;
    }
    if (message.type == "arm") {
      LoadTimes times{.offered = set};
      if (message.job == "use_set") set = std::stol(message.payload);
      if (message.job == "load")
        times.latency_s = {from_json_text<LoadWindow>(message.payload).seconds};
      send({.type = "result", .payload = json_text(times)});
      continue;
    }
    WireMessage reply{.type = "times", .page_faults = 100 + message.untimed};
    for (int call = 1; call <= message.calls; ++call) reply.seconds.push_back(0.001 * call);
    send(reply);
  }
}

const std::map<std::string, std::function<void()>>& behaviours() {
  static const std::map<std::string, std::function<void()>> known{
      {"answer", answer_after_events},
      {"usage error", [] { send_error("usage"); }},
      {"input error", [] { send_error("input"); }},
      {"capture error", [] { send_error("capture"); }},
      {"execution error", [] { send_error("execution"); }},
      {"environment error", [] { send_error("environment"); }},
      {"internal error", [] { send_error("internal"); }},
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
      {"half a line", [] { send_bytes("{\"type\":\"resu"); }},
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
  LineReader reader(kWorkerSocket);
  const auto line = reader.next();
  if (!line) std::_Exit(9);
  const auto message = from_json_text<WireMessage>(*line);
  tell("pid " + std::to_string(getpid()));
  std::string behaviour = message.job;
  if (message.job == "run") behaviour = from_json_text<RunRequest>(message.payload).method;
  if (message.job == "open_arm") {
    behaviour = from_json_text<ArmRequest>(message.payload).label;
    if (behaviour.ends_with(" arm")) serve_fake_arm(reader, behaviour);
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
