#pragma once

#include "tsctl/core/base/enum_names.h"
#include "tsctl/core/stats/verdict.h"

namespace tsctl {

// What an arm runs: a TorchScript file, a SOURCE eagerly or through torch.compile, a package of AOTInductor, or an
// export for another runtime.
enum class ArmKind { file, eager, compile, aotinductor, onnxruntime, openvino };

constexpr auto names_of(ArmKind) {
  using enum ArmKind;
  return std::to_array<Named<ArmKind>>({
      {file, "file"},
      {eager, "eager"},
      {compile, "compile"},
      {aotinductor, "aotinductor"},
      {onnxruntime, "onnxruntime"},
      {openvino, "openvino"},
  });
}

// How an arm's outputs compare with those of the reference.
enum class ArmOutputs { same, differ, reference, not_compared };

constexpr auto names_of(ArmOutputs) {
  using enum ArmOutputs;
  return std::to_array<Named<ArmOutputs>>({
      {same, "same"},
      {differ, "differ"},
      {reference, "reference"},
      {not_compared, "not_compared"},
  });
}

// The verdict on an arm, or that it is the one that the others are compared with.
enum class ArmSpeed { faster, slower, equivalent, inconclusive, reference };

constexpr auto names_of(ArmSpeed) {
  using enum ArmSpeed;
  return std::to_array<Named<ArmSpeed>>({
      {faster, "faster"},
      {slower, "slower"},
      {equivalent, "equivalent"},
      {inconclusive, "inconclusive"},
      {reference, "reference"},
  });
}

constexpr ArmSpeed arm_speed(SpeedVerdict verdict) noexcept {
  switch (verdict) {
    case SpeedVerdict::faster:
      return ArmSpeed::faster;
    case SpeedVerdict::slower:
      return ArmSpeed::slower;
    case SpeedVerdict::equivalent:
      return ArmSpeed::equivalent;
    case SpeedVerdict::inconclusive:
      break;
  }
  return ArmSpeed::inconclusive;
}

// What a throughput counts: items (the size of the dimension B) or calls.
enum class ThroughputUnit { calls, items };

constexpr auto names_of(ThroughputUnit) {
  using enum ThroughputUnit;
  return std::to_array<Named<ThroughputUnit>>({
      {calls, "calls"},
      {items, "items"},
  });
}

// closed: a call starts when the one before it has ended. open: calls start at scheduled times.
enum class Loop { closed, open };

constexpr auto names_of(Loop) {
  using enum Loop;
  return std::to_array<Named<Loop>>({
      {closed, "closed"},
      {open, "open"},
  });
}

// How the starts of an open loop are spread.
enum class Arrivals { poisson, constant };

constexpr auto names_of(Arrivals) {
  using enum Arrivals;
  return std::to_array<Named<Arrivals>>({
      {poisson, "poisson"},
      {constant, "constant"},
  });
}

// Why a measurement ended.
enum class StopReason { precision, budget, pairs, launches };

constexpr auto names_of(StopReason) {
  using enum StopReason;
  return std::to_array<Named<StopReason>>({
      {precision, "precision"},
      {budget, "budget"},
      {pairs, "pairs"},
      {launches, "launches"},
  });
}

// Where the width of a ratio's interval comes from. Reports call the rounds of a launch "blocks".
enum class VariationSource { launches, rounds };

constexpr auto names_of(VariationSource) {
  using enum VariationSource;
  return std::to_array<Named<VariationSource>>({
      {launches, "launches"},
      {rounds, "blocks"},
  });
}

// How the threads of a model wait for one another at the end of a parallel loop. active: as the library does by
// default, they spin for a while before they sleep. passive: they sleep at once. automatic: passive where other work
// keeps the CPUs busy, because a thread that spins then takes the core that the awaited thread needs.
enum class WaitPolicy { automatic, active, passive };

constexpr auto names_of(WaitPolicy) {
  using enum WaitPolicy;
  return std::to_array<Named<WaitPolicy>>({
      {automatic, "auto"},
      {active, "active"},
      {passive, "passive"},
  });
}

// The result of --max-regress or --require-speedup. undecided: the interval contains the limit.
enum class Gate { pass, fail, undecided };

constexpr auto names_of(Gate) {
  using enum Gate;
  return std::to_array<Named<Gate>>({
      {pass, "pass"},
      {fail, "fail"},
      {undecided, "undecided"},
  });
}

}  // namespace tsctl
