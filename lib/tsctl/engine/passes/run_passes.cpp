#include "tsctl/engine/passes/run_passes.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <ostream>
#include <string_view>
#include <utility>

namespace tsctl::passes {

namespace {

using Clock = std::chrono::steady_clock;

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

// Each pass alone, but neighbours that repeat together.
std::vector<std::span<const Pass>> groups_of(std::span<const Pass> passes) {
  std::vector<std::span<const Pass>> groups;
  for (std::size_t begin = 0; begin < passes.size();) {
    std::size_t end = begin + 1;
    if (passes[begin].info.repeats) {
      while (end < passes.size() && passes[end].info.repeats) ++end;
    }
    groups.push_back(passes.subspan(begin, end - begin));
    begin = end;
  }
  return groups;
}

// A pass that runs again adds to its record. A place that it skipped before may have been rewritten since.
void add_outcome(PassRecord& record, const PassOutcome& outcome) {
  record.rewritten += outcome.rewritten;
  record.skipped = outcome.skipped;
  record.matched = record.rewritten + static_cast<std::int64_t>(record.skipped.size());
  if (!outcome.changed) return;
  record.status = PassStatus::changed;
  record.changes.insert(record.changes.end(), outcome.changes.begin(), outcome.changes.end());
}

class PassRunner {
 public:
  PassRunner(const RewriteRequest& request, Model& model, Events& events, std::ostream& ir)
      : request_(request), model_(model), events_(events), ir_(ir) {}

  std::vector<PassRecord> run(std::span<const Pass> passes) {
    for (const std::span<const Pass> group : groups_of(passes)) {
      if (group.front().on_model != nullptr) {
        run_on_all_methods(group.front());
      } else {
        run_on_each_method(group);
      }
    }
    return std::move(records_);
  }

 private:
  void run_on_all_methods(const Pass& pass) {
    const std::span<PassRecord> records = add_records(pass);
    for (PassRecord& record : records) begin_record(record);
    run_once(pass, records);
  }

  void run_on_each_method(std::span<const Pass> group) {
    const std::size_t first = records_.size();
    for (const Pass& pass : group) add_records(pass);
    const std::size_t method_count = model_.methods.size();
    for (std::size_t method = 0; method < method_count; ++method) {
      std::vector<PassRecord*> records;
      for (std::size_t i = 0; i < group.size(); ++i)
        records.push_back(&records_[first + i * method_count + method]);
      run_in_turns(group, records);
    }
  }

  // `records` has the one of each pass for the same method.
  void run_in_turns(std::span<const Pass> group, const std::vector<PassRecord*>& records) {
    bool is_first_turn = true;
    bool changed = true;
    while (changed && (is_first_turn || group.front().info.repeats)) {
      changed = false;
      for (std::size_t i = 0; i < group.size(); ++i) {
        if (is_first_turn) begin_record(*records[i]);
        changed = run_once(group[i], {records[i], 1}) || changed;
      }
      is_first_turn = false;
    }
  }

  // Runs the pass on the methods of these records. True if it changed any of them.
  bool run_once(const Pass& pass, std::span<PassRecord> records) {
    if (is_disabled(pass.info.name)) return false;
    events_.progress(records[0].pass +
                     (pass.on_model != nullptr ? "" : " on " + records[0].method));
    print_ir("before", request_.print_ir_before, records);
    std::vector<PassContext> contexts;
    std::vector<std::int64_t> nodes_before;
    for (const PassRecord& record : records) {
      contexts.emplace_back(model_, record.method);
      nodes_before.push_back(count_nodes(record.method));
    }

    model_.rewrites.pass = pass.info.name;
    const auto start = Clock::now();
    pass.on_model != nullptr ? pass.on_model(contexts) : pass.on_method(contexts[0]);
    records[0].seconds += std::chrono::duration<double>(Clock::now() - start).count();

    bool changed = false;
    for (std::size_t i = 0; i < records.size(); ++i) {
      records[i].nodes_after += count_nodes(records[i].method) - nodes_before[i];
      add_outcome(records[i], contexts[i].outcome());
      changed = changed || contexts[i].outcome().changed;
    }
    // The next pass that asks for types has the model observed again.
    if (changed) model_.forget_types();
    print_ir("after", request_.print_ir_after, records);
    return changed;
  }

  // One for each method.
  std::span<PassRecord> add_records(const Pass& pass) {
    for (const std::string& method : model_.methods)
      records_.push_back({.pass = std::string(pass.info.name), .method = method});
    return std::span(records_).last(model_.methods.size());
  }

  // Called just before the pass runs on the method for the first time.
  void begin_record(PassRecord& record) {
    record.status = is_disabled(record.pass) ? PassStatus::disabled : PassStatus::unchanged;
    record.nodes_before = record.nodes_after = count_nodes(record.method);
  }

  bool is_disabled(std::string_view pass) const { return contains(request_.disabled_passes, pass); }

  std::int64_t count_nodes(const std::string& method) const {
    return passes::count_nodes(*model_.graph_of(method));
  }

  void print_ir(const char* when, const std::vector<std::string>& wanted,
                std::span<const PassRecord> records) {
    for (const PassRecord& record : records) {
      if (!contains(wanted, record.pass)) continue;
      ir_ << "\n# IR " << when << ' ' << record.pass << " on " << record.method << '\n'
          << model_.graph_of(record.method)->toString(/*print_source_locations=*/false)
          << std::flush;
    }
  }

  const RewriteRequest& request_;
  Model& model_;
  Events& events_;
  std::ostream& ir_;
  std::vector<PassRecord> records_ = {};
};

}  // namespace

std::vector<PassRecord> run_passes(std::span<const Pass> passes, const RewriteRequest& request,
                                   Model& model, Events& events, std::ostream& ir) {
  return PassRunner(request, model, events, ir).run(passes);
}

}  // namespace tsctl::passes
