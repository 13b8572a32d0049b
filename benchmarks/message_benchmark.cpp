#include <benchmark/benchmark.h>
#include <sys/socket.h>

#include <cmath>
#include <string>
#include <string_view>
#include <thread>
#include <variant>

#include "tsctl/core/inputs/random_input.h"
#include "tsctl/process/channel.h"
#include "tsctl/process/process.h"
#include "tsctl/report/json/json.h"

namespace {

// The reply to a block of `calls` calls, with realistic digits.
tsctl::WorkerMessage times_of(std::int64_t calls) {
  tsctl::TimedCalls times;
  times.seconds.resize(static_cast<std::size_t>(calls));
  tsctl::fill_normal({1, 0}, times.seconds.data(), times.seconds.size());
  for (double& second : times.seconds) second = 1e-4 * std::exp(0.05 * second);
  return times;
}

double first_time_of(const std::string& line) {
  const auto message = tsctl::from_json_text<tsctl::WorkerMessage>(line);
  return std::get<tsctl::TimedCalls>(message).seconds.front();
}

void message_to_json(benchmark::State& state) {
  const tsctl::WorkerMessage message = times_of(state.range(0));
  for (auto _ : state) benchmark::DoNotOptimize(tsctl::json_text(message));
}
BENCHMARK(message_to_json)->Arg(1)->Arg(1'000)->Unit(benchmark::kMicrosecond);

void message_from_json(benchmark::State& state) {
  const std::string text = tsctl::json_text(times_of(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(first_time_of(text));
}
BENCHMARK(message_from_json)->Arg(1)->Arg(1'000)->Unit(benchmark::kMicrosecond);

// Answers each message with the times of the requested number of calls, until the other end closes.
void answer(int socket) {
  tsctl::LineChannel channel{tsctl::FileDescriptor(socket)};
  int calls = -1;
  tsctl::WorkerMessage reply;
  while (const auto line = channel.next_line()) {
    const auto command = tsctl::from_json_text<tsctl::FrontMessage>(*line);
    const auto& wanted = std::get<tsctl::TimeCalls>(command);
    if (wanted.calls != calls) reply = times_of(wanted.calls);
    calls = wanted.calls;
    channel.send(tsctl::json_text(reply));
  }
}

tsctl::FrontMessage time_calls(const benchmark::State& state) {
  return tsctl::TimeCalls{.untimed = 1, .calls = static_cast<int>(state.range(0))};
}

// A request and its reply between two threads, without a switch of processes.
void round_trip(benchmark::State& state) {
  int sockets[2] = {-1, -1};
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, sockets) != 0) {
    state.SkipWithError("no socket pair");
    return;
  }
  std::thread other([socket = sockets[1]] { answer(socket); });
  tsctl::LineChannel channel{tsctl::FileDescriptor(sockets[0])};
  const tsctl::FrontMessage command = time_calls(state);
  for (auto _ : state) {
    channel.send(tsctl::json_text(command));
    benchmark::DoNotOptimize(first_time_of(channel.next_line().value()));
  }
  ::shutdown(sockets[0], SHUT_RDWR);
  other.join();
}
BENCHMARK(round_trip)->Arg(1)->Arg(200)->Arg(1'000)->Unit(benchmark::kMicrosecond)->UseRealTime();

// The overhead of a block of calls: resuming the arm's process, the request, the reply, stopping the process.
void block_without_its_calls(benchmark::State& state) {
  tsctl::Interrupt interrupt;
  tsctl::WorkerProcess worker("/proc/self/exe", {});
  worker.stop();
  const tsctl::FrontMessage command = time_calls(state);
  for (auto _ : state) {
    worker.resume();
    worker.send(command);
    if (!worker.receive(tsctl::deadline_in(10.0), interrupt))
      state.SkipWithError("the process did not answer");
    worker.stop();
  }
}
BENCHMARK(block_without_its_calls)
    ->Arg(1)
    ->Arg(200)
    ->Arg(1'000)
    ->Unit(benchmark::kMicrosecond)
    ->UseRealTime();

}  // namespace

// The program is its own worker, which replies without making calls.
int main(int argc, char** argv) {
  if (std::string_view(argv[0]) == tsctl::kWorkerName) {
    answer(tsctl::kWorkerSocket);
    return 0;
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
