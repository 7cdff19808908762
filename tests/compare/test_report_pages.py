"""What may be on a page that is handed on, and what must not break it."""

import io
import re
import warnings
import xml.etree.ElementTree as ET

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.datasets import make_classification
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.tree import DecisionTreeClassifier

from skresample import SMOTE, audit, compare

TREE = DecisionTreeClassifier(max_depth=2)
SETTINGS = {"samplers": SMOTE(), "estimators": TREE, "cv": 2, "random_state": 0}
# One cell of each column that nobody else has.
MARKERS = {
    "town": "Xanadu-secret",
    "income": 918273.645,
    "age": 4711,
    "born": pd.Timestamp("1907-05-22"),
    "code": "ABX 4243",
    "flag": None,
}


@pytest.fixture
def secrets():
    """A table with a marker in each column, in the first row and in others."""
    rng = np.random.default_rng(0)
    n = 120
    frame = pd.DataFrame(
        {
            "town": rng.choice(["Rome", "Oslo"], n),
            "income": rng.normal(2000, 300, n).round(2),
            "age": rng.integers(18, 90, n),
            "born": pd.Timestamp("1980-01-01") + pd.to_timedelta(rng.integers(0, 300, n), "D"),
            "code": [f"K{i % 40}" for i in range(n)],
            "flag": rng.random(n) < 0.5,
        }
    )
    for row, (column, value) in enumerate(MARKERS.items()):
        if value is not None:
            for at in (row, 0, n - 1 - row):
                frame.loc[at, column] = value
    return frame, np.where(np.arange(n) % 4, "b", "a")


def texts_of(report, tmp_path):
    """Return everything that a report gives out."""
    page = report.to_html(tmp_path / "page.html").read_text(encoding="utf-8")
    said = [str(report), re.sub(r"base64,[\w+/=]+", "", page), report.to_frame().to_csv()]
    if hasattr(report, "to_dict"):
        said.append(str(report.to_dict()))
    figure = report.plot()
    drawn = [text.get_text() for text in figure.findobj(plt.Text)]
    plt.close(figure)
    return "\n".join([*said, *report.notes, *drawn])


def assert_no_cell(text):
    for marker in ("Xanadu", "918273", "918,273", "9.18", "4711", "4,711", "1907", "ABX", "4243"):
        found = re.search(rf"(?<!\d){re.escape(marker)}", text)
        assert not found, text[max(0, found.start() - 200) :][:400]


class Quotes(DecisionTreeClassifier):
    """Says what it finds in its table, in an error or in warnings."""

    def __init__(self, as_error=True):
        super().__init__(max_depth=2)
        self.as_error = as_error

    def fit(self, X, y, sample_weight=None):
        frame = pd.DataFrame(X)
        for row in (0, 1, 2, 3, 4):
            said = f"cannot use {frame.iloc[row].tolist()} or {frame.iloc[row].to_dict()}"
            warnings.warn(said, stacklevel=2)
        if self.as_error and len(frame) % 2:
            raise RuntimeError(said)
        numbers = frame.select_dtypes("number")
        return super().fit(numbers.to_numpy(), y, sample_weight=sample_weight)

    def predict_proba(self, X):
        return super().predict_proba(pd.DataFrame(X).select_dtypes("number").to_numpy())

    def predict(self, X):
        return super().predict(pd.DataFrame(X).select_dtypes("number").to_numpy())


class QuotingSampler(SMOTE):
    def fit_resample(self, X, y):
        warnings.warn(f"first row: {pd.DataFrame(X).iloc[0].tolist()}", stacklevel=2)
        raise RuntimeError(f"all rows: {pd.DataFrame(X).to_numpy().tolist()}")


@pytest.mark.parametrize("make", [lambda f: f, pl.from_pandas], ids=["pandas", "polars"])
@pytest.mark.parametrize(
    "estimator",
    [TREE, LogisticRegression(), Quotes(), Quotes(as_error=False)],
    ids=["encoded", "scaled", "error", "warnings"],
)
def test_no_cell_is_in_what_compare_gives_out(secrets, tmp_path, make, estimator):
    frame, y = secrets
    samplers = {"quotes": QuotingSampler(), "smote": SMOTE(standardize=True)}
    found = compare(make(frame), y, **SETTINGS | {"estimators": estimator, "samplers": samplers})
    assert any("quotes: failed: RuntimeError: all rows" in note for note in found.notes)
    assert_no_cell(texts_of(found, tmp_path))


def test_no_text_is_in_what_compare_gives_out(tmp_path):
    texts = ["the secret of Xanadu", "good morning", "good night"] * 12
    pipeline = make_pipeline(TfidfVectorizer(), DecisionTreeClassifier())
    samplers = {"quotes": QuotingSampler()}
    settings = SETTINGS | {"estimators": pipeline, "samplers": samplers}
    assert_no_cell(texts_of(compare(texts, [0, 1, 1] * 12, **settings), tmp_path))


@pytest.mark.parametrize("sensitive", [None, ["town", "flag"]])
def test_no_cell_is_in_what_audit_gives_out(secrets, tmp_path, sensitive):
    frame, y = secrets
    rng = np.random.default_rng(1)
    X_syn, held_out = (frame.iloc[rng.permutation(120)].reset_index(drop=True) for _ in range(2))
    X_syn["town"] = rng.permutation(X_syn["town"])
    for synthetic in (X_syn, X_syn[X_syn.town == "Rome"]):
        found = audit(
            frame,
            y,
            synthetic,
            y[: len(synthetic)],
            X_holdout=held_out,
            y_holdout=y,
            sensitive=sensitive,
            estimator=TREE,
            random_state=0,
        )
        text = texts_of(found, tmp_path)
        (tmp_path / "page.html").unlink()
        assert_no_cell(text)
        assert ("Rome" in text) == (sensitive is not None)  # what many rows have is named
        assert ("(rare value 1)" in text) == (sensitive is not None)


# Names of any kind

NAMES = [
    "$x^{",
    r"$\frac{$",
    "$1 and $2",
    "<b>&amp;</b>",
    "two\nlines",
    "\x1b[31mred\x07",
    "lone \ud800",
    "_hidden",
    "",
    "'\"",
    "{0}%s",
]


def compared(name):
    X, y = make_classification(60, n_features=4, weights=[0.7], random_state=0)
    settings = {"samplers": {name: SMOTE()}, "estimators": {name: TREE}, "cv": StratifiedKFold(2)}
    return compare(X, np.array([name, "z" + name])[y], **settings)


def audited(name):
    rng = np.random.default_rng(0)
    # pandas 3 has no lone surrogates in its strings, but in objects.
    values = np.array([name, "z" + name], dtype=object)[rng.integers(2, size=60)]
    cells = {0: pd.Series(values, dtype=object), 1: rng.normal(size=60)}
    frame = pd.DataFrame(cells).set_axis(pd.Index([name, "x"], dtype=object), axis=1)
    y = np.array([name, "z" + name])[np.arange(60) % 2]
    other = frame.sample(frac=1, random_state=0)
    return audit(frame, y, other, y, X_holdout=frame, y_holdout=y, sensitive=[0], estimator=TREE)


@pytest.mark.usefixtures("few_repetitions")
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("made", [compared, audited])
def test_names_of_any_kind_do_not_break_the_page(tmp_path, made, name):
    check_page(made(name), tmp_path, name)


def check_page(report, tmp_path, name):
    page = report.to_html(tmp_path / "page.html").read_text(encoding="utf-8")
    body = re.sub(r"<(img|meta)([^>]*)>", r"<\1\2/>", page.replace("<!doctype html>", ""))
    ET.parse(io.StringIO(body))
    assert "<b>" not in page
    for text in (page, str(report)):
        assert all(one.isprintable() or one == "\n" for one in text)
    lines = str(report).splitlines()
    assert not any(line.strip() == "lines" for line in lines)
