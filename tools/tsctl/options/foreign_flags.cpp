#include "options/foreign_flags.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

namespace tsctl {

namespace {

constexpr std::string_view kShape =
    "an input's shape is given with --input NAME:SHAPE, such as --input x:1x3x224x224";
constexpr std::string_view kRange =
    "several sizes are values of a dimension: --input Bx3x224x224 --dim B=1,8,32";
constexpr std::string_view kTime =
    "tsctl chooses the number of calls and launches; --budget 30s sets the time";
constexpr std::string_view kWarmUp =
    "tsctl warms up until the times are steady; --budget 30s limits the whole measurement";
constexpr std::string_view kHalf =
    "an arm of tsctl bench can run in bfloat16: MODEL,precision=bf16";
constexpr std::string_view kTolerance =
    "the tolerance is relative to the largest output: --rtol 1e-4, and --atol 1e-6 is absolute";
constexpr std::string_view kRuntime =
    "another runtime is an arm of tsctl bench: MODEL,runtime=onnxruntime";
constexpr std::string_view kDevice = "the device is chosen with --device cuda or --device cuda:1";
constexpr std::string_view kThreads = "the number of threads is set with --threads 4";
constexpr std::string_view kJson = "the whole report is written with --json FILE";
constexpr std::string_view kCsv = "the main table is written with --csv FILE";
constexpr std::string_view kSamples = "the time of every call is written with --samples FILE";
constexpr std::string_view kInputs =
    "real inputs are read with --inputs FILE: .npz, .safetensors or file.py:function";
constexpr std::string_view kReplaces =
    "tsctl replaces an existing file without asking, after all checks";

// Of trtexec, Polygraphy, hyperfine, ONNX Runtime's tools, torch's exporters and of commands in general. The names are
// in lower case without separators, as `normal` makes them.
constexpr auto kFlags = std::to_array<ForeignFlag>({
    {"shape", "--input", kShape},
    {"shapes", "--input", kShape},
    {"inputshape", "--input", kShape},
    {"inputshapes", "--input", kShape},
    {"inputsize", "--input", kShape},
    {"exampleinput", "--input", kShape},
    {"minshapes", "--dim", kRange},
    {"optshapes", "--dim", kRange},
    {"maxshapes", "--dim", kRange},
    {"trtminshapes", "--dim", kRange},
    {"trtoptshapes", "--dim", kRange},
    {"trtmaxshapes", "--dim", kRange},
    {"dynamicaxes", "--dim", kRange},
    {"dynamicshapes", "--dim", kRange},
    {"parameterlist", "--dim", kRange},
    {"batch", "--dim", kRange},
    {"batchsize", "--dim", kRange},
    {"bs", "--dim", kRange},
    {"valrange", "--input", "a range is part of the input: --input ids:1x16:int64@0..4999"},
    {"loadinputs", "--inputs", kInputs},
    {"inputdata", "--inputs", kInputs},
    {"dataloaderscript", "--inputs", kInputs},
    {"warmup", "--budget", kWarmUp},
    {"warmupruns", "--budget", kWarmUp},
    {"iterations", "--budget", kTime},
    {"iters", "--budget", kTime},
    {"numiters", "--budget", kTime},
    {"runs", "--budget", kTime},
    {"numruns", "--budget", kTime},
    {"minruns", "--budget", kTime},
    {"maxruns", "--budget", kTime},
    {"avgruns", "--budget", kTime},
    {"repeat", "--budget", kTime},
    {"repeats", "--budget", kTime},
    {"repetitions", "--budget", kTime},
    {"duration", "--budget", kTime},
    {"durations", "--budget", kTime},
    {"timelimit", "--budget", kTime},
    {"percentile", "--json", "percentiles with their intervals are in the report: --json FILE"},
    {"streams", "--concurrency", "calls at the same time are set with --concurrency 4"},
    {"infstreams", "--concurrency", "calls at the same time are set with --concurrency 4"},
    {"parallel", "--concurrency", "calls at the same time are set with --concurrency 4"},
    {"qps", "--rate", "a rate of calls is set with --rate 100"},
    {"requestrate", "--rate", "a rate of calls is set with --rate 100"},
    {"reference", "--baseline", "the arm that others are compared with is set with --baseline ARM"},
    {"commandname", "", "an arm gets a name with LABEL=: tsctl bench old=a.pt new=b.pt"},
    {"usecudagraph", "", "a CUDA graph is a setting of an arm: MODEL,cuda-graph=on"},
    {"usespinwait", "--wait-policy", "how idle threads wait is set with --wait-policy active"},
    {"compile", "", "torch.compile is a setting of an arm: net.py:Net,compile=on"},
    {"fp16", "", kHalf},
    {"half", "", kHalf},
    {"bf16", "", kHalf},
    {"int8", "", "tsctl does not quantize; capture a model that is quantized already"},
    {"best", "", kHalf},
    {"dtype", "--input", "a dtype is part of the input: --input x:1x3:float16"},
    {"onnx", "", kRuntime},
    {"onnxrt", "", kRuntime},
    {"trt", "", kRuntime},
    {"provider", "", kRuntime},
    {"providers", "", kRuntime},
    {"opset", "", "tsctl writes TorchScript; it exports to ONNX only for an arm with runtime="},
    {"tolerance", "--rtol", kTolerance},
    {"tol", "--rtol", kTolerance},
    {"reltol", "--rtol", kTolerance},
    {"abstol", "--atol", kTolerance},
    {"relativetolerance", "--rtol", kTolerance},
    {"absolutetolerance", "--atol", kTolerance},
    {"exportjson", "--json", kJson},
    {"saveresults", "--json", kJson},
    {"outputjson", "--json", kJson},
    {"exportcsv", "--csv", kCsv},
    {"exportmarkdown", "--markdown", "the result is written as Markdown with --markdown FILE"},
    {"exporttimes", "--samples", kSamples},
    {"exportprofile", "--profile-trace", "a Chrome trace is written with --profile-trace FILE"},
    {"dumpprofile", "--profile", "the time of each operator is shown with --profile"},
    {"separateprofilerun", "--profile", "--profile records separate calls after the timing"},
    {"exportoutput", "--save", "outputs are saved with tsctl run FILE --save OUT.safetensors"},
    {"saveoutputs", "--save", "outputs are saved with tsctl run FILE --save OUT.safetensors"},
    {"dumpoutput", "", "outputs are shown with tsctl run FILE"},
    {"saveengine", "--output", "the file to write is named with -o OUT.pt"},
    {"out", "--output", "the file to write is named with -o OUT.pt"},
    {"outputfile", "--output", "the file to write is named with -o OUT.pt"},
    {"loadengine", "", "a TorchScript file is an argument without a flag"},
    {"model", "", "the model is an argument without a flag"},
    {"modelpath", "", "the model is an argument without a flag"},
    {"checkpoint", "--weights", "weights are loaded with --weights FILE"},
    {"statedict", "--weights", "weights are loaded with --weights FILE"},
    {"modelargs", "--kwargs", "arguments of the class are given with --kwargs '{\"hidden\": 256}'"},
    {"gpu", "--device", kDevice},
    {"cuda", "--device", kDevice},
    {"usegpu", "--device", kDevice},
    {"cpu", "--device", "the CPU is the default device; --device cuda chooses a GPU"},
    {"numthreads", "--threads", kThreads},
    {"intraopthreads", "--threads", kThreads},
    {"jobs", "--threads", kThreads},
    {"skipverify", "--no-verify", "tsctl optimize --no-verify leaves out the comparison"},
    {"dryrun", "", "tsctl explain SOURCE shows the capture and writes no file"},
    {"silent", "--quiet", "-q prints only the result line and errors"},
    {"loglevel", "--verbose", "-v shows more, -q less"},
    {"debug", "--verbose", "-v shows more"},
    {"color", "", "colours are for terminals only; NO_COLOR=1 turns them off there"},
    {"nocolor", "", "colours are for terminals only; NO_COLOR=1 turns them off there"},
    {"style", "", "colours are for terminals only; NO_COLOR=1 turns them off there"},
    {"force", "", kReplaces},
    {"overwrite", "", kReplaces},
    {"yes", "", kReplaces},
});

// "--warmUp", "--warm_up" and "--warm-up" are one name.
std::string normal(std::string_view name) {
  std::string result;
  for (const char letter : name) {
    if (std::isalnum(static_cast<unsigned char>(letter)) != 0)
      result += static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
  }
  return result;
}

}  // namespace

std::span<const ForeignFlag> foreign_flags() { return kFlags; }

const ForeignFlag* foreign_flag(std::string_view name) {
  if (!name.starts_with("--")) return nullptr;
  const std::string wanted = normal(name);
  const auto found =
      std::ranges::find_if(kFlags, [&](const ForeignFlag& flag) { return flag.name == wanted; });
  return found == kFlags.end() ? nullptr : &*found;
}

}  // namespace tsctl
