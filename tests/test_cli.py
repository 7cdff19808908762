"""The command line, as its users run it: mostly in this process, in part as processes."""

import codecs
import gzip
import io
import os
import re
import signal
import subprocess
import sys
import sysconfig
import time
from importlib import import_module
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from samplers import CLASSES, CLEANERS, REMOVING
from typer.testing import CliRunner

import skresample
from skresample import CCR, GANOverSampler, _files, cli
from skresample.cli import dialects, files, options, tables, terminal
from skresample.cli.compare import make_estimators
from skresample.cli.samplers import make_sampler, sampler_names
from skresample.utils import all_samplers

SIZES = {"common": 60, "rare [b]": 12}


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def frame():
    """A table whose target stands in the middle, with a label that looks like markup."""
    rng = np.random.default_rng(0)
    y = np.repeat(list(SIZES), list(SIZES.values()))
    table = pd.DataFrame(
        {
            "width": rng.normal(size=y.size) + (y != "common"),
            "count": rng.integers(0, 100, y.size),
            "kind": y,
            "weight": rng.normal(size=y.size),
        }
    )
    return table.sample(frac=1, random_state=0, ignore_index=True)


@pytest.fixture
def table(frame):
    frame.to_csv("table.csv", index=False)
    return "table.csv"


def run(*arguments):
    return CliRunner().invoke(cli.app, [str(argument) for argument in arguments])


def resample(table, *arguments, output="out.csv", target="kind"):
    result = run("resample", table, "--target", target, "--output", output, *arguments)
    assert result.exit_code == 0, result.stderr
    return result


def process(*arguments, program=(sys.executable, "-m", "skresample.cli")):
    return subprocess.run(
        [*program, *map(str, arguments)], capture_output=True, text=True, encoding="utf-8"
    )


def refused(result, *words, code=2, lines=1):
    """Check that a command did nothing, and explained why in plain words."""
    assert result.exit_code == code
    assert "Traceback" not in result.stderr
    assert 1 <= len(result.stderr.splitlines()) <= lines
    for word in words:
        assert word in result.stderr
    assert not list(Path().glob(".skresample-*"))


# Real processes


def test_samplers_of_the_installed_script():
    done = process("samplers", program=[Path(sysconfig.get_path("scripts"), "skresample")])
    assert done.returncode == 0, done.stderr
    for cls in CLASSES:
        assert cls.__name__ in done.stdout
        assert cls._paper.split()[0] in done.stdout


def test_a_closed_output_ends_the_command_silently(capsys):
    with pytest.raises(BrokenPipeError), terminal.plain_errors():
        raise BrokenPipeError(32, "Broken pipe")
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("name", ["smote-enn", "smote-tomek", "smote-ipf"])
def test_what_removes_rows_says_so_and_writes_what_is_left(name):
    rng = np.random.default_rng(2)
    y = rng.permutation(np.repeat(["many", "few"], [150, 60]))
    X = rng.normal(size=(210, 2)) + 1.2 * (y == "few")[:, np.newaxis]
    frame = pd.DataFrame(X, columns=["a", "b"]).assign(kind=y)
    frame.to_csv("overlap.csv", index=False)
    frame = pd.read_csv("overlap.csv")
    arguments = ["overlap.csv", "--target", "kind", "--sampler", name, "--output", "left.csv"]
    result = run("resample", *arguments)
    assert result.exit_code == 0, result.stderr
    assert "rows removed" in result.stdout
    left = pd.read_csv("left.csv")
    assert 200 < len(left) < 300
    assert f"Wrote {len(left):,} rows" in result.stdout
    given = left.merge(frame, how="inner")
    assert 100 < len(given) < 210


def test_what_moves_rows_says_so_and_writes_them_where_they_are():
    rng = np.random.default_rng(0)
    y = rng.permutation(np.repeat(["many", "few"], [150, 60]))
    X = rng.normal(size=(210, 2)) + 1.2 * (y == "few")[:, np.newaxis]
    frame = pd.DataFrame(X, columns=["a", "b"]).assign(kind=y)
    frame.to_csv("overlap.csv", index=False)
    arguments = ["overlap.csv", "--target", "kind", "--sampler", "ccr", "--output", "moved.csv"]
    result = run("resample", *arguments)
    assert result.exit_code == 0, result.stderr
    sampler = CCR(random_state=0)
    expected, _ = sampler.fit_resample(frame[["a", "b"]], y)
    assert re.search(rf"many\W+150\W+{sampler.is_moved_.sum()}\W+0\W+150", result.stdout), (
        result.stdout
    )
    written = pd.read_csv("moved.csv")
    np.testing.assert_allclose(written[["a", "b"]], expected)


def test_csv_to_parquet_and_back(frame, table):
    result = resample(table, "--sampler", "SVMSMOTE", output="out.parquet")
    assert "Wrote 120 rows to out.parquet" in result.stdout
    out = pd.read_parquet("out.parquet")
    pd.testing.assert_frame_equal(out[: len(frame)], frame)
    assert out["kind"].value_counts().tolist() == [60, 60]

    Path("out.csv").write_text("mine")
    back = ["resample", "out.parquet", "--target", "kind", "--sampler", "SVMSMOTE"]
    refused(run(*back, "--output", "out.csv"), "exists")
    assert Path("out.csv").read_text() == "mine"

    assert run(*back, "--output", "out.csv", "--force").exit_code == 0
    pd.testing.assert_frame_equal(
        files.read_table(Path("out.csv")), out.astype({"kind": object}), check_dtype=False
    )


def test_compare_in_a_process(table):
    arguments = ["--sampler", "smote", "--estimator", "tree", "--folds", 2, "--repeats", 1]
    done = process("compare", table, "--target", "kind", "--n-jobs", 1, *arguments)
    assert done.returncode == 0, done.stderr
    assert "SMOTE" in done.stdout
    assert "rare [b]" in done.stdout
    assert "Wrote the report to skresample-report.html" in done.stdout
    assert Path("skresample-report.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert done.stderr == ""


STOPPED_WHILE_WRITING = """
import os, signal, sys, time
from pathlib import Path
import pandas as pd
from skresample import SMOTE
from skresample.cli import main

def to_csv(self, file, **options):
    file.write("half")
    file.flush()
    [folder] = Path().glob(".skresample-*")
    print(folder.parent.resolve())
    sys.stdout.flush()
    os.kill(os.getpid(), getattr(signal, Path.cwd().name))
    time.sleep(10)

pd.DataFrame.to_csv = to_csv
for name in ["SIGINT", "SIGTERM", "SIGHUP", "SIGKILL"]:  # children, which import nothing again
    process = os.fork()
    if not process:
        os.chdir(name)
        for stream, number in (("stdout", 1), ("stderr", 2)):
            os.dup2(os.open(stream, os.O_WRONLY | os.O_CREAT), number)
        signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored in the background
        signal.signal(signal.SIGHUP, signal.SIG_DFL)  # ignored under nohup
        main()
    code = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    Path(name, "code").write_text(str(code))
"""


@pytest.fixture(scope="module")
def stopped(tmp_path_factory):
    """Folders by the signal that stopped a command while it replaced ``out.tsv`` there."""
    if os.name == "nt":
        pytest.skip("a process cannot send itself these signals")
    top = tmp_path_factory.mktemp("stopped")
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGKILL"):
        (top / name).mkdir()
        (top / name / "table.csv").write_text("a,kind\n" + "1,p\n2,p\n3,q\n4,q\n5,q\n" * 4)
        (top / name / "out.tsv").write_text("mine")
    command = ["resample", "table.csv", "--target", "kind", "--output", "out.tsv", "--force"]
    subprocess.run(
        [sys.executable, "-W", "ignore", "-c", STOPPED_WHILE_WRITING, *command],
        cwd=top,
        check=True,
    )
    return {folder.name: folder for folder in top.iterdir()}


def test_stopped_while_writing_leaves_nothing_behind(stopped):
    for name, code, text in (
        ("SIGINT", 130, "interrupted\n"),
        ("SIGTERM", 143, "stopped\n"),
        ("SIGHUP", 129, "stopped\n"),
        ("SIGKILL", -9, ""),
    ):
        folder = stopped[name]
        assert (folder / "code").read_text() == str(code)
        assert (folder / "stderr").read_text() == text
        assert (folder / "stdout").read_text().strip() == str(folder.resolve())
        assert (folder / "out.tsv").read_text() == "mine"
        left = set(os.listdir(folder)) - {"code", "stderr", "stdout", "out.tsv", "table.csv"}
        assert len(left) == (name == "SIGKILL")


def test_what_a_killed_run_left_is_removed_by_the_next(stopped, monkeypatch):
    monkeypatch.chdir(stopped["SIGKILL"])
    [left] = Path().glob(".skresample-*")
    # Those of another table, of a process that lives, and of another machine stay.
    machine, own = left.name.rsplit("-", 2)[0], os.getpid()
    others = [f"{machine}-{own}-abc", f".skresample-elsewhere-{left.name.rsplit('-', 2)[1]}-abc"]
    for folder in others:
        Path(folder).mkdir()
        Path(folder, "out.tsv").touch()
    resample("table.csv", output="other.tsv")
    assert left.exists()
    with _files._locked(left):  # as by a process that lives in another container
        assert "left behind" not in resample("table.csv", "--force", output="out.tsv").stderr
    assert left.exists()
    result = resample("table.csv", "--force", output="out.tsv")
    assert f"Note: Removed {left}, which a process left behind when it was killed" in result.stderr
    assert not left.exists()
    assert all(Path(folder).exists() for folder in others)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGHUP")
def test_nohup_is_heeded():
    before = {number: signal.getsignal(number) for number in (signal.SIGHUP, signal.SIGTERM)}
    try:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        terminal.stop_on_signals()
        assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def test_remedy_where_the_extra_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "typer", None)
    monkeypatch.delitem(sys.modules, "skresample.cli")
    with pytest.raises(SystemExit) as stopped:
        import_module("skresample.cli")
    # Python prints a text on stderr and exits with 1.
    assert stopped.value.code == (
        'The command line needs typer and rich: pip install "skresample[cli]"'
    )


# Samplers and their parameters


def test_version_and_help():
    assert run("--version").stdout == f"skresample {skresample.__version__}\n"
    for command in ([], ["samplers"], ["resample"], ["compare"]):
        assert "Usage" in run(*command, "--help").stdout


@pytest.mark.parametrize(
    ("given", "cls"),
    [
        ("smote", skresample.SMOTE),
        ("borderline-smote", skresample.BorderlineSMOTE),
        ("svm-smote", skresample.SVMSMOTE),
        ("SVMSMOTE", skresample.SVMSMOTE),
        ("KMeans_SMOTE", skresample.KMeansSMOTE),
        ("adasyn", skresample.ADASYN),
        ("RandomOverSampler", skresample.RandomOverSampler),
        ("random-generator", skresample.MarginalSampler),
        ("RandomGenerator", skresample.MarginalSampler),
    ],
)
def test_names_of_samplers(given, cls):
    assert type(make_sampler(given, [])) is cls


def test_command_names():
    names = {cls: name for name, cls in sampler_names().items()}
    assert set(names) == {cls.__name__ for cls in [*CLASSES, GANOverSampler, *REMOVING]}
    assert names["SVMSMOTE"] == "svm-smote"
    assert names["KMeansSMOTE"] == "kmeans-smote"
    assert names["RandomOverSampler"] == "random-over-sampler"


def test_values_of_parameters():
    sampler = make_sampler("borderline-smote", ["k_neighbors=3", "kind=borderline-2"])
    assert sampler.k_neighbors == 3
    assert sampler.kind == "borderline-2"
    sampler = make_sampler("random-over-sampler", ["shrinkage={'a': 0.5}", "n_jobs=None"])
    assert sampler.shrinkage == {"a": 0.5}
    assert sampler.n_jobs is None


# Resampling


@pytest.mark.parametrize("name", ["out.csv", "out.csv.gz", "out.tsv", "OUT.CSV", "out.parquet"])
def test_originals_come_back_as_they_were(frame, table, name):
    resample(table, output=name)
    out = files.read_table(Path(name))
    assert list(out.columns) == list(frame.columns)
    # Text is of dtype object where it comes from text.
    frame = frame.astype({"kind": out["kind"].dtype})
    pd.testing.assert_frame_equal(out[: len(frame)], frame)
    assert (out["kind"][len(frame) :] == "rare [b]").all()
    assert out["kind"].value_counts().tolist() == [60, 60]


def test_the_text_of_the_originals_is_kept(table):
    resample(table)
    before, after = Path(table).read_text(), Path("out.csv").read_text()
    assert after.startswith(before)


def test_same_as_the_library(frame, table):
    resample(table, "--param", "k_neighbors=3", "--seed", 7, output="out.parquet")
    sampler = skresample.SMOTE(k_neighbors=3, standardize=True, random_state=7)
    X, y = sampler.fit_resample(frame.drop(columns="kind"), frame["kind"])
    out = pd.read_parquet("out.parquet")
    pd.testing.assert_frame_equal(out.drop(columns="kind"), X)
    pd.testing.assert_series_equal(out["kind"], y)


@pytest.fixture
def measured(table, monkeypatch):
    """What `compare` is given for every name of a sampler."""
    given = {}

    def remember(X, y, *, samplers, **others):
        given.update(samplers)
        raise ValueError("enough")

    monkeypatch.setattr(skresample, "compare", remember)
    names = [word for name in sampler_names() for word in ("--sampler", name)]
    refused(run("compare", table, "--target", "kind", *names), "enough")
    return {name: given[cls] for name, cls in sampler_names().items()}


def test_resample_has_the_settings_that_compare_measured(measured):
    for name, sampler in measured.items():
        found = make_sampler(name, [])
        assert type(found) is type(sampler)
        assert str(found.get_params()) == str(sampler.get_params()), name
    assert not make_sampler("smote", ["standardize=False"]).standardize


@pytest.mark.parametrize("name", ["smote", "adasyn", "borderline-smote", "smoteenn", "rose"])
def test_resample_writes_the_rows_that_compare_measured(frame, table, measured, name):
    resample(table, "--sampler", name, "--seed", 7, output="out.parquet")
    sampler = measured[name].set_params(random_state=7)
    X, y = sampler.fit_resample(frame.drop(columns="kind"), frame["kind"])
    out = pd.read_parquet("out.parquet")
    pd.testing.assert_frame_equal(out.drop(columns="kind"), X)
    pd.testing.assert_series_equal(out["kind"], y)


def test_dtypes_of_parquet_are_kept(frame):
    frame = frame.astype({"width": "float32", "count": "uint8", "kind": "category"})
    frame["kind"] = frame["kind"].cat.add_categories("unused")
    frame["flag"] = frame["weight"] > 0
    frame["whole"] = frame["count"].astype("Int64")
    frame.to_parquet("table.parquet")
    resample("table.parquet", output="out.parquet")
    out = pd.read_parquet("out.parquet")
    assert out.dtypes.to_dict() == frame.dtypes.to_dict()
    pd.testing.assert_frame_equal(out[: len(frame)], frame)


def test_gaps_and_text_that_are_only_copied():
    rows = ["1,,x,True,p", "2,3,,,p", ",4,y,False,q", "5,6,z,True,q", "7,8,NA,True,q"]
    Path("table.csv").write_text("\n".join(["a,b,c,d,y", *rows, ""]))
    resample("table.csv", "--sampler", "random-over-sampler", target="y")
    out = Path("out.csv").read_text().splitlines()
    assert out[1:6] == rows
    assert set(out[6:]) <= set(rows[:2])
    assert len(out) == 7


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("end", ["\n", "", "\r\n"])
def test_text_is_copied_to_the_letter(packed, end):
    text = "n,flag,note,y\n" + "\n".join(
        ["1e3,TRUE,'a',p", "2.50,FALSE,NA,p", '3,TRUE,"b, c",q', "4,FALSE,None,q", "5,TRUE,,q"]
    )
    opened = gzip.open if packed else open
    source, output = (f"{name}.csv{'.gz' if packed else ''}" for name in ("table", "out"))
    with opened(source, "wb") as file:
        file.write((text + end).encode())
    resample(source, "--sampler", "random-over-sampler", output=output, target="y")
    with opened(output, "rb") as file:
        out = file.read().decode()
    assert out.startswith(text + (end or "\n"))
    again = pd.read_csv(output)
    assert again["y"].tolist() == ["p", "p", "q", "q", "q", "p"]
    assert again["n"].iloc[-1] in (1000, 2.5)


ENCODED = [
    ("cp1252", b"", "cp1252"),
    ("utf-8", codecs.BOM_UTF8, None),
    ("utf-16-le", codecs.BOM_UTF16_LE, None),
    ("utf-16-be", codecs.BOM_UTF16_BE, None),
    ("utf-32-le", codecs.BOM_UTF32_LE, None),
    ("cp1250", b"", "cp1250"),
]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(("encoding", "mark", "option"), ENCODED)
def test_encodings_and_line_ends_are_kept(encoding, mark, option, newline):
    rows = [f"{i * i % 7 / 8},Köln,{'größer' if i < 4 else 'kleiner'}" for i in range(12)]
    given = mark + newline.join(["maß,stadt,y", *rows, ""]).encode(encoding)
    Path("table.csv").write_bytes(given)
    more = ["--encoding", option] if option == "cp1250" else []
    result = resample("table.csv", *more, target="y")
    assert ("read as Windows-1252" in result.stderr) == (option == "cp1252")
    out = Path("out.csv").read_bytes()
    assert out.startswith(given)
    added = out[len(given) :].decode(encoding)
    assert added.count("Köln,größer" + newline) == 4
    assert "\ufeff" not in added
    assert len(added.split(newline)) == 5
    assert newline == "\r\n" or "\r\n" not in added
    resample("table.csv", *more, "--only-synthetic", target="y", output="new.tsv.gz")
    whole = gzip.decompress(Path("new.tsv.gz").read_bytes())
    assert whole == mark + ("maß\tstadt\ty" + newline + added.replace(",", "\t")).encode(encoding)


@pytest.mark.parametrize(
    ("name", "separator", "decimal", "arguments"),
    [
        ("table.csv", ";", ",", []),
        ("table.csv", ";", ".", []),
        ("table.csv", "\t", ",", []),
        ("table.csv", "|", ".", []),
        ("table.csv", ",", ".", []),
        ("table.tsv", "\t", ",", []),
        ("table.tsv", ";", ",", ["--sep", ";"]),
        ("table.csv", ":", ",", ["--sep", ":", "--decimal", ","]),
        ("table.csv", "\t", ".", ["--sep", "tab"]),
    ],
)
def test_separators_and_decimals_are_recognized_and_kept(name, separator, decimal, arguments):
    rows = [f"{i * i % 7 / 8},{i * 3 % 5},a|b,{'p' if i < 4 else 'q'}" for i in range(12)]
    text = "\n".join(["a,b,c,y", *rows, ""])
    if separator == "|":
        text = text.replace("a|b", "ab")
    text = text.replace(",", separator).replace(".", decimal)
    Path(name).write_text(text)
    output = name.replace("table", "out")
    resample(name, *arguments, target="y", output=output)
    out = Path(output).read_text()
    assert out.startswith(text)
    added = pd.read_csv(io.StringIO(out[len(text) :]), sep=separator, decimal=decimal, header=None)
    assert added.shape == (4, 4)
    assert added[0].between(0, 0.5).all(), "numbers are computed with"
    other = name.replace("table", "other")
    resample(name, *arguments, "--only-synthetic", target="y", output=other)
    dialect = dialects.read_dialect(Path(other), separator=separator, decimal=decimal)
    again = files.read_table(Path(other), dialect)
    np.testing.assert_allclose(again["a"], added[0])
    assert again["c"].tolist() == added[2].tolist()


def test_commas_within_fields_do_not_make_a_separator_doubtful():
    rows = [f'{i * i % 7},"{i};{i}; b, c",{"p" if i < 4 else "q"}' for i in range(12)]
    Path("table.csv").write_text("\n".join(["a,note; or not,y", *rows]))
    assert dialects.read_dialect(Path("table.csv")).separator == ","
    assert files.read_table(Path("table.csv"))["note; or not"][2] == "2;2; b, c"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--encoding", "latin-99"], ["no encoding 'latin-99'"]),
        (["--encoding", "rot13"], ["no encoding 'rot13'"]),
        (["--encoding", "ascii"], ["its encoding is not ascii"]),
        (["--sep", "ab"], ["--sep must be a single character", "'ab'"]),
        (["--sep", "x"], ["--sep must be a single character"]),
        (["--decimal", "x"], ["--decimal must be '.' or ','"]),
    ],
)
def test_options_of_a_file_must_fit(arguments, words):
    Path("table.csv").write_text("ä,y\n1,p\n2,q\n", encoding="utf-8")
    refused(run("resample", "table.csv", "--target", "y", "--output", "o.csv", *arguments), *words)
    refused(run("compare", "table.csv", "--target", "y", *arguments), *words)
    refused(run("audit", "table.csv", "table.csv", "--target", "y", *arguments), *words)


def test_parquet_has_no_dialect(frame):
    frame.to_parquet("table.parquet")
    command = ["table.parquet", "--target", "kind", "--encoding", "utf-8"]
    refused(run("resample", *command, "--output", "o.csv"), "leave out --sep")


def test_a_folder_is_not_a_table():
    Path("data").mkdir()
    Path("data.csv").mkdir()
    for name in ("data", "data.csv"):
        words = f"{name} is a directory, not a table"
        refused(run("resample", name, "--target", "y", "--output", "o.csv"), words)
        refused(run("compare", name, "--target", "y"), words)


def test_numbers_with_leading_zeros_are_text():
    Path("table.csv").write_text("zip,n,y\n" + "01234,1,p\n56789,2,p\n" + "99999,3,q\n" * 3)
    resample("table.csv", "--param", "k_neighbors=1", target="y", output="out.parquet")
    out = pd.read_parquet("out.parquet")
    assert out["zip"].iloc[0] == "01234"
    assert set(out["zip"][5:]) <= {"01234", "56789"}, "a vote, not a mixture"


@pytest.fixture
def mixed():
    """A file with text, missing values, booleans, dates, times and numbers that are categories."""
    rng = np.random.default_rng(0)
    n = 80
    table = pd.DataFrame(
        {
            "town": rng.choice(["Rome", "Oslo", None], n),
            "age": np.where(rng.random(n) < 0.1, np.nan, rng.integers(20, 60, n)),
            "code": rng.choice([408, 415, 510], n),
            "flag": rng.random(n) < 0.3,
            "day": pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 300, n), "D"),
            "minute": pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 999, n), "min"),
            "y": rng.permutation(np.repeat(["few", "many"], [20, 60])),
        }
    )
    table["day"] = table["day"].dt.strftime("%Y-%m-%d").mask(rng.random(n) < 0.1)
    table["minute"] = table["minute"].dt.strftime("%Y-%m-%dT%H:%M")
    table.to_csv("mixed.csv", index=False)
    return "mixed.csv"


@pytest.mark.parametrize("sampler", ["smote", "smotenc", "smoten", "svm-smote"])
@pytest.mark.parametrize("output", ["out.csv", "out.tsv"])
def test_tables_with_everything(mixed, sampler, output):
    resample(mixed, "--sampler", sampler, "--categorical", "code", output=output, target="y")
    before = pd.read_csv(mixed)
    out = pd.read_csv(output, sep="," if output.endswith("csv") else "\t")
    pd.testing.assert_frame_equal(out[:80], before)
    new = out[80:]
    assert len(new) == 40
    assert set(new["code"]) <= {408, 415, 510}
    assert new["day"].dropna().str.fullmatch(r"2024-\d\d-\d\d").all()
    assert new["minute"].str.fullmatch(r"2024-01-01T\d\d:\d\d").all()
    if output.endswith("csv"):
        assert Path(output).read_text().startswith(Path(mixed).read_text())
    if sampler != "smoten":
        assert not set(new["minute"]) <= set(before["minute"]), "dates are drawn, not voted on"


def test_categories_are_those_of_a_hybrid_too(mixed):
    options = ["--sampler", "smote-enn", "--categorical", "code"]
    resample(mixed, *options, output="out.csv", target="y")
    assert set(pd.read_csv("out.csv")["code"]) <= {408, 415, 510}


def test_dates_become_dates_in_parquet_and_their_type_is_kept(mixed):
    resample(mixed, "--categorical", "code", output="out.parquet", target="y")
    out = pd.read_parquet("out.parquet")
    assert out["day"].dtype.kind == "M"
    assert out["code"].dtype == "int64"
    resample("out.parquet", "--n", 5, "--categorical", "code", output="more.parquet", target="y")
    again = pd.read_parquet("more.parquet")
    pd.testing.assert_frame_equal(again[: len(out)], out)
    assert set(again["code"]) == {408, 415, 510}


@pytest.mark.parametrize(
    ("texts", "form"),
    [
        (["2024-02-29", np.nan], ("D", "T")),
        (["2024-02-29T10:30", "2024-02-29T10:31"], ("m", "T")),
        (["2024-02-29 10:30:15"], ("s", " ")),
        (["2024-02-29", "2024-02-29 10:30"], ("m", " ")),
        (["9999-12-31", "0001-01-01"], ("D", "T")),
        (["2023-02-29"], None),
        (["2024-02-29", "soon"], None),
        (["29.02.2024"], None),
        ([None, None], None),
        ([20240229], None),
    ],
)
def test_dates(texts, form):
    frame = pd.DataFrame({"a": pd.Series(texts, dtype=object)})
    forms = files.read_dates(frame)
    assert forms == ({} if form is None else {"a": form})
    assert (frame["a"].dtype.kind == "M") == (form is not None)
    files.write_dates(frame, forms)
    texts[0] = "2024-02-29 00:00" if form == ("m", " ") else texts[0]
    pd.testing.assert_series_equal(frame["a"], pd.Series(texts, name="a", dtype=object))


def test_dates_may_be_the_classes():
    rows = [f"{i},2024-01-0{1 + (i < 4)}" for i in range(12)]
    Path("table.csv").write_text("\n".join(["x,y", *rows]))
    resample("table.csv", "--n", 2, "--label", "2024-01-02", target="y")
    assert Path("out.csv").read_text().splitlines()[-1].endswith(",2024-01-02")


def test_columns_can_be_dropped_and_a_counter_is_noticed():
    rows = [f"{i + 1},{i * i % 7},{'p' if i < 4 else 'q'}" for i in range(12)]
    Path("table.csv").write_text("\n".join(["id,x,y", *rows]))
    noticed = resample("table.csv", target="y", output="kept.csv")
    assert "column 'id' contains row numbers: leave it out with --drop 'id'" in noticed.stderr
    result = resample("table.csv", "--drop", "id", target="y", output="dropped.csv")
    assert "row numbers" not in result.stderr
    assert pd.read_csv("dropped.csv").columns.tolist() == ["x", "y"]


def test_only_row_numbers_are_noted():
    rows = [f",{i if i != 5 else ''},{i},{'p' if i < 4 else 'q'}" for i in range(12)]
    Path("table.csv").write_text("\n".join(["empty,gap,id,y", *rows]))
    result = resample("table.csv", "--sampler", "random-over-sampler", target="y")
    assert result.stderr.count("contains row numbers") == 1
    assert "column 'id'" in result.stderr


@pytest.mark.parametrize(
    ("texts", "odd"),
    [
        (["1500"] * 59 + ["1 234,50"], "because of 1 value, '1 234,50' in row 60:"),
        (["1,234.50"] * 60, "because of 60 values, such as '1,234.50' in row 1:"),
        (["1500"] * 55 + ["?"] * 5, "because of 5 values, such as '?' in row 56:"),
        (["1500"] * 30 + ["many"] * 30, None),
        (["1500"] * 55 + [""] * 5, None),
        (["01234"] * 60, None),
        (["29.02.2024"] * 60, None),
        (["2024-02-29"] * 60, None),
    ],
)
def test_one_odd_value_in_a_column_of_numbers_is_noted(texts, odd):
    rows = [f'"{text}",{i * i % 7},{"p" if i % 3 else "q"}' for i, text in enumerate(texts)]
    Path("table.csv").write_text("\n".join(["income,b,y", *rows]))
    result = resample("table.csv", target="y", output="out.parquet")
    assert ("'income' is read as categories" in result.stderr) == (odd is not None)
    assert (odd or "") in result.stderr
    kept = resample("table.csv", "--categorical", "income", target="y", output="kept.csv")
    assert "read as categories" not in kept.stderr


def test_odd_values_among_decimal_commas_are_noted():
    rows = [f"{i % 7},5;1,500;{'p' if i % 3 else 'q'}" for i in range(60)]
    Path("table.csv").write_text("\n".join(["a;b;y", *rows, "n/k;1,250;p"]))
    result = resample("table.csv", target="y")
    assert "column 'a' is read as categories, not numbers, because of 1 value," in result.stderr
    assert "'n/k' in row 61" in result.stderr
    assert "'b'" not in result.stderr
    result = resample("table.csv", "--decimal", ".", target="y", output="text.csv")
    assert "such as '1,500' in row 1" in result.stderr


FORMULAS = ["=1+1", "+1+1", "-1+1", "@sum", "\tx", "＝1", "plain", "a=1"]


@pytest.mark.parametrize("given", ["table.csv", "table.parquet"])
def test_formulas_are_disarmed_where_that_is_asked_for(given):
    n = 40
    kind = np.repeat(["=p", "q"], [10, 30])
    frame = pd.DataFrame({"-5": np.arange(n) % 7 - 5.5, "=a": np.resize(FORMULAS, n), "y": kind})
    frame["code"] = np.resize(["-5", "+3.5e2", "x"], n)
    if given == "table.csv":
        frame.to_csv(given, index=False)
    else:
        frame.astype({"=a": "category"}).to_parquet(given)
    resample(given, "--safe-csv", target="y")
    out = pd.read_csv("out.csv", keep_default_na=False)
    assert out.columns.tolist() == ["-5", "'=a", "y", "code"]
    expected = [text if text in ("plain", "a=1") else f"'{text}" for text in FORMULAS]
    assert out["'=a"][:8].tolist() == expected
    assert set(out["'=a"]) == set(expected)
    assert set(out["y"]) == {"'=p", "q"}
    assert set(out["code"]) == {"-5", "+3.5e2", "x"}, "numbers are no formulas"
    assert out["-5"].min() < 0
    resample(given, target="y", output="armed.csv")
    assert "'=" not in Path("armed.csv").read_text()
    command = ["resample", given, "--target", "y", "--safe-csv", "--output", "out2.parquet"]
    refused(run(*command), "--safe-csv is for CSV and TSV files")


def test_labels_as_they_are_written_in_the_file():
    rows = [f"{i},{'TRUE' if i < 4 else 'FALSE'}" for i in range(12)]
    Path("table.csv").write_text("\n".join(["x,y", *rows]))
    more = ["--n", 3, "--label", "TRUE", "--only-synthetic"]
    resample("table.csv", *more, target="y", output="new.csv")
    assert pd.read_csv("new.csv")["y"].tolist() == [True] * 3
    resample("table.csv", "--strategy", "{'true': 6}", target="y", output="six.csv")
    assert pd.read_csv("six.csv")["y"].sum() == 6


def test_index_of_parquet_is_left_out_with_a_note(frame):
    frame = frame.sample(frac=1, random_state=1)
    frame.to_parquet("table.parquet")
    result = resample("table.parquet", output="out.parquet")
    assert "index" in result.stderr
    out = pd.read_parquet("out.parquet")
    pd.testing.assert_frame_equal(out[: len(frame)], frame.reset_index(drop=True))


def test_summary(table):
    result = resample(table, "--strategy", "0.5")
    cells = [line.replace("│", " ").split() for line in result.stdout.splitlines()]
    assert ["common", "60", "0", "60"] in cells
    assert ["rare", "[b]", "12", "18", "30"] in cells
    assert "Wrote 90 rows to out.csv" in result.stdout
    assert result.stderr == ""


def test_warnings_are_notes(table):
    result = resample(table, "--param", "k_neighbors=50")
    assert result.stderr.startswith("Note: SMOTE: k_neighbors asks for 50 neighbors")
    assert len(result.stderr.splitlines()) == 1


def test_only_synthetic(frame, table):
    resample(table, output="all.csv")
    resample(table, "--only-synthetic", output="new.csv")
    everything, new = files.read_table(Path("all.csv")), files.read_table(Path("new.csv"))
    pd.testing.assert_frame_equal(everything[len(frame) :].reset_index(drop=True), new)


@pytest.mark.parametrize(("label", "chosen"), [(None, "rare [b]"), ("common", "common")])
def test_rows_of_one_class(frame, table, label, chosen):
    which = [] if label is None else ["--label", label]
    resample(table, "--n", 7, *which)
    new = files.read_table(Path("out.csv"))[len(frame) :]
    assert new["kind"].tolist() == [chosen] * 7


@pytest.mark.parametrize("values", [(0, 1), (0.0, 1.0), (True, False)])
def test_labels_that_are_not_text(frame, values):
    frame["kind"] = np.where(frame["kind"] == "common", *values)
    frame.to_parquet("table.parquet")
    resample("table.parquet", "--n", 3, "--label", values[0], output="out.parquet")
    out = pd.read_parquet("out.parquet")
    assert out["kind"].dtype == frame["kind"].dtype
    assert out["kind"][len(frame) :].tolist() == [values[0]] * 3


def test_rows_per_label(table):
    resample(table, "--strategy", "{'rare [b]': 20}")
    assert files.read_table(Path("out.csv"))["kind"].value_counts()["rare [b]"] == 20


def test_balanced_already(table):
    resample(table)
    result = resample("out.csv", output="again.csv")
    assert "Wrote 120 rows" in result.stdout
    assert Path("again.csv").read_text() == Path("out.csv").read_text()


def test_output_may_be_the_input(frame, table):
    resample(table, "--force", output=table)
    assert len(files.read_table(Path(table))) == 120


# What cannot be done


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--sampler", "smotte"], ["no sampler 'smotte'", "Did you mean 'smote'", "adasyn"]),
        (["--sampler", "zzz"], ["no sampler 'zzz'", "adasyn"]),
        (["--param", "k_neighbours=3"], ["Did you mean 'k_neighbors'", "n_jobs"]),
        (["--param", "random_state=3"], ["no parameter 'random_state'"]),
        (["--param", "k_neighbors"], ["NAME=VALUE"]),
        (["--param", "k_neighbors=0"], ["'k_neighbors' parameter of SMOTE", "Got 0"]),
        (["--strategy", "every"], ["no strategy 'every'", "not minority", "0.5"]),
        (["--strategy", "minorty"], ["Did you mean 'minority'?"]),
        (["--strategy", "{'nobody': 50}"], ["no class 'nobody'"]),
        (["--drop", "colour"], ["no column 'colour'"]),
        (["--categorical", "colour"], ["no column 'colour'"]),
        (["--categorical", "kind"], ["no column 'kind'"]),
        (
            ["--categorical", "count", "--param", "categorical_features=[0]"],
            ["--categorical and --param categorical_features"],
        ),
        (["--strategy", "{'z': 99}"], ["'z'", "rare [b]"]),
        (["--strategy", "2.0"], ["'--strategy' parameter of SMOTE", "Got 2.0"]),
        (["--param", "categorical_features=[7]"], ["--categorical names column 7"]),
        (["--n", 0], ["--n must be at least 1"]),
        (["--n", 3, "--label", "z"], ["no class 'z'", "common, rare [b]"]),
        (["--n", 3, "--strategy", "0.5"], ["--n and --strategy"]),
        (["--label", "common"], ["--label", "--n"]),
        (
            ["--only-synthetic", "--strategy", "{'rare [b]': 12}"],
            ["no synthetic rows to write", "--n or --strategy"],
        ),
        (["--seed", -1], ["--seed must be at least 0"]),
    ],
)
def test_resample_refuses(table, arguments, words):
    refused(run("resample", table, "--target", "kind", "--output", "out.csv", *arguments), *words)
    assert os.listdir() == [table]


LONG = 10_000


@pytest.mark.parametrize("option", ["--strategy", "--param"])
@pytest.mark.parametrize(
    "value", ["[" * LONG, "9" * LONG, "-" * LONG + "1", "x" * LONG, "{['a']:3}"]
)
def test_hostile_values_are_refused_by_name_and_shortly(table, option, value):
    given = value if option == "--strategy" else f"k_neighbors={value}"
    words = "--strategy: " if option == "--strategy" else "--param k_neighbors: "
    result = run("resample", table, "--target", "kind", "--output", "out.csv", option, given)
    refused(result, words, "cannot be read", "write a word, a number")
    assert len(result.stderr) < 400


@pytest.mark.parametrize(
    ("option", "given"),
    [
        ("--sampler", "x" * LONG),
        ("--param", "x" * LONG),
        ("--param", "x" * LONG + "=1"),
        ("--param", f"k_neighbors={list(range(LONG))}"),
        ("--param", f"k_neighbors={'9' * 4000}"),
        ("--strategy", "9" * 4000),
        ("--strategy", str({"x" * LONG: 3})),
        ("--drop", "x" * LONG),
        ("--target", "x" * LONG),
    ],
)
def test_no_message_is_as_long_as_what_was_given(table, option, given):
    command = ["resample", table, "--output", "out.csv", "--target", "kind", option, given]
    result = run(*command)
    assert not Path("out.csv").exists() or result.stderr.startswith("Note: SMOTE: k_neighbors")
    assert len(result.stderr.splitlines()) == 1
    assert len(result.stderr) < 1200


@pytest.mark.parametrize(
    "arguments",
    [
        ["--n", 10**15],
        ["--strategy", "{'common': 60, 'rare [b]': 10**15}".replace("10**15", "1" + 15 * "0")],
    ],
)
def test_more_rows_than_fit_into_memory_are_refused_before(table, arguments, monkeypatch):
    command = ["resample", table, "--target", "kind", "--output", "out.csv", *arguments]
    refused(run(*command), arguments[0], "at least 29,802,322 GiB", "this machine has")
    Path("spec.toml").write_text("a = { values = [1] }")
    monkeypatch.setattr(options, "memory_size", lambda: 1000.0)
    command = ["generate", "spec.toml", "--output", "out.csv", "--n"]
    refused(run(*command, 126), "--n asks for 126 rows × 1 columns")
    assert run(*command, 125).exit_code == 0


def test_running_out_of_memory_while_reading_is_the_machines_failure(table, monkeypatch):
    def read_csv(*_, **__):
        raise np._core._exceptions._ArrayMemoryError((10**15,), np.dtype(float))

    monkeypatch.setattr(pd, "read_csv", read_csv)
    result = run("resample", table, "--target", "kind", "--output", "out.csv")
    refused(result, "out of memory: Unable to allocate", code=1)


def test_control_characters_do_not_reach_the_terminal(monkeypatch):
    red, back = "\x1b[31mp", "\u202eq\x9b1m"
    names = ["\x1b]0;title\x07", "b"]
    frame = pd.DataFrame({names[0]: np.arange(24) % 5 * 1.5, "b": ["1"] * 23 + ["\x1b[2J"]})
    frame["y"] = [red] * 8 + [back] * 16
    frame.to_csv("table.csv", index=False)
    shown = resample("table.csv", target="y")
    for other in (
        run("resample", "table.csv", "--target", "z", "--output", "o.csv"),
        run(
            "resample", "table.csv", "--target", "y", "--output", "o.csv", "--n", 1, "--label", "z"
        ),
        run("resample", "table.csv", "--target", names[0] + "x", "--output", "o.csv"),
        run(
            *("compare", "table.csv", "--target", "y", "--sampler", "smote", "--estimator", "tree"),
            *("--folds", 2, "--repeats", 1, "--n-jobs", 1, "--output", "page.html"),
        ),
    ):
        assert other.exit_code in (0, 2), other.stderr
        shown.stdout_bytes += other.stdout_bytes + other.stderr_bytes
    text = (shown.stdout_bytes + shown.stderr_bytes).decode()
    assert "\\x1b[31mp" in text
    assert "\\x1b[2J" in text
    assert "\\u202eq" in text
    assert not terminal.CONTROLS.search(text)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", ["is empty"]),
        (b"a,b,kind\n", ["has no rows"]),
        (b"a,b,kin\n1,2,p\n", ["no column 'kind'", "Did you mean 'kin'", "a, b, kin"]),
        (b"a,kind\n1,p\n2,\n3,NA\n", ["missing in 2 of 3 rows", "drop"]),
        (b"a,kind\n1,p\n2,p,5\n", ["cannot be read", "line 3"]),
        (b"a,kind\n1,p,5\n2,p,5\n", ["cannot be read", "more fields"]),
        (b"a,kind\n1,\x81\n", ["neither UTF-8 nor Windows-1252", "--encoding"]),
        ("a,kind\n1,p\n".encode("utf-16-le"), ["byte order mark", "--encoding utf-16-le"]),
        (b"a;b,kind\n1;2,3\n", ["';'", "','", "--sep"]),
        (b"a;b;kind\n1,5;1.5;p\n", ["column 'b'", "column 'a'", "--decimal"]),
        (b"a;b;kind\n1,500;1;p\n", ["separate thousands in column 'a'", "--decimal"]),
        (b"a,kind\n1,p\n2,p\ninf,q\n4,q\n5,q\n", ["infinity", "'a'"]),
        (b"a,kind\n1,p\n2,p\n", ["only 1 class"]),
        (b"a,kind\n1,0.1\n3,0.2\n2,0.3\n", ["regression"]),
        (b"kind\np\np\nq\nq\n", ["0 feature"]),
    ],
)
def test_tables_that_cannot_be_used(content, words):
    Path("table.csv").write_bytes(content)
    refused(run("resample", "table.csv", "--target", "kind", "--output", "out.csv"), *words)
    refused(run("compare", "table.csv", "--target", "kind", "--folds", 2), *words)
    assert os.listdir() == ["table.csv"]


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("table.parquet", b"", "cannot be read"),
        ("table.parquet", b"PAR1 something else PAR1", "cannot be read"),
        ("table.csv.gz", b"a,kind\n1,p\n", "cannot be read"),
        ("table.csv.gz", gzip.compress(b"a,kind\n1,p\n2,q\n", mtime=0)[:-9], "cannot be read"),
        ("table.xlsx", b"a", "must end in one of .csv"),
        (None, b"", "There is no file"),
    ],
)
def test_files_that_cannot_be_read(name, content, word):
    if name is not None:
        Path(name).write_bytes(content)
    arguments = [name or "table.csv", "--target", "kind"]
    refused(run("resample", *arguments, "--output", "out.csv"), word)
    refused(run("compare", *arguments), word)


@pytest.mark.parametrize(
    ("output", "words"),
    [
        ("table.csv", ["table.csv exists", "replace it with --force"]),
        ("out.xlsx", ["must end in one of .csv"]),
        ("nowhere/out.csv", ["no directory nowhere"]),
        ("folder.csv", ["is a directory"]),
    ],
)
def test_outputs_are_refused_before_any_work(table, monkeypatch, output, words):
    Path("folder.csv").mkdir()
    monkeypatch.setattr(tables, "read_table", lambda path: pytest.fail("read the table"))
    refused(run("resample", table, "--target", "kind", "--output", output), *words)


@pytest.mark.parametrize(
    ("error", "code", "text"),
    [
        (OSError("no space left on device"), 1, "Error: no space left on device\n"),
        (MemoryError("too much"), 1, "Error: out of memory: too much\n"),
        (MemoryError(), 1, "Error: out of memory\n"),
        (KeyboardInterrupt(), 130, "interrupted\n"),
        (ValueError("one\ntwo\nthree"), 2, "Error: one\ntwo\n"),
    ],
)
@pytest.mark.parametrize("output", ["out.csv", "out.parquet"])
def test_failed_writing_leaves_the_old_file(table, monkeypatch, error, code, text, output):
    def write(frame, path, *_, **options):
        path.write_text("half")
        raise error

    Path(output).write_text("mine")
    command = import_module("skresample.cli.resample")
    monkeypatch.setattr(command, "write_table", write)
    result = run("resample", table, "--target", "kind", "--output", output, "--force")
    refused(result, text, code=code, lines=2)
    assert sorted(os.listdir()) == [output, "table.csv"]
    assert Path(output).read_text() == "mine"


# Comparing


@pytest.fixture
def asked(monkeypatch):
    """Put in the place of compare what only remembers how it was called."""
    asked = {}

    class Result:
        def __str__(self):
            return "[bold]" + 50 * "wide "

        def to_html(self, path, *, overwrite):
            asked.update(page=path, overwrite=overwrite)
            path.touch()

    def compare(X, y, progress, **options):
        asked.update(options, X=X, y=y)
        progress(1, 2)
        return Result()

    monkeypatch.setattr(skresample, "compare", compare)
    return asked


def test_compare_passes_on_what_was_asked(table, asked):
    choices = ["--sampler", "smote", "--sampler", "SVMSMOTE", "--estimator", "knn", "--folds", 3]
    more = ["--estimator", "Random-Forest", "--repeats", 4, "--n-jobs", 2, "--seed", 5, "--force"]
    Path("page.html").touch()
    result = run("compare", table, "--target", "kind", *choices, *more, "--output", "page.html")
    assert result.exit_code == 0, result.stderr
    # rich before 14.3 takes the last space off.
    assert result.stdout.splitlines()[0].rstrip() == "[bold]" + " ".join(50 * ["wide"])
    assert list(asked["X"].columns) == ["width", "count", "weight"]
    assert asked["y"].name == "kind"
    assert list(asked["samplers"]) == ["SMOTE", "SVMSMOTE"]
    assert list(asked["estimators"]) == ["k neighbors", "random forest"]
    assert asked["cv"].get_n_splits() == 12
    assert (asked["n_jobs"], asked["random_state"]) == (2, 5)
    assert (asked["page"], asked["overwrite"]) == (Path("page.html"), True)


SPEC = """
age = { dist = "norm", loc = 40, scale = 12, min = 18, dtype = "int" }
born = { dist = "uniform", loc = 7000, scale = 9000, dtype = "date", missing = 0.2 }
sex = { values = ["f", "m"] }
name = { provider = "faker.name" }
"""


@pytest.mark.parametrize("output", ["out.csv", "out.tsv.gz", "out.parquet"])
def test_generate(output):
    Path("spec.toml").write_text(SPEC)
    result = run("generate", "spec.toml", "--n", 50, "--output", output)
    assert result.exit_code == 0, result.stderr
    assert "Wrote 50 rows to" in result.stdout
    written = files.read_table(Path(output))
    drawn = skresample.MarginalSampler.from_spec("spec.toml", random_state=0).sample(50)
    assert list(written.columns) == ["age", "born", "sex", "name"]
    assert written["age"].tolist() == drawn["age"].tolist()
    assert written["name"].tolist() == drawn["name"].tolist()
    assert written["born"].isna().tolist() == drawn["born"].isna().tolist()
    if output == "out.csv":
        first = pd.read_csv(output, dtype=str)["born"].dropna().iloc[0]
        assert len(first) == len("2024-02-29")


@pytest.mark.parametrize(
    ("spec", "arguments", "words"),
    [
        ('a = { dist = "nrom" }', (), ("Column 'a', key 'dist'", "'norm'")),
        ('a = { dist = "norm", min = 2, max = 1 }', (), ("Column 'a', key 'min'",)),
        ("a = { values = [1, 2], p = [0.5, 0.6] }", (), ("Column 'a', key 'p'", "1.1")),
        ('a = { provider = "faker.nmae" }', (), ("Column 'a', key 'provider'", "'name'")),
        ('a = { dist = "norm", sclae = 1 }', (), ("Column 'a', key 'sclae'", "'scale'")),
        ("a = [", (), ("cannot be read as TOML",)),
        ("a = { values = [1] }", ("--n", 0), ("--n must be at least 1",)),
        ("a = { values = [1] }", ("--output", "out.txt"), ("must end in",)),
        (None, (), ("There is no file",)),
    ],
)
def test_generate_refuses_and_writes_nothing(spec, arguments, words):
    if spec is not None:
        Path("spec.toml").write_text(spec)
    before = sorted(Path().iterdir())
    result = run("generate", "spec.toml", "--n", 5, "--output", "out.csv", *arguments)
    refused(result, *words)
    assert sorted(Path().iterdir()) == before


def test_generate_replaces_no_file_unasked():
    Path("spec.toml").write_text("a = { values = [1] }")
    Path("out.csv").write_text("mine")
    command = ("generate", "spec.toml", "--n", 5, "--output", "out.csv")
    refused(run(*command), "out.csv exists", "--force")
    assert Path("out.csv").read_text() == "mine"
    assert run(*command, "--force").exit_code == 0
    assert Path("out.csv").read_text() == "a\n" + 5 * "1\n"


def test_linkage_is_printed(table):
    result = resample(table, "--sampler", "perturbation", "--param", "scale=0.0001")
    assert "Re-identification risk: 100.0% of the synthetic rows are closest to" in result.stdout
    assert "risk" not in resample(table, "--force").stdout


def test_compare_on_the_example(asked):
    for page in ("skresample-report.html", "skresample-report-2.html", "skresample-report-3.html"):
        result = run("compare")
        assert result.exit_code == 0, result.stderr
        assert asked["page"] == Path(page)
        assert f"Wrote the report to {page}" in result.stdout
    assert asked["X"].shape == (1484, 8)
    assert asked["y"].value_counts().to_dict() == {"negative": 1433, "positive": 51}
    others = set(all_samplers()) - {"RandomOverSampler"}
    others -= {cls.__name__ for cls in CLEANERS}
    assert set(asked["samplers"]) == others - {"SMOTENC", "SMOTEN", "GANOverSampler"}
    given = [sampler.get_params() for sampler in asked["samplers"].values()]
    assert all(parameters.get("standardize", True) for parameters in given)
    assert asked["estimators"] is None


class Report:
    """A report that is written as those of the library are."""

    def to_html(self, path, *, overwrite):
        return _files.write_atomically(path, lambda f: f.write_text("own"), overwrite=overwrite)


def test_a_report_takes_the_next_name_where_another_run_was_faster(capsys):
    class LateReport(Report):
        def to_html(self, path, *, overwrite):
            if path.name == "page.html":
                path.write_text("another run's")
            super().to_html(path, overwrite=overwrite)

    tables.publish(LateReport(), None, "page.html", False)
    assert "Wrote the report to page-2.html" in capsys.readouterr().out
    assert Path("page.html").read_text() == "another run's"
    assert Path("page-2.html").read_text() == "own"
    with pytest.raises(FileExistsError):
        tables.publish(LateReport(), Path("page.html"), "unused.html", False)


def test_compare_sets_parameters_of_every_sampler_that_has_them(table, asked):
    chosen = ["--sampler", "smote", "--sampler", "svm-smote", "--sampler", "smoten"]
    more = ["--param", "k_neighbors=3", "--param", "m_neighbors=7", "--param", "standardize=False"]
    result = run("compare", table, "--target", "kind", *chosen, *more)
    assert result.exit_code == 0, result.stderr
    smote, svm, smoten = asked["samplers"].values()
    assert (smote.k_neighbors, svm.k_neighbors, smoten.k_neighbors) == (3, 3, 3)
    assert (svm.m_neighbors, smote.standardize, svm.standardize) == (7, False, False)


def test_compare_has_categories_and_dates(asked):
    rows = [
        f"{i * i % 7},{400 + i % 3},0{i % 2}7,2024-01-{i + 1:02},{'pq'[i % 2]}" for i in range(20)
    ]
    Path("table.csv").write_text("\n".join(["n,code,zip,day,y", *rows]))
    result = run("compare", "table.csv", "--target", "y", "--categorical", "code")
    assert result.exit_code == 0, result.stderr
    X = asked["X"]
    assert X["code"].dtype == "category"
    assert X["code"].tolist()[:3] == [400, 401, 402]
    assert X["zip"].tolist()[:2] == ["007", "017"]
    assert X["n"].dtype == "int64"
    assert X["day"].dtype.kind == "M"


def test_compare_on_a_table_with_everything(mixed):
    few = ["--sampler", "smote", "--estimator", "tree", "--folds", 2, "--repeats", 1]
    result = run("compare", mixed, "--target", "y", "--categorical", "code", "--n-jobs", 1, *few)
    assert result.exit_code == 0, result.stderr
    assert result.stderr == ""
    encoded = "decision tree: with a TableEncoder in front"
    assert encoded in result.stdout
    assert encoded in Path("skresample-report.html").read_text(encoding="utf-8")
    assert "failed" not in result.stdout


def test_every_estimator_has_a_name():
    names = ["logistic", "boosting", "forest", "tree", "knn", "LogisticRegression"]
    assert list(make_estimators(names)) == [
        "logistic regression",
        "gradient boosting",
        "random forest",
        "decision tree",
        "k neighbors",
    ]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--estimator", "decision-treee"], ["Did you mean 'decision-tree'", "k-neighbors"]),
        (["--sampler", "smotte"], ["Did you mean 'smote'"]),
        (["--param", "k_neighbor=3"], ["no parameter 'k_neighbor'", "Did you mean 'k_neighbors'"]),
        (["--param", "random_state=3"], ["no parameter 'random_state'"]),
        (["--categorical", "wide"], ["no column 'wide'"]),
        (["--folds", 1], ["--folds must be at least 2"]),
        (["--folds", 13], ["--folds: 13 folds", "has 12"]),
        (["--repeats", 0], ["--repeats must be at least 1"]),
        (["--output", "report.txt"], ["must end in .html"]),
        (["--output", "nowhere/report.html"], ["no directory nowhere"]),
        (["--output", "there.html"], ["there.html exists", "--force"]),
    ],
)
def test_compare_refuses(table, arguments, words):
    Path("there.html").touch()
    refused(run("compare", table, "--target", "kind", *arguments), *words)
    assert sorted(os.listdir()) == [table, "there.html"]


def test_compare_needs_both_or_neither(table):
    refused(run("compare", table), "TABLE and --target")
    refused(run("compare", "--target", "kind"), "TABLE and --target")


# Progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(
    ("stream", "patience", "shown"),
    [(Terminal, 0.0, True), (Terminal, 60.0, False), (io.StringIO, 0.0, False)],
)
def test_progress_is_shown_late_and_on_a_terminal_only(monkeypatch, stream, patience, shown):
    written = stream()
    monkeypatch.setattr(sys, "stderr", written)
    monkeypatch.setattr(terminal, "PATIENCE", patience)
    monkeypatch.setenv("TERM", "xterm")
    with terminal.progress_line("comparing", counted=True) as update:
        update(completed=3, total=8)
        deadline = time.monotonic() + 5
        while shown and "3/8" not in written.getvalue() and time.monotonic() < deadline:
            time.sleep(0.01)
    assert ("3/8" in written.getvalue()) == shown
    assert shown or written.getvalue() == ""


# Files


def test_write_atomically(tmp_path):
    path = tmp_path / "page.html"
    assert _files.write_atomically(str(path), lambda file: file.write_text("one")) == path
    with pytest.raises(FileExistsError, match="overwrite=True"):
        _files.write_atomically(path, lambda file: pytest.fail("written"))
    _files.write_atomically(path, lambda file: file.write_text("two"), overwrite=True)
    assert path.read_text() == "two"
    assert os.listdir(tmp_path) == ["page.html"]
    with pytest.raises(FileNotFoundError, match="no directory"):
        _files.write_atomically(tmp_path / "nowhere" / "page.html", print)


def test_of_two_writers_of_a_new_file_one_is_refused(tmp_path):
    path = tmp_path / "page.html"

    def write(file):
        file.write_text("late")
        _files.write_atomically(path, lambda other: other.write_text("early"))

    with pytest.raises(FileExistsError, match="overwrite=True"):
        _files.write_atomically(path, write)
    assert path.read_text() == "early"
    assert os.listdir(tmp_path) == ["page.html"]


def test_of_two_writers_one_is_refused_without_hard_links_too(tmp_path, monkeypatch):
    def link(*_):
        raise PermissionError("no hard links here")

    monkeypatch.setattr(os, "link", link)
    test_of_two_writers_of_a_new_file_one_is_refused(tmp_path)


@pytest.mark.skipif(os.name == "nt", reason="modes and links are those of POSIX")
def test_a_replaced_file_keeps_its_mode_and_its_link(table):
    Path("there").mkdir()
    real = Path("there", "private.csv")
    real.touch(mode=0o600)
    Path("out.csv").symlink_to(real)
    resample(table, "--force")
    assert Path("out.csv").is_symlink()
    assert real.stat().st_mode & 0o777 == 0o600
    assert len(pd.read_csv(real)) == 120
    assert os.listdir("there") == ["private.csv"]
    Path("new.csv").symlink_to(Path("there", "new.csv"))  # which is yet to come
    resample(table, output="new.csv")
    assert Path("new.csv").is_symlink()
    assert len(pd.read_csv(Path("there", "new.csv"))) == 120
    Path("lost.csv").symlink_to(Path("nowhere", "new.csv"))
    refused(
        run("resample", table, "--target", "kind", "--output", "lost.csv"),
        "no directory",
        "nowhere",
    )


@pytest.mark.skipif(os.name == "nt", reason="devices are those of POSIX")
def test_a_device_is_never_replaced(table):
    os.mkfifo("pipe.csv")
    command = ["resample", table, "--target", "kind", "--output", "pipe.csv", "--force"]
    refused(run(*command), "is not a regular file")


class TestAudit:
    @pytest.fixture
    def tables(self):
        """Real, synthetic and held-out rows on disk."""
        rng = np.random.default_rng(0)
        for name in ("real", "new", "kept"):
            y = rng.choice(["yes", "no"], 120, p=[0.3, 0.7])
            frame = pd.DataFrame(
                {
                    "width": rng.normal(size=120) + (y == "yes"),
                    "since": pd.Timestamp("2024-01-01")
                    + pd.to_timedelta(rng.integers(0, 90, 120), "D"),
                    "sex": rng.choice(["f", "m"], 120),
                    "code": rng.integers(0, 4, 120),
                    "kind": y,
                }
            )
            frame.to_csv(f"{name}.csv", index=False)

    def test_prints_and_writes_the_report(self, tables):
        options = ("--target", "kind", "--holdout", "kept.csv", "--sensitive", "sex")
        result = run("audit", "real.csv", "new.csv", *options, "--categorical", "code")
        assert result.exit_code == 0, result.stderr
        for question in ("Validity", "Fidelity", "Diversity", "Privacy", "Utility", "Fairness"):
            assert f"✓ {question}" in result.stdout
        page = Path("skresample-audit.html")
        assert "data:image/png" in page.read_text()
        assert str(page) in result.stdout

    def test_does_not_replace_a_report(self, tables, monkeypatch):
        monkeypatch.setattr(skresample, "audit", lambda *_, **__: Report())
        for page in ("skresample-audit.html", "skresample-audit-2.html"):
            assert run("audit", "real.csv", "new.csv", "--target", "kind").exit_code == 0
            assert Path(page).read_text() == "own"
        Path("skresample-audit.html").write_text("mine")
        options = ("--target", "kind", "--output", "skresample-audit.html")
        result = run("audit", "real.csv", "new.csv", *options)
        assert result.exit_code == 2
        assert "--force" in result.stderr
        assert Path("skresample-audit.html").read_text() == "mine"
        assert run("audit", "real.csv", "new.csv", *options, "--force").exit_code == 0
        assert Path("skresample-audit.html").read_text() == "own"

    def test_synthetic_rows_without_classes(self, tables):
        pd.read_csv("new.csv").drop(columns="kind").to_csv("new.csv", index=False)
        result = run("audit", "real.csv", "new.csv", "--target", "kind", "--holdout", "kept.csv")
        assert result.exit_code == 0, result.stderr
        assert "of the synthetic rows as y_syn" in " ".join(result.stdout.split())

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            (("--target", "kinds"), "Did you mean 'kind'"),
            (("--target", "kind", "--sensitive", "gender"), "'gender' is not a column of real.csv"),
            (("--target", "kind", "--output", "page.txt"), "must end in .html"),
            (("--target", "kind", "--seed", "-1"), "--seed must be at least 0"),
            (("--target", "kind", "--holdout", "none.csv"), "There is no file none.csv"),
        ],
    )
    def test_refusals(self, tables, options, message):
        result = run("audit", "real.csv", "new.csv", *options)
        assert result.exit_code == 2
        assert message in result.stderr
        assert not list(Path().glob("*.html"))


def test_what_takes_long_is_noted_before_it_starts(monkeypatch):
    def drawn(self, probability):
        if probability.size > 3:  # as many are tried when the spec is read
            raise ValueError("drawn")

    monkeypatch.setattr("skresample.spec._columns.NumberColumn.ppf", drawn)
    Path("spec.toml").write_text('wait = { dist = "levy_stable", alpha = 1.8, beta = -0.5 }\n')
    result = run("generate", "spec.toml", "--n", 2000, "--output", "out.csv")
    assert result.exit_code == 2
    assert result.stderr.startswith("Note: Column 'wait': 2,000 values of 'levy_stable' take about")
    assert result.stderr.endswith("Error: drawn\n")
