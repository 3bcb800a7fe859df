import json

import numpy as np
import pytest

from benchmarks import inference
from benchmarks.inference import COMPARED, FACTS, NO_PEERS, STEPS, main, measure, ratios, served_with, show
from fer_model.classifier import EmotionClassifier
from fer_model.preprocess import lift_dark
from tests.media import astronaut_bgr


def timed(**medians_ms: float) -> dict[str, float]:
    """Figures of steps whose medians are these."""
    return {f"{name}_median_ms": median for name, median in medians_ms.items()}


def test_nothing_measured_has_no_ratios():
    assert ratios({}) == {}
    assert ratios(timed(network_batch_1=0.4, network_batch_8=0.3)) == {}


def test_a_ratio_is_ours_by_theirs_at_the_same_batch():
    figures = timed(network_batch_1=0.5, network_batch_8=0.3, network_fp32_batch_8=1.2, mini_xception_fp32_batch_1=0.4)
    assert ratios(figures) == {
        "network_int8_to_network_fp32_batch_8_ratio": 0.25,
        "network_int8_to_mini_xception_fp32_batch_1_ratio": 1.25,
    }


def test_every_ratio_has_its_row_in_the_table():
    figures = timed(**dict.fromkeys(STEPS, 1.0))
    assert ratios(figures) == {f"network_int8_to_{other}_ratio": 1.0 for other in COMPARED}
    assert set(ratios(figures)) <= set(FACTS)


@pytest.fixture
def quick(monkeypatch):
    """Measuring takes no time and finds one step."""
    figures = {"network_batch_1_median_ms": 0.5, "network_batch_1_p95_ms": 0.6, "network_batch_1_n": 30}
    monkeypatch.setattr(inference, "measure", lambda count, peers: dict(figures))


def test_without_tensorflow_the_table_and_the_json_say_that_there_are_no_peers(quick, bare_python, tmp_path, capsys):
    path = tmp_path / "results" / "inference.json"
    main(["--json", str(path), "--peers-python", str(bare_python)])
    written = json.loads(path.read_text())
    assert written["peers"] == NO_PEERS == "not measured: needs requirements-train.txt"
    assert written["network_batch_1_median_ms"] == 0.5
    assert not [key for key in written if "mini_xception" in key or "keras" in key or key.endswith("_ratio")]
    assert f"peers: {NO_PEERS}" in capsys.readouterr().out.splitlines()


def test_figures_of_the_peers_process_go_into_the_result(quick, a_python, tmp_path):
    figures = {f"mini_xception_keras_predict_batch_1_{end}": 50 for end in ("median_ms", "p95_ms", "n")}
    python = a_python(
        'test "$1" = -c && exit 0\n'  # asked whether it has TensorFlow
        'for name in network mini_xception; do : > "$3/${name}_fp32.tflite"; done\n'
        f"echo '{json.dumps(figures)}' > \"$3/figures.json\""
    )
    main(["--json", str(tmp_path / "out.json"), "--peers-python", str(python)])
    written = json.loads((tmp_path / "out.json").read_text())
    assert written | figures == written
    assert written["network_int8_to_mini_xception_keras_predict_batch_1_ratio"] == 0.01
    assert written["peers"] == "measured with fresh weights of the same shapes: time does not depend on them"


def test_peers_that_fail_end_the_run_before_anything_is_measured(a_python, tmp_path, monkeypatch):
    monkeypatch.setattr(inference, "measure", lambda count, peers: pytest.fail("it was measured all the same"))
    python = a_python('test "$1" = -c && exit 0\necho "no memory" >&2\nexit 1')
    with pytest.raises(SystemExit, match="could not build the peers .* no memory$"):
        main(["--json", str(tmp_path / "out.json"), "--peers-python", str(python)])
    assert not (tmp_path / "out.json").exists()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--count", "0"], "ask for 1 to 100000 calls of each step, got 0"),
        (["--count", "100001"], "ask for 1 to 100000 calls"),
        (["--count", "many"], "invalid int value: 'many'"),
        (["--peers-python", "no/such/python"], "there is no Python at no/such/python"),
        (["--json", "{tmp}"], "cannot be written: it is a folder"),
        (["--json", "{tmp}/file/inside.json"], "cannot be written: its folder cannot be made"),
    ],
)
def test_bad_arguments_are_one_sentence(arguments, says, tmp_path, capsys):
    (tmp_path / "file").write_text("")
    with pytest.raises(SystemExit):
        main([each.replace("{tmp}", str(tmp_path)) for each in arguments])
    assert says in capsys.readouterr().err.splitlines()[-1]


def test_another_network_is_served_by_the_same_steps():
    """Dark crops are lifted before it and labels folded after it, so that only the network differs."""
    shipped, seen = EmotionClassifier.load(), []
    labels = shipped.spec.outputs

    def run(crops):
        seen.append(crops)
        return {head: np.eye(len(names), dtype=np.float32)[[0] * len(crops)] for head, names in labels.items()}

    dark = np.full((2, 48, 48, 1), 20, np.uint8)
    probs = served_with(shipped, run).predict(dark)
    assert seen[0].dtype == np.float32
    assert np.array_equal(seen[0], lift_dark(dark))
    assert probs.shape == (2, 7) and probs.max(axis=1).tolist() == [1.0, 1.0]
    assert shipped.predict(dark).max() < 1, "the shipped classifier is another one still"


def test_every_step_that_is_measured_has_its_row(capsys):
    astronaut_bgr()  # or the sentence that says what is missing
    figures = measure(1, None) | {"peers": NO_PEERS}
    steps = {key.removesuffix("_n") for key in figures if key.endswith("_n")}
    assert {"detector_320x240", "crop_320x240", "chain_640x480", "network_batch_1", "network_batch_32"} <= steps
    assert steps <= set(STEPS)
    assert figures["network_int8_bytes"] > 100_000
    show(figures)
    rows = capsys.readouterr().out.splitlines()
    assert len(rows) == 1 + len(steps) + 1 + 1  # headings, steps, size of the file, peers
