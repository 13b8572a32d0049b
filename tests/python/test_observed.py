"""What torch's tracer does not notice: branches that eager mode takes otherwise, and values from outside of torch."""

import random
import sys
import time

import pytest
from capture_requests import MODELS, captured, input_set, line_of, tensor
from tsctl_capture import jobs

X = tensor(2, 4)


def attempt_of(request_for, events, source, /, **changes):
    result = jobs.run("capture", request_for(source, input_set(X), **{"mode": "trace", **changes}), events)
    return result, result["attempts"][0]


def texts_of(result, code="decided_by_example"):
    return [one["text"] for one in result["warnings"] if one["code"] == code]


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("Doubled", "if torch.jit.is_tracing():"),
        ("BySize", "if isinstance(rows, torch.Tensor):"),
    ],
)
def test_a_trace_that_takes_another_branch_says_so(request_for, events, follows, name, line):
    result, attempt = attempt_of(request_for, events, f"other_branch.py:{name}")
    place = f"other_branch.py:{line_of('other_branch.py', line)} `{line}`"
    count = len(attempt["comparisons"])
    assert texts_of(result) == [
        f"the file takes another branch than eager mode at {place}; "
        f"none of the {count} inputs that were tried shows a difference"
    ]
    notice = next(one for one in attempt["warnings"] if "another branch" in one["text"])
    assert notice["text"] == f"{place}: the trace takes another branch than eager mode"
    follows()


@pytest.mark.parametrize(
    ("name", "line"),
    [("Tripled", "return x * 3 if torch._C"), ("Helped", "if in_trace():")],
)
def test_where_the_other_branch_changes_a_result_it_is_the_reason(request_for, events, name, line):
    result, attempt = attempt_of(request_for, events, f"other_branch.py:{name}")
    assert result["status"] == "not_general"
    place = f"other_branch.py:{line_of('other_branch.py', line)}"
    assert f"; the trace takes another branch than eager mode at {place} `{line}" in attempt["reason"]


def test_a_script_is_kept_that_takes_the_branch_of_eager_mode(request_for, events, follows):
    result, attempt = attempt_of(request_for, events, "other_branch.py:Doubled", mode="auto")
    assert (result["mode"], attempt["status"]) == ("script", "set_aside")
    assert "it takes another branch than eager mode at other_branch.py:" in attempt["reason"]
    assert texts_of(result) == []
    follows()


def test_a_script_that_takes_another_branch_says_so(request_for, events):
    result, _ = attempt_of(request_for, events, "other_branch.py:Scripted", mode="script")
    line = line_of("other_branch.py", "if torch.jit.is_scripting():")
    assert f"at other_branch.py:{line} `if torch.jit.is_scripting():`;" in texts_of(result)[0]
    result, _ = attempt_of(request_for, events, "other_branch.py:Scripted", mode="auto")
    assert (result["mode"], texts_of(result)) == ("trace", [])


@pytest.mark.parametrize(
    ("name", "mode"), [("AlikeOnly", "trace"), ("Checked", "script"), ("Checked", "trace")]
)
def test_a_branch_that_is_the_same_is_not_mentioned(request_for, events, name, mode):
    result, attempt = attempt_of(request_for, events, f"other_branch.py:{name}", mode=mode)
    assert (result["status"], texts_of(result), attempt["warnings"]) == ("captured", [], [])


def test_an_accepted_branch_is_recorded(request_for, events):
    place = f"other_branch.py:{line_of('other_branch.py', 'if torch.jit.is_tracing():')}"
    result, _ = attempt_of(request_for, events, "other_branch.py:Doubled", accepted_branches=[place])
    assert result["accepted_branches"] == [place]
    assert "--accept-branch" in texts_of(result)[0]


@pytest.mark.parametrize(
    ("name", "line", "read"),
    [
        ("Scaled", "x * random.random()", "random.random()"),
        ("Skips", "random.random() < 0.02", "random.random()"),
        ("Imported", "uniform(1.0, 2.0)", "random.uniform()"),
        ("Noise", "np.random.randn(4)", "numpy.random.randn()"),
        ("Clock", "time.time() * 1e6 % 60", "time.time()"),
        ("Calendar", "datetime.now()", "datetime.now()"),
        ("Identified", "uuid.uuid4()", "uuid.uuid4()"),
    ],
)
def test_a_value_from_outside_is_not_general(request_for, events, name, line, read):
    result, attempt = attempt_of(request_for, events, f"outside.py:{name}")
    place = f"outside.py:{line_of('outside.py', line)}"
    assert (result["status"], attempt["status"]) == ("not_general", "not_general")
    assert f"{read} gives another value in each call at {place} `" in attempt["reason"]
    assert "pass it to forward as an argument" in attempt["remedy"]
    assert ("torch.rand" in attempt["remedy"]) == ("random" in read)


def test_a_value_from_outside_can_be_accepted(request_for, events):
    place = f"outside.py:{line_of('outside.py', 'random.random() < 0.02')}"
    result, _ = attempt_of(request_for, events, "outside.py:Skips", accepted_branches=[place])
    assert (result["status"], result["accepted_branches"]) == ("captured", [place])


@pytest.mark.parametrize("name", ["Training", "Timed"])
def test_a_value_that_the_result_does_not_need_is_harmless(request_for, events, follows, name):
    result, attempt = attempt_of(request_for, events, f"outside.py:{name}")
    assert (result["status"], attempt["warnings"]) == ("captured", [])
    follows()


def test_only_the_value_that_is_used_is_named(request_for, events):
    _, attempt = attempt_of(request_for, events, "outside.py:TwoDraws")
    places = [one["place"] for one in attempt["warnings"]]
    assert places == [f"outside.py:{line_of('outside.py', 'return x * random.random()', last=True)}"]


def test_the_remedy_works(request_for, events, tmp_path):
    changed = tmp_path / "outside.py"
    changed.write_text((MODELS / "outside.py").read_text().replace("random.random()", "torch.rand(())"))
    request = request_for("outside.py:Scaled", input_set(X), source={"file": str(changed)})
    assert captured(request, events)["status"] == "captured"


def test_a_variable_of_the_environment_is_listed_as_fixed(request_for, events, follows):
    result, attempt = attempt_of(request_for, events, "outside.py:Environment")
    line = line_of("outside.py", "os.environ.get")
    assert result["status"] == "captured"
    assert attempt["fixed"] == [
        f"the environment variable SCALE_OF_A_TEST fixed at its value of now (outside.py:{line})"
    ]
    follows()


def test_functions_are_themselves_again(request_for, events):
    before = (random.random, time.time, sys.modules["datetime"].datetime, sys.gettrace())
    attempt_of(request_for, events, "outside.py:Scaled")
    assert (random.random, time.time, sys.modules["datetime"].datetime, sys.gettrace()) == before
    assert not hasattr(random.random, "__wrapped__")


def test_a_generator_that_the_model_holds_is_named(request_for, events):
    result, attempt = attempt_of(request_for, events, "outside.py:Generator", mode="auto")
    assert "it draws random numbers from generator (" in result["warnings"][0]["text"]
    assert (result["status"], attempt["status"]) == ("not_general", "not_general")
    assert attempt["remedy"].endswith("without generator=: a file cannot hold generator")


def test_without_the_generator_the_model_is_captured(request_for, events, tmp_path):
    changed = tmp_path / "outside.py"
    changed.write_text((MODELS / "outside.py").read_text().replace(", generator=self.generator", ""))
    request = request_for("outside.py:Generator", input_set(X), source={"file": str(changed)})
    assert captured(request, events)["status"] == "captured"


def test_a_change_that_only_a_late_call_shows_is_found(request_for, events):
    result, attempt = attempt_of(request_for, events, "outside.py:LateCounter")
    assert "forward stores calls (" in result["warnings"][0]["text"]
    assert "in call 10)" in result["warnings"][0]["text"]
    assert attempt["status"] == "not_general"
    assert "call 10: out differs" in attempt["reason"]
    result, _ = attempt_of(request_for, events, "outside.py:LateCounter", mode="auto")
    assert (result["mode"], result["status"]) == ("script", "captured")


def test_a_layer_chosen_by_chance_is_not_general(request_for, events):
    _, attempt = attempt_of(request_for, events, "outside.py:Routed")
    assert "random.choice() gives another value in each call" in attempt["reason"]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(("name", "test"), [("Depth", "< 0.001"), ("Coin", "< 0.5")])
def test_a_branch_on_random_numbers_of_torch_is_scripted(request_for, events, name, test, seed):
    result, attempt = attempt_of(request_for, events, f"outside.py:{name}", mode="auto", seed=seed)
    assert (result["mode"], result["status"]) == ("script", "captured")
    assert attempt["status"] == "not_general"
    assert f"outside.py:{line_of('outside.py', f'torch.rand(1) {test}')}" in attempt["reason"]
    assert [one["decided_by"] for one in attempt["warnings"]] == ["values"]


def test_a_trace_that_fails_takes_no_other_branch(request_for, events):
    _, attempt = attempt_of(request_for, events, "outside.py:Fails")
    assert attempt["status"] == "failed"
    assert not [one for one in attempt["warnings"] if "another branch" in one["text"]]
