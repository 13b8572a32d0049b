#pragma once

#include <array>
#include <string_view>

namespace tsctl {

// Two command lines for the help of a command. tests/docs runs them.
struct CommandExamples {
  std::string_view command;
  std::array<std::string_view, 2> lines;
};

inline constexpr std::array kCommandExamples{
    CommandExamples{
        "convert",
        {"tsctl convert net.py:Net --input Bx784 --dim B=1,32 -o net.pt",
         "tsctl convert net.py:Net --input 1x784 --no-bench -o net.pt --json net.json"}},
    CommandExamples{"explain",
                    {"tsctl explain net.py:Net --input Bx784 --dim B=1,32",
                     "tsctl explain --problem sort-key"}},
    CommandExamples{"trace",
                    {"tsctl trace net.py:Net --input 1x784 -o net.pt",
                     "tsctl trace net.py:Net --input Bx784 --dim B=1,32 -o net.pt"}},
    CommandExamples{"script",
                    {"tsctl script net.py:Net --input 1x784 -o net.pt",
                     "tsctl script net.py:Net --input Bx784 --dim B=1,32 -o net.pt"}},
    CommandExamples{"freeze",
                    {"tsctl freeze net.pt -o frozen.pt",
                     "tsctl freeze net.pt --preserve forward -o frozen.pt"}},
    CommandExamples{"optimize",
                    {"tsctl optimize net.pt -o fast.pt",
                     "tsctl optimize net.pt --disable-pass concat_linear -o fast.pt"}},
    CommandExamples{"verify",
                    {"tsctl verify net.py:Net net.pt", "tsctl verify net.pt fast.pt --rtol 1e-4"}},
    CommandExamples{"bench",
                    {"tsctl bench net.pt fast.pt --budget 10s --json bench.json",
                     "tsctl bench last=net.pt new=fast.pt --max-regress 50% --allow-undecided"}},
    CommandExamples{"inspect", {"tsctl inspect net.pt", "tsctl inspect net.pt --ops --tensors"}},
    CommandExamples{"diff",
                    {"tsctl diff net.pt net.pt", "tsctl diff net.pt net.pt --json diff.json"}},
    CommandExamples{"run",
                    {"tsctl run net.pt", "tsctl run net.pt --dim B=2 --save out.safetensors"}},
    CommandExamples{"sign",
                    {"tsctl sign net.pt --key key.pem",
                     "tsctl sign net.pt --key key.pem -o net.pt.sig --json sign.json"}},
    CommandExamples{"check",
                    {"tsctl check net.pt --key public.pem",
                     "tsctl check net.pt --signature net.pt.sig --key public.pem"}},
    CommandExamples{"doctor", {"tsctl doctor", "tsctl doctor --json doctor.json"}},
    CommandExamples{"report",
                    {"tsctl report net.json", "tsctl report net.json --format html > net.html"}},
    CommandExamples{"history",
                    {"tsctl history add bench.json --db nights.db",
                     "tsctl history check --db nights.db --allow-undecided"}},
    CommandExamples{"history add",
                    {"tsctl history add bench.json --db nights.db",
                     "tsctl history add bench.json --db nights.db --model net"}},
    CommandExamples{"history show",
                    {"tsctl history show --db nights.db",
                     "tsctl history show --db nights.db --metric median --last 30"}},
    CommandExamples{"history check",
                    {"tsctl history check --db nights.db --allow-undecided",
                     "tsctl history check --db nights.db --allow-undecided --html nights.html"}},
    CommandExamples{"history export",
                    {"tsctl history export --db nights.db > nights.csv",
                     "tsctl history export --db nights.db --format markdown --last 1"}},
    CommandExamples{"help", {"tsctl help bench", "tsctl bench --help"}},
};

// Null if the command has none.
constexpr const CommandExamples* examples_of(std::string_view command) {
  for (const CommandExamples& examples : kCommandExamples) {
    if (examples.command == command) return &examples;
  }
  return nullptr;
}

}  // namespace tsctl
