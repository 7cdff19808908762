"""The results as an HTML page and as tables of the user guide."""

import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import scikit_posthocs
from rich.progress import track

from benchmarks.gains.analysis import (
    ROPE,
    SLOPE,
    against,
    by_family,
    finished,
    gains,
    group_of,
    nemenyi,
    ranks,
    selected_by_test,
    wide,
)
from benchmarks.gains.methods import NO_RESAMPLING
from benchmarks.gains.protocol import AT_HALF
from skresample._files import write_atomically
from skresample._pages import STYLE, data_uri
from skresample._pages import write_page as write_html
from skresample.compare.methods import (
    CLASS_WEIGHTS,
    RANDOM_OVERSAMPLING,
    TUNED_THRESHOLD,
    TUNED_THRESHOLD_F1,
)
from skresample.compare.report import COLORS
from skresample.utils import import_extra

__all__ = ["Sheet", "sheets", "write_page", "write_tables"]


class Line(NamedTuple):
    """A score, the decision it is computed with, and the tuned threshold as its rival."""

    score: str
    decision: str = AT_HALF
    rival: str | None = None

    @property
    def title(self) -> str:
        """Return its name in the reports."""
        score = "calibration slope, distance from 1" if self.score == SLOPE else self.score
        return score if self.decision == AT_HALF else f"{score}, all {self.decision}"

    @property
    def slug(self) -> str:
        """Return its part of a file name."""
        return "by_method_" + re.sub(r"\W+", "_", self.title.lower())


LINES = (
    Line("F1 of the minority class", rival=TUNED_THRESHOLD_F1),
    Line("F1 of the minority class", "tuned for F1"),
    Line("balanced accuracy", rival=TUNED_THRESHOLD),
    Line("balanced accuracy", "tuned for balanced accuracy"),
    Line("MCC", rival=TUNED_THRESHOLD_F1),
    Line("G-mean", rival=TUNED_THRESHOLD),
    Line("average precision"),
    Line("ROC AUC"),
    Line("Brier score"),
    Line("log-loss"),
    Line(SLOPE),
)
TITLE = "Does oversampling help?"
# The user guide has the tables of all methods for these scores.
DOCUMENTED = ("F1 of the minority class", "balanced accuracy", "average precision", "Brier score")
SHOWN = (CLASS_WEIGHTS, RANDOM_OVERSAMPLING, "SMOTE")
PER_CLASS = ("precision", "recall", "F1")
CLASSES = ("the minority class", "the majority class")
# Without wrapped headings, the tables would be wider than the page.
WIDE = ".skresample-report tr:first-child th { white-space: normal; vertical-align: bottom; }"
VERDICTS = ("better", "same", "worse")
SURE = 0.95
ABOUT = (
    "A gain is the change from the same classifier without resampling, with the same number of "
    "configurations; positive is better for every score. Gains are means over families of tables "
    "± half-width of the 95 % CI; * = CI excludes zero. CIs are not corrected for multiple "
    "comparisons: about 1 in 20 excludes zero by chance. The Bayesian signed-rank test decides "
    f"on better, the same (within ±{ROPE}) and worse, with a probability of at least {SURE}."
)


class Sheet(NamedTuple):
    """A table with its title.

    Attributes
    ----------
    name : str
        Part of its file name.
    title, text : str
        Heading and description.
    columns : list of str
        Headings of the columns.
    rows : list of list of str
        Cells of each row.
    """

    name: str
    title: str
    text: str
    columns: list[str]
    rows: list[list[str]]

    def markdown(self) -> str:
        """Return the table as Markdown."""
        lines = [self.columns, ["---"] + ["---:"] * (len(self.columns) - 1), *self.rows]
        table = "\n".join("| " + " | ".join(line) + " |" for line in lines)
        return f"{self.text}\n\n{table}\n"

    def html(self) -> str:
        """Return the table as HTML."""
        escape = html.escape
        heads = "".join(f"<th>{escape(head)}</th>" for head in self.columns)
        body = "".join(
            f"<tr><th>{escape(row[0])}</th>"
            + "".join(f"<td>{escape(cell)}</td>" for cell in row[1:])
            + "</tr>"
            for row in self.rows
        )
        text = f"<p>{escape(self.text)}</p>" if self.text else ""
        return f"<h2>{escape(self.title)}</h2>{text}<table><tr>{heads}</tr>{body}</table>"


class Results(NamedTuple):
    """The rows of a results file, its settings, and the scores of all lines."""

    frame: pd.DataFrame
    facts: dict[str, Any]
    families: pd.Series
    scored: dict[Line, pd.DataFrame]


def collect(frame: pd.DataFrame, facts: dict[str, Any]) -> Results:
    """Select the configurations, separately for each score."""
    finished(frame, facts["methods"], facts["plan"]["budget"])
    families = frame.drop_duplicates("table").set_index("table")["family"]
    values = {line: wide(frame, line.score, line.decision) for line in track(LINES, "selection")}
    return Results(frame, facts, families, values)


def signed(value: float, digits: int = 3) -> str:
    """Format a difference with its sign."""
    return "–" if np.isnan(value) else f"{value:+.{digits}f}".replace("-", "−")


def interval(line: pd.Series) -> str:
    """Format a gain with the half-width of its CI."""
    half = line["high"] - line["gain"]
    if np.isnan(half):
        return signed(line["gain"])
    return f"{signed(line['gain'])} ± {half:.3f}" + ("*" if abs(line["gain"]) > half else "")


def plain(value: float) -> str:
    """Format a number with two digits, or as an integer from 100 on."""
    if np.isnan(value):
        return "–"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.2g}"


def measured_on(results: Results) -> Sheet:
    """Return the sheet on tables, folds, settings and versions."""
    frame, facts = results.frame, results.facts
    done = frame.groupby("classifier")[["repeat", "fold", "table"]].apply(
        lambda part: part.drop_duplicates()
    )
    per = done.groupby("classifier")["table"].agg(["count", "nunique"])
    plan = facts["plan"]
    versions = ", ".join(f"{k} {v}" for k, v in facts["versions"].items())
    n_fits = frame.drop_duplicates(
        ["repeat", "fold", "classifier", "table", "method", "configuration"]
    )
    text = (
        f"{frame['table'].nunique()} tables of {results.families.nunique()} families, "
        f"{frame['method'].nunique()} methods; {plan['folds']} stratified outer folds and "
        f"{plan['inner']} inner folds; {plan['budget']} configurations for every method, "
        f"no resampling included. Larger tables are subsampled to {plan['max_rows']:,} rows. The "
        f"seed is {plan['seed']}. The run has {len(n_fits) * (plan['inner'] + 1):,} fits. Python "
        f"{facts['python']}, {versions}."
    )
    total = plan["folds"]
    rows = [
        [
            name,
            str(line["nunique"]),
            str(line["count"]),
            f"{line['count'] / line['nunique']:.1f} of {total}",
        ]
        for name, line in per.iterrows()
    ]
    columns = ["classifier", "tables", "held-out folds", "folds per table"]
    return Sheet("measured", "Data and settings", text, columns, rows)


class Judged(NamedTuple):
    """Test results of all methods with one classifier, for one score."""

    classifier: str
    line: Line
    over_reference: pd.DataFrame
    over_rival: pd.DataFrame | None

    def counted(self, over: pd.DataFrame, *verdicts: str) -> list[int]:
        """Return the number of oversamplers with each verdict."""
        samplers = [m for m in over.index if group_of(m) == "oversampler"]
        return [int((over.loc[samplers, verdict] >= SURE).sum()) for verdict in verdicts]


def judge(results: Results) -> list[Judged]:
    """Compare all methods with no resampling and tuned thresholds, for each classifier."""
    names = results.frame["classifier"].unique()
    found = []
    for name, line in track([(n, line) for n in names for line in LINES], "by classifier"):
        values = results.scored[line].loc[name]
        over = against(gains(values, line.score), results.families)
        rival = None
        if line.rival:
            rival = against(gains(values, line.score, line.rival), results.families)
        found.append(Judged(name, line, over, rival))
    return found


def in_short(judged: list[Judged]) -> Sheet:
    """Return the sheet that counts verdicts over all classifiers."""
    rows = []
    for line in LINES:
        of = [one for one in judged if one.line == line]
        n = sum(sum(group_of(m) == "oversampler" for m in one.over_reference.index) for one in of)
        verdicts = np.sum([one.counted(one.over_reference, *VERDICTS) for one in of], axis=0)
        row = [line.title, str(n), *map(str, verdicts)]
        if line.rival:
            pairs = [one.counted(one.over_rival, *VERDICTS) for one in of]
            row += [line.rival, *map(str, np.sum(pairs, axis=0))]
        else:
            row += ["–"] * 4
        rows.append(row)
    columns = [
        "score",
        "oversamplers × classifiers",
        "better than no resampling",
        "the same",
        "worse",
        "tuned threshold",
        "better than tuned threshold",
        "the same",
        "worse",
    ]
    text = (
        "Numbers of pairs of an oversampler and a classifier. The Bayesian signed-rank test finds "
        f"them better, the same (within ±{ROPE}) or worse, with a probability of at least {SURE}. "
        "The other pairs are undecided. The threshold is tuned on the inner folds, without "
        "resampling."
    )
    return Sheet("in_short", "In short", text, columns, rows)


def by_classifier(judged: list[Judged]) -> Sheet:
    """Return the sheet with gains of the best-known methods, for each classifier and score."""
    rows = []
    for one in judged:
        found, line = one.over_reference, one.line
        samplers = [m for m in found.index if group_of(m) == "oversampler"]
        n = len(samplers)
        row = [one.classifier, line.title]
        row += [interval(found.loc[m]) if m in found.index else "–" for m in SHOWN]
        row.append(interval(found.loc[line.rival]) if line.rival else "–")
        row.append(signed(found.loc[samplers, "gain"].median()))
        row.append(" / ".join(map(str, one.counted(found, *VERDICTS))) + f" of {n}")
        beat = "–"
        if one.over_rival is not None:
            counts = one.counted(one.over_rival, "better", "worse")
            beat = " / ".join(map(str, counts)) + f" of {n}"
        rows.append([*row, beat])
    columns = [
        "classifier",
        "score",
        *SHOWN,
        "tuned threshold",
        "median oversampler",
        "vs. no resampling: better / same / worse",
        "vs. tuned threshold: better / worse",
    ]
    text = ABOUT + " The last two columns count oversamplers."
    return Sheet("by_classifier", "By classifier and score", text, columns, rows)


def over_classifiers(values: pd.DataFrame) -> pd.DataFrame:
    """Average over the classifiers."""
    return values.groupby("table").mean()


def by_method(results: Results) -> Iterator[Sheet]:
    """Yield a sheet per score with the gains of each method, means over the classifiers."""
    for line in track(LINES, "by method"):
        values = over_classifiers(results.scored[line])
        found = against(gains(values, line.score), results.families)
        rival = None
        if line.rival:
            rival = against(gains(values, line.score, line.rival), results.families)
        ranked, friedman = ranks(values, line.score, results.families)
        mean_rank = ranked.mean().sort_values()
        rows = []
        for method, rank in mean_rank.items():
            row = [str(method), "–" if np.isnan(rank) else f"{rank:.1f}"]
            if method == NO_RESAMPLING:
                row += ["0", "–", "–", "–"]
            elif np.isnan(found.loc[method, "gain"]):
                row += ["–"] * 4
            else:
                one = found.loc[method]
                row += [
                    interval(one),
                    f"{one['wins']:.0f} / {one['ties']:.0f} / {one['losses']:.0f}",
                    f"{one['p']:.2g}",
                    f"{one['better']:.2f} / {one['same']:.2f} / {one['worse']:.2f}",
                ]
            if rival is not None:
                row += (
                    ["0", "–"]
                    if method == line.rival
                    else [signed(rival.loc[method, "gain"]), f"{rival.loc[method, 'p']:.2g}"]
                )
            rows.append(row)
        columns = [
            "method",
            "mean rank",
            "gain",
            "wins / ties / losses",
            "p",
            "P(better / same / worse)",
        ]
        if line.rival:
            columns += [f"gain over {line.rival}", "p"]
        text = (
            "Means over the classifiers. p-values are those of Wilcoxon's test with Holm's "
            f"correction; Friedman's test has p = {friedman:.2g}."
        )
        yield Sheet(line.slug, line.title, text, columns, rows)


def families(results: Results) -> Sheet:
    """Return the sheet with gains on each family of tables."""
    line = LINES[0]
    values = over_classifiers(results.scored[line])
    means = by_family(gains(values, line.score), results.families)
    samplers = [m for m in means if group_of(m) == "oversampler"]
    count = results.families.value_counts()
    shown = [m for m in (*SHOWN, TUNED_THRESHOLD_F1) if m in means]
    rows = [
        [
            str(family),
            str(count[family]),
            *(signed(row[m]) for m in shown),
            signed(row[samplers].median()),
            f"{signed(row[samplers].min())} … {signed(row[samplers].max())}",
        ]
        for family, row in means.iterrows()
    ]
    columns = ["family", "tables", *shown, "median oversampler", "all oversamplers"]
    return Sheet(
        "families",
        f"By family: {line.title}",
        f"Gains in {line.title}, means over the classifiers.",
        columns,
        rows,
    )


def selection(results: Results) -> Sheet:
    """Return the sheet on selection bias."""
    line = LINES[0]
    found = selected_by_test(results.frame, line.score).sort_values("selected by inner folds")
    rows = [[str(m), *(signed(v) for v in row)] for m, row in found[::-1].iterrows()]
    text = (
        f"Mean change in {line.title} from no resampling with default settings. One column has "
        "the configuration that the inner folds select, the other the best one on the held-out "
        "fold. Many comparisons publish the latter, which is biased: no resampling gains, too."
    )
    return Sheet("selection", "Selection bias", text, ["method", *found], rows)


def costs(results: Results) -> Sheet:
    """Return the sheet on failures, warnings, run times and numbers of synthetic samples."""
    once = results.frame[results.frame["decision"] == AT_HALF]
    rows = []
    for method in results.facts["methods"]:
        part = once[once["method"] == method]
        failed = part["error"] != ""
        notes = part["notes"].fillna("").loc[~failed]
        reasons = sorted({re.sub(r"\d+", "…", text) for text in part["error"][failed]})
        rows.append(
            [
                method,
                f"{len(part):,}",
                f"{failed.sum():,}" + (f" ({'; '.join(reasons)})" if reasons else ""),
                f"{(notes != '').sum():,}",
                f"{1000 * part['seconds_fit'].median():.1f} ms",
                plain(part["synthetic"].mean()),
            ]
        )
    columns = [
        "method",
        "configurations",
        "failed",
        "with warnings",
        "median fit time",
        "mean synthetic samples",
    ]
    text = (
        "If all configurations of a method fail, it gets the score of no resampling. Warnings "
        "come from samplers that fall back to another method; the results file has their text."
    )
    return Sheet("costs", "Run time, failures and warnings", text, columns, rows)


def sheets(frame: pd.DataFrame, facts: dict[str, Any]) -> Iterator[Sheet]:
    """Yield all sheets.

    Parameters
    ----------
    frame : DataFrame
        Results.
    facts : dict
        Settings and versions that they have in common.

    Yields
    ------
    sheet : Sheet
        A table with its title.
    """
    yield from sheets_of(collect(frame, facts))


def sheets_of(results: Results) -> Iterator[Sheet]:
    yield measured_on(results)
    judged = judge(results)
    yield in_short(judged)
    yield by_classifier(judged)
    yield from by_method(results)
    yield families(results)
    yield selection(results)
    yield costs(results)


def draw_ranks(results: Results) -> Any:
    """Draw critical-difference diagrams: a bar joins methods that do not differ significantly."""
    plt = import_extra("matplotlib.pyplot", "cli")
    lines = [line for line in LINES if line.decision == AT_HALF][:6]
    n = results.frame["method"].nunique()
    figure, axes = plt.subplots(
        len(lines), 1, figsize=(11, (1.6 + 0.11 * n) * len(lines)), layout="constrained"
    )
    for ax, line in zip(axes, lines, strict=True):
        values = over_classifiers(results.scored[line])
        ranked, _ = ranks(values, line.score, results.families)
        scikit_posthocs.critical_difference_diagram(
            ranked.mean(), nemenyi(ranked), ax=ax, label_props={"fontsize": 8}
        )
        ax.set_title(f"{line.title}: mean ranks over {len(ranked)} families", fontsize=10)
    return figure


def draw_classes(results: Results) -> Any:
    """Draw the gains of each method in precision, recall and F1 of both classes."""
    plt = import_extra("matplotlib.pyplot", "cli")
    decisions = AT_HALF, "tuned for F1"
    order: list[Any] = []
    n = results.frame["method"].nunique()
    figure, axes = plt.subplots(
        2, 3, figsize=(11, 2 + 0.42 * n), sharex="col", sharey=True, layout="constrained"
    )
    for panels, decision in zip(axes, decisions, strict=True):
        for ax, name in zip(panels, PER_CLASS, strict=True):
            ax.axvline(0, color="0.6", linewidth=0.8)
            for c, of in enumerate(CLASSES):
                score = f"{name} of {of}"
                values = over_classifiers(wide(results.frame, score, decision))
                found = against(gains(values, score), results.families)
                # Only the first row of panels has the tuned thresholds without resampling.
                order = order or list(found.index[::-1])
                found = found.reindex(order)
                y = np.arange(len(found)) + (0.18 if c == 0 else -0.18)
                ax.errorbar(
                    found["gain"],
                    y,
                    xerr=[found["gain"] - found["low"], found["high"] - found["gain"]],
                    fmt="o",
                    markersize=3.5,
                    linewidth=1.2,
                    color=COLORS[c],
                    label=of,
                )
            ax.set_title(f"{name}, threshold {decision} →", fontsize=10)
            ax.set_yticks(np.arange(len(order)), order, fontsize=8)
            ax.spines[["top", "right"]].set_visible(False)
            ax.grid(axis="y", color="0.92", linewidth=0.6)
    handles, labels = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper left", ncols=2, frameon=False, fontsize=9)
    figure.supxlabel(
        "gain over no resampling with the same threshold rule: mean over classifiers, 95 % CI over "
        "families",
        fontsize=9,
    )
    return figure


FIGURES = {
    "ranks": ("Mean ranks", draw_ranks),
    "classes": ("Gains in precision, recall and F1", draw_classes),
}


def write_page(frame: pd.DataFrame, facts: dict[str, Any], path: Path) -> Path:
    """Write all tables and figures as one self-contained HTML page.

    Parameters
    ----------
    frame : DataFrame
        Results.
    facts : dict
        Settings and versions that they have in common.
    path : Path
        The page; an existing file is replaced.

    Returns
    -------
    path : Path
        Path of the page.
    """
    results = collect(frame, facts)
    made = [sheet.html() for sheet in sheets_of(results)]
    figures = []
    for title, draw in FIGURES.values():
        figures.append(
            f'<h2>{html.escape(title)}</h2><img alt="{html.escape(title)}" '
            f'src="{data_uri(draw(results))}">'
        )
    body = "\n".join(
        [
            f'<div class="skresample-report"><style>{STYLE}{WIDE}</style>',
            f"<h1>{TITLE}</h1>",
            *made[:2],
            *figures,
            *made[2:],
            "</div>",
        ]
    )
    return write_html(path, TITLE, body, overwrite=True)


def write_tables(frame: pd.DataFrame, facts: dict[str, Any], folder: Path) -> list[Path]:
    """Write the tables and figures of the user guide.

    Parameters
    ----------
    frame : DataFrame
        Results.
    facts : dict
        Settings and versions that they have in common.
    folder : Path
        Folder of the user guide; the figures are written to ``../_static``.

    Returns
    -------
    paths : list of Path
        Paths of the written files; existing files are replaced.
    """
    plt = import_extra("matplotlib.pyplot", "cli")
    results = collect(frame, facts)
    written = []
    for sheet in sheets_of(results):
        text = sheet.markdown()
        if sheet.name.startswith("by_method_"):
            if sheet.title not in DOCUMENTED:
                continue
            text = f"**{sheet.title}.** {text}"
        path = folder / f"_gains_{sheet.name}.md"
        written.append(
            write_atomically(path, lambda file, t=text: file.write_text(t), overwrite=True)
        )
    for name, (_, draw) in FIGURES.items():
        path = folder.parent / "_static" / f"gains-{name}.png"
        figure = draw(results)
        written.append(
            write_atomically(path, lambda file, f=figure: f.savefig(file, dpi=120), overwrite=True)
        )
        plt.close(figure)
    return written
