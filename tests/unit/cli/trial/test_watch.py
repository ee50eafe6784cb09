"""Following a trial: what has changed is shown, what has not is not sent, and Ctrl-C leaves the trial alone."""

from __future__ import annotations

import json
import signal
import subprocess
import sys

import pytest

from dean_provider.cli import following, picture
from dean_provider.cli.gateway import Gateway
from dean_provider.cli.sign_in import SignIn
from dean_provider.contract.workflow import WorkflowDetail
from dean_provider.errors import AuthenticationError, NotFoundError, ServiceUnavailableError
from dean_provider.hooks.clock import Clock


@pytest.fixture
def evolving(signed_in, trial, point):
    """A trial that goes one generation further every second time it is read, to its end."""
    reads = [0]

    def go_on() -> None:
        reads[0] += 1
        done = min(reads[0] // 2, 4)
        signed_in.add(trial("one", "completed" if done == 4 else "running", done, sequence=10 + done, digest="cafe"))
        signed_in.points[trial("one").id] = [point(number) for number in range(done + 1)]

    signed_in.before["read_trial"] = go_on
    go_on()
    return signed_in


def test_each_change_is_a_line(evolving, dean) -> None:
    code, out, _ = dean("trial", "watch", "one", "--every", "0.1")
    assert code == 0
    lines = out.splitlines()
    assert [line.split("  ")[2] for line in lines[:-1]] == [f"generation {number}/4" for number in range(1, 5)]
    assert "best -6  mean -8  diversity 0.50  tokens 180" in lines[-2]
    assert lines[-1].startswith("one completed: best fitness -1.5 after generation 4/4, digest cafe")


def test_a_change_that_does_not_show_is_no_line(signed_in, dean, trial) -> None:
    changed = iter([trial("one", sequence=6), trial("one", sequence=7), trial("one", "completed", sequence=8)])
    signed_in.add(trial("one"))
    signed_in.before["read_trial"] = lambda: signed_in.add(next(changed))
    out = dean("trial", "watch", "one", "--every", "0.1")[1]
    assert [line.split("  ")[1] for line in out.splitlines()[:-1]] == ["running", "completed"]


def test_json_lines_are_trials(evolving, dean) -> None:
    code, out, _ = dean("trial", "watch", "one", "--json", "--every", "0.1")
    assert code == 0
    seen = [WorkflowDetail.model_validate_json(line) for line in out.splitlines()]
    assert [trial.generation for trial in seen] == [1, 2, 3, 4]


def test_what_has_not_changed_is_not_sent_again(evolving, dean) -> None:
    dean("trial", "watch", "one", "--every", "0.1")
    tags = [headers.get("if-none-match") for name, _, headers in evolving.asked if name == "read_trial"]
    assert tags[0] is None
    assert all(tags[1:])
    asked = [(request.start, request.end) for name, request, _ in evolving.asked if name == "read_metrics"]
    assert asked == [(0, 1), (2, 2), (3, 3), (4, 4)]


def test_a_failed_trial_is_exit_code_6(signed_in, dean, trial) -> None:
    signed_in.add(trial("one", "failed", error="out of luck"))
    code, out, _ = dean("trial", "watch", "one")
    assert code == 6
    assert "one failed: out of luck." in out


def test_ctrl_c_ends_the_watching_and_says_that_the_trial_goes_on(signed_in, dean, trial, monkeypatch) -> None:
    signed_in.add(trial("one"))

    def interrupt(_: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("dean_provider.cli.gateway.Clock", lambda: Clock(sleep=interrupt))
    code, _, err = dean("trial", "watch", "one")
    assert code == 130
    assert f"The trial goes on. `dean trial watch {trial('one').id}` shows it again" in err
    assert "cancel_trial" not in signed_in.operations()


def test_a_real_ctrl_c(signed_in, trial) -> None:
    signed_in.add(trial("one"))
    program = "import sys; from dean_provider.cli.main import main; sys.exit(main(sys.argv[1:]))"
    words = [sys.executable, "-c", program, "trial", "watch", "one", "--every", "60"]

    def at_a_terminal() -> None:
        """Whoever runs the tests in the background has them begin deaf to it."""
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    with subprocess.Popen(
        words,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=at_a_terminal,  # noqa: PLW1509 - no thread of ours holds a lock it needs
    ) as watching:
        assert watching.stdout is not None
        assert "running" in watching.stdout.readline()
        watching.send_signal(signal.SIGINT)
        _, err = watching.communicate(timeout=60)
    assert watching.returncode == 130
    assert "The trial goes on." in err
    assert "Traceback" not in err
    assert set(signed_in.operations()) == {"list_trials", "read_trial", "read_metrics"}


class Time:
    """A clock for a gateway: sleeping is all that takes time."""

    def __init__(self) -> None:
        self.now = 0.0

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def clock(self) -> Clock:
        return Clock(monotonic=lambda: self.now, now=lambda: 1_800_000_000.0 + self.now, sleep=self.sleep)


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def followed(signed_in, trial, time):
    """Follows trial "one" and keeps what it is told of outages."""
    said: list[str | None] = []
    speaking = Gateway(SignIn(signed_in.url, signed_in.token()), time.clock())

    def follow() -> list[following.Change]:
        def away(error: object) -> None:
            said.append(str(error) if error else None)

        def quiet(waiting: WorkflowDetail) -> None:
            said.append(f"{waiting.name} is quiet at {time.now:.0f}")

        return list(following.Following(speaking, trial("one").id, every=20.0, away=away, quiet=quiet).changes())

    yield follow, said
    speaking.close()


def test_a_gateway_that_is_away_for_a_while_is_waited_for(signed_in, followed, trial, time) -> None:
    follow, said = followed
    signed_in.add(trial("one", "completed", 4))
    signed_in.failing["read_trial"] = ServiceUnavailableError("Restarting.")

    def come_back() -> None:
        if time.now > 60:
            signed_in.failing.clear()

    signed_in.before["read_trial"] = come_back
    assert [change.trial.status.value for change in follow()] == ["completed"]
    assert len(said) == 2
    assert "Restarting." in said[0]
    assert said[1] is None


@pytest.mark.parametrize(
    ("status", "told"), [("requested", ["one is quiet at 60"]), ("preparing", ["one is quiet at 60"]), ("running", [])]
)
def test_a_trial_that_does_not_begin_is_spoken_of_once(signed_in, followed, trial, time, status: str, told: list[str]) -> None:
    follow, said = followed
    signed_in.add(trial("one", status, -1))

    def begin() -> None:
        if time.now > 200:
            signed_in.add(trial("one", "completed", 4, sequence=9))

    signed_in.before["read_trial"] = begin
    assert len(follow()) == 2
    assert said == told


def test_a_gateway_that_stays_away_ends_it(signed_in, followed, time) -> None:
    follow, _ = followed
    signed_in.failing["read_trial"] = ServiceUnavailableError("Gone.")
    with pytest.raises(ServiceUnavailableError):
        follow()
    assert 300 < time.now < 400


@pytest.mark.parametrize("error", [NotFoundError("x"), AuthenticationError("x")])
def test_what_waiting_does_not_mend_ends_it_at_once(signed_in, followed, time, error) -> None:
    follow, said = followed
    signed_in.failing["read_trial"] = error
    with pytest.raises(type(error)):
        follow()
    assert (time.now, said) == (0.0, [])


def test_whoever_watches_what_is_not_there_or_where_nobody_answers_is_told_at_once(signed_in, dean, trial) -> None:
    code, _, err = dean("trial", "watch", str(trial("one").id))
    assert (code, "There is no trial" in err) == (1, True)
    signed_in.failing["read_trial"] = ServiceUnavailableError("Restarting.")
    for words in (["trial", "watch"], ["trial", "events", "--follow"]):
        code, _, err = dean(*words, str(trial("one").id))
        assert code == 4
        assert "Trying again" not in err


def test_a_sign_in_that_ends_meanwhile_is_no_end_of_the_trial(signed_in, dean, trial) -> None:
    signed_in.add(trial("one"))
    reads: list[None] = []

    def end() -> None:
        reads.append(None)
        if len(reads) > 2:
            signed_in.failing["read_trial"] = AuthenticationError("Expired.")

    signed_in.before["read_trial"] = end
    code, _, err = dean("trial", "watch", str(trial("one").id), "--every", "0.1")
    assert code == 7
    assert f"does not end with that. `dean trial watch {trial('one').id}` shows it again." in err


def test_a_gateway_that_does_not_answer_is_seen_before_anything_is_known_of_the_trial(capsys, monkeypatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("FORCE_COLOR", "1")
    with picture.Live() as live:
        live.away(ServiceUnavailableError("Restarting."))
    assert "Restarting. Trying again for 5 minutes." in capsys.readouterr().out


def test_the_picture_on_a_terminal(trial, point, capsys, monkeypatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("FORCE_COLOR", "1")
    with picture.Live() as live:
        live.show(following.Change(trial("one", "running", 2), [point(0), point(1), point(2)]))
        live.away(ServiceUnavailableError("Restarting."))
    out = capsys.readouterr().out
    for text in ("one", "running", "sphere", "▁▅█", "2/4", "-8", "0.50", "0:04", "Restarting. Trying again for 5 minutes."):
        assert text in out


def test_many_generations_are_thinned_out_and_the_newest_kept(trial, point, monkeypatch) -> None:
    monkeypatch.setattr(picture, "_KEPT", 10)
    live = picture.Live()
    for number in range(100):
        live.show(following.Change(trial("one", "running", number), [point(number)]))
    assert len(live._points) <= 11
    assert live._points[-1].generation == 99
    assert live._points[0].generation == 0


def test_json_is_one_document_a_line(evolving, dean) -> None:
    out = dean("trial", "watch", "one", "--json", "--every", "0.1")[1]
    assert all(json.loads(line)["name"] == "one" for line in out.splitlines())
