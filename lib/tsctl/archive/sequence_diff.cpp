#include "tsctl/archive/sequence_diff.h"

#include <algorithm>
#include <cstdint>

namespace tsctl {

namespace {

using Kind = SequenceStep::Kind;
using Sequence = std::span<const std::size_t>;

// For each number of edits, how far in A each diagonal reaches with them.
class Search {
 public:
  Search(Sequence a, Sequence b) : a_(a), b_(b) {}

  // Whether `most` edits suffice.
  bool run(std::size_t most) {
    for (std::size_t edits = 0; edits <= most; ++edits) {
      std::vector<std::int64_t>& reach = reach_.emplace_back(2 * edits + 1);
      const auto d = static_cast<std::int64_t>(edits);
      for (std::int64_t k = -d; k <= d; k += 2) {
        const std::int64_t x = followed(started(edits, k), k);
        reach[static_cast<std::size_t>(k + d)] = x;
        if (x >= std::ssize(a_) && x - k >= std::ssize(b_)) return true;
      }
    }
    return false;
  }

  // The steps of the shortest way, in order.
  std::vector<SequenceStep> steps() const {
    std::vector<SequenceStep> steps;
    std::int64_t x = std::ssize(a_);
    std::int64_t y = std::ssize(b_);
    const auto add = [&](Kind kind) {
      steps.push_back({kind, static_cast<std::size_t>(x), static_cast<std::size_t>(y)});
    };
    for (std::size_t edits = reach_.size() - 1; edits > 0; --edits) {
      const std::int64_t k = x - y;
      const bool inserts = comes_from_above(edits, k);
      const std::int64_t from_x = at(edits - 1, inserts ? k + 1 : k - 1);
      const std::int64_t start = inserts ? from_x : from_x + 1;
      while (x > start) {
        --x, --y;
        add(Kind::both);
      }
      (inserts ? y : x) -= 1;
      add(inserts ? Kind::only_b : Kind::only_a);
    }
    while (x > 0) {
      --x, --y;
      add(Kind::both);
    }
    std::ranges::reverse(steps);
    return steps;
  }

 private:
  // How far diagonal k reaches with so many edits; less than any place if it was not looked at.
  std::int64_t at(std::size_t edits, std::int64_t k) const {
    const auto d = static_cast<std::int64_t>(edits);
    if (k < -d || k > d) return -1;
    return reach_[edits][static_cast<std::size_t>(k + d)];
  }
  bool comes_from_above(std::size_t edits, std::int64_t k) const {
    return at(edits - 1, k - 1) < at(edits - 1, k + 1);
  }
  std::int64_t started(std::size_t edits, std::int64_t k) const {
    if (edits == 0) return 0;
    return comes_from_above(edits, k) ? at(edits - 1, k + 1) : at(edits - 1, k - 1) + 1;
  }
  std::int64_t followed(std::int64_t x, std::int64_t k) const {
    while (x < std::ssize(a_) && x - k >= 0 && x - k < std::ssize(b_) &&
           a_[static_cast<std::size_t>(x)] == b_[static_cast<std::size_t>(x - k)])
      ++x;
    return x;
  }

  Sequence a_;
  Sequence b_;
  std::vector<std::vector<std::int64_t>> reach_ = {};
};

}  // namespace

std::optional<std::vector<SequenceStep>> aligned(Sequence a, Sequence b, std::size_t most_edits) {
  const auto difference = a.size() > b.size() ? a.size() - b.size() : b.size() - a.size();
  if (difference > most_edits) return std::nullopt;
  Search search(a, b);
  if (!search.run(std::min(most_edits, a.size() + b.size()))) return std::nullopt;
  return search.steps();
}

}  // namespace tsctl
