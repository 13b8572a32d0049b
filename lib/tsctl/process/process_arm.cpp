#include "tsctl/process/process_arm.h"

#include <chrono>
#include <memory>
#include <string>

#include "tsctl/core/base/error.h"
#include "tsctl/core/base/resident_memory.h"
#include "tsctl/host/host.h"
#include "tsctl/report/json/json.h"

namespace tsctl {

namespace {

// An arm in a worker process.
class ProcessArm : public LaunchedArm {
 public:
  ProcessArm(Jobs& jobs, const BenchArm& arm, std::uint64_t layout)
      : jobs_(jobs),
        arm_(arm),
        worker_(jobs.settings().installation.executable, environment_of(arm.request)) {
    const Installation& installation = jobs.settings().installation;
    worker_.send({.type = "job",
                  .job = "open_arm",
                  .payload = json_text(arm.request),
                  .site = arm.site ? json_text(*arm.site) : std::string(),
                  .engine = installation.engine,
                  .capture = installation.capture,
                  .layout = layout});
  }

  void wait_until_ready() override {
    const WireMessage ready = expect("ready");
    tuning_reason_ = ready.text;
    if (!ready.payload.empty()) opening_ = from_json_text<ArmOpening>(ready.payload);
  }
  std::string tuning_reason() const override { return tuning_reason_; }
  void pin_to_cores(std::uint64_t draw) override {
    const std::vector<int> cores = cores_for(usable_processors(), arm_.request.threads, draw);
    if (!cores.empty()) worker_.hold_to(cores);
  }
  void resume() override { worker_.resume(); }
  void stop() override { worker_.stop(); }

  TimedCalls time_calls(int untimed, int calls) override {
    worker_.send({.type = "time_calls", .untimed = untimed, .calls = calls});
    const WireMessage reply = expect("times");
    if (!opening_.first_call_bytes) opening_.first_call_bytes = resident();
    return {.seconds = reply.seconds, .page_faults = reply.page_faults};
  }

  void use_set(std::size_t index) override {
    worker_.send({.type = "arm", .job = "use_set", .payload = std::to_string(index)});
    expect("result");
  }

  std::vector<double> call_sets(const std::vector<std::size_t>& sets) override {
    std::string numbers;
    for (const std::size_t set : sets) numbers += std::to_string(set) + " ";
    worker_.send({.type = "arm", .job = "call_sets", .payload = numbers});
    return expect("times").seconds;
  }

  void begin_load(const LoadWindow& window) override {
    worker_.send({.type = "arm", .job = "load", .payload = json_text(window)});
  }

  LoadTimes end_load() override { return from_json_text<LoadTimes>(expect("result").payload); }

  ArmOpening opening() override {
    opening_.steady_bytes = resident();
    return opening_;
  }

  ProfileResult profile(const ProfileRequest& request) override {
    worker_.send({.type = "arm", .job = "profile", .payload = json_text(request)});
    return from_json_text<ProfileResult>(expect("result").payload);
  }

  std::optional<TransferTimes> time_transfers(int calls) override {
    worker_.send({.type = "arm", .job = "transfers", .calls = calls});
    const WireMessage reply = expect("result");
    if (reply.payload.empty()) return std::nullopt;
    return from_json_text<TransferTimes>(reply.payload);
  }

  std::int64_t finish() override { return worker_.finish().peak_memory_bytes; }

 private:
  static std::vector<std::string> environment_of(const ArmRequest& request) {
    std::vector<std::string> environment = worker_environment(request.threads);
    for (std::string& pair : allocator_environment(request.allocator))
      environment.push_back(std::move(pair));
    return environment;
  }

  std::optional<std::int64_t> resident() const {
    return resident_bytes(std::to_string(worker_.pid()));
  }

  WireMessage expect(const std::string& type) {
    const Deadline deadline = deadline_in(jobs_.settings().timeout_s);
    try {
      while (const auto message = worker_.receive(deadline, jobs_.interrupt())) {
        if (message->type == type) return *message;
        if (message->type == "error") throw_worker_error(*message);
      }
    } catch (const WorkerProcess::Timeout&) {
      worker_.finish();
      throw Error(ErrorKind::execution,
                  "the arm '" + arm_.request.label + "' did not answer in time (--timeout)",
                  "raise --timeout, or leave it out to wait for as long as it takes");
    }
    throw_worker_death(worker_.finish(kEndAfterCloseSeconds),
                       "it ran the arm '" + arm_.request.label + "'", arm_.site.has_value());
  }

  Jobs& jobs_;
  const BenchArm& arm_;
  WorkerProcess worker_;
  ArmOpening opening_ = {};
  std::string tuning_reason_ = {};
};

}  // namespace

Launcher process_launcher(Jobs& jobs) {
  return [&jobs](const BenchArm& arm, std::uint64_t layout) -> std::unique_ptr<LaunchedArm> {
    return std::make_unique<ProcessArm>(jobs, arm, layout);
  };
}

Clock steady_clock() {
  return [] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
  };
}

}  // namespace tsctl
