#include <benchmark/benchmark.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmath>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "tsctl/core/inputs/random_input.h"
#include "tsctl/process/channel.h"
#include "tsctl/process/process.h"
#include "tsctl/report/json/json.h"

namespace {

// The reply to a block of `calls` calls, with realistic digits.
tsctl::WireMessage times_of(std::int64_t calls) {
  tsctl::WireMessage message{.type = "times"};
  message.seconds.resize(static_cast<std::size_t>(calls));
  tsctl::fill_normal({1, 0}, message.seconds.data(), message.seconds.size());
  for (double& second : message.seconds) second = 1e-4 * std::exp(0.05 * second);
  return message;
}

void message_to_json(benchmark::State& state) {
  const tsctl::WireMessage message = times_of(state.range(0));
  for (auto _ : state) benchmark::DoNotOptimize(tsctl::json_text(message));
}
BENCHMARK(message_to_json)->Arg(1)->Arg(1'000)->Unit(benchmark::kMicrosecond);

void message_from_json(benchmark::State& state) {
  const std::string text = tsctl::json_text(times_of(state.range(0)));
  for (auto _ : state)
    benchmark::DoNotOptimize(tsctl::from_json_text<tsctl::WireMessage>(text).seconds.data());
}
BENCHMARK(message_from_json)->Arg(1)->Arg(1'000)->Unit(benchmark::kMicrosecond);

// Answers each message with the times of the requested number of calls, until the other end closes.
void answer(int socket) {
  tsctl::LineReader reader(socket);
  tsctl::WireMessage reply;
  while (const auto line = reader.next()) {
    const auto request = tsctl::from_json_text<tsctl::WireMessage>(*line);
    if (static_cast<std::size_t>(request.calls) != reply.seconds.size())
      reply = times_of(request.calls);
    tsctl::send_line(socket, tsctl::json_text(reply));
  }
}

// A request and its reply between two threads, without a switch of processes.
void round_trip(benchmark::State& state) {
  int sockets[2] = {-1, -1};
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, sockets) != 0) {
    state.SkipWithError("no socket pair");
    return;
  }
  std::thread other([socket = sockets[1]] { answer(socket); });
  tsctl::LineReader reader(sockets[0]);
  const tsctl::WireMessage request{
      .type = "time_calls", .untimed = 1, .calls = static_cast<int>(state.range(0))};
  for (auto _ : state) {
    tsctl::send_line(sockets[0], tsctl::json_text(request));
    const auto reply = tsctl::from_json_text<tsctl::WireMessage>(reader.next().value());
    benchmark::DoNotOptimize(reply.seconds.data());
  }
  ::shutdown(sockets[0], SHUT_RDWR);
  other.join();
  ::close(sockets[0]);
  ::close(sockets[1]);
}
BENCHMARK(round_trip)->Arg(1)->Arg(200)->Arg(1'000)->Unit(benchmark::kMicrosecond)->UseRealTime();

// The overhead of a block of calls: resuming the arm's process, the request, the reply, stopping the process.
void block_without_its_calls(benchmark::State& state) {
  tsctl::Interrupt interrupt;
  tsctl::WorkerProcess worker("/proc/self/exe", {});
  worker.stop();
  const tsctl::WireMessage request{
      .type = "time_calls", .untimed = 1, .calls = static_cast<int>(state.range(0))};
  for (auto _ : state) {
    worker.resume();
    worker.send(request);
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
