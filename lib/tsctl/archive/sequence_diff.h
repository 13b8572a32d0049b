#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace tsctl {

// A step of an alignment of two sequences: an item of both, of A alone, or of B alone.
struct SequenceStep {
  enum class Kind { both, only_a, only_b };

  Kind kind = Kind::both;
  std::size_t a = 0;  // index; of only_b where it would stand in A
  std::size_t b = 0;
};

// A shortest alignment of two sequences whose items are numbered, equal ones alike (Myers, "An O(ND) Difference Algorithm").
// None if more than `most_edits` items would not be in both: time and memory grow with their number.
std::optional<std::vector<SequenceStep>> aligned(std::span<const std::size_t> a,
                                                 std::span<const std::size_t> b,
                                                 std::size_t most_edits);

}  // namespace tsctl
