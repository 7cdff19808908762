"""What an audit found, as text, a table, a picture and a page."""

import html
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from skresample._pages import NO_MATH, STYLE, data_uri, plain, write_page
from skresample._support import import_extra
from skresample.audit.answers import LOOK_CLOSER, NO_PROBLEM, NOT_JUDGED, PROBLEM, Answer, Check

__all__ = ["AuditReport"]

TITLE = "Audit of synthetic rows"
WIDTH = 100
KEY = (
    "Value: of the synthetic rows. Real: what real rows score on the same question, with the same "
    "numbers of rows. Then the 95 % interval of the value."
)
CAUTION = (
    "No problem found means that these checks found none. It is no proof that nobody can be "
    "recognised or put at a disadvantage, and no advice on the law."
)
MARKS = {NO_PROBLEM: "✓", LOOK_CLOSER: "?", PROBLEM: "✗", NOT_JUDGED: "–"}
CLASSES = {NO_PROBLEM: "fine", LOOK_CLOSER: "closer", PROBLEM: "problem", NOT_JUDGED: "unjudged"}
COLOURS = {"real": "#0072b2", "synthetic": "#d55e00"}
# Rows that have no value in common are further apart than that.
UNTOLD = 1e100
MORE_STYLE = """
.skresample-report .verdict { font-size: 13px; font-weight: 600; padding: 2px 9px; margin-left: 8px;
  border-radius: 9px; white-space: nowrap; }
.skresample-report .fine { color: #00623f; background: #e5f5ee; }
.skresample-report .closer { color: #7a5200; background: #fdf3d6; }
.skresample-report .problem { color: #9c2f00; background: #fdeee6; }
.skresample-report .unjudged { color: #555; background: #eee; }
.skresample-report td.text { text-align: left; white-space: normal; min-width: 17em; }
.skresample-report tr th[scope=row] { border-bottom: 1px solid #e4e4e4; white-space: normal; }
.skresample-report summary { cursor: pointer; color: #555; }
"""


@dataclass(eq=False, repr=False)
class AuditReport:
    """What `audit` found.

    Print it for the report, or see `to_dict`, `to_frame`, `plot` and `to_html`. In a notebook it
    shows itself as the page. There is no single score.

    Parameters
    ----------
    answers : dict of Answer
        By the names of the questions: ``valid``, ``faithful``, ``varied``, ``private``,
        ``useful`` and ``fair``.
    sizes : dict of int
        Rows of each table.
    notes : list of str
        What was left out.
    seconds : float
        How long it took.
    """

    answers: dict[str, Answer]
    sizes: dict[str, int]
    notes: list[str]
    seconds: float

    def to_dict(self) -> dict[str, dict[str, Any]]:
        """Return all answers as plain values.

        Returns
        -------
        answers : dict of dict
            For each question the ``value``, ``reference`` (real versus real), ``interval``
            (95 %), ``sentence`` and ``verdict`` of its worst check, and under ``checks`` the
            same of each. What cannot be judged has None for numbers.
        """
        return {name: one.to_dict() for name, one in self.answers.items()}

    def to_frame(self) -> Any:
        """Return one row per check.

        Returns
        -------
        frame : pandas.DataFrame
            Columns ``question``, ``check``, ``value``, ``reference``, ``low``, ``high``,
            ``verdict`` and ``sentence``.

        Raises
        ------
        ImportError
            If pandas is not installed.
        """
        pd = import_extra("pandas", "cli")
        return pd.DataFrame(
            {
                "question": name,
                "check": check.name,
                "value": np.nan if check.value is None else check.value,
                "reference": np.nan if check.reference is None else check.reference,
                "low": np.nan if check.interval is None else check.interval[0],
                "high": np.nan if check.interval is None else check.interval[1],
                "verdict": check.verdict,
                "sentence": check.sentence,
            }
            for name, check in self._checks()
        )

    def _checks(self) -> Iterator[tuple[str, Check]]:
        for name, one in self.answers.items():
            for check in one.checks:
                yield name, check

    def _heading(self) -> list[str]:
        sizes = ", ".join(f"{n:,} {name}" for name, n in self.sizes.items())
        return [f"{sizes} rows; {self.seconds:.0f} s", KEY]

    def __str__(self) -> str:
        lines = [TITLE, "=" * len(TITLE)]
        for line in self._heading():
            lines += _wrapped(line, 0)
        lines.append("")
        for name, one in self.answers.items():
            lines.append(f"{MARKS[one.verdict]} {name.capitalize():<10}{one.verdict}")
            lines += _wrapped(one.headline.sentence, 12)
        for one in self.answers.values():
            lines += ["", one.question, "-" * len(one.question)]
            names = max(len(plain(check.name)) for check in one.checks)
            for check in one.checks:
                numbers = f"{_number(check.value):>7}{_number(check.reference):>9} real  "
                numbers += f"{_interval(check):<18}"
                lines.append(f"{plain(check.name):<{names}}{numbers}{check.verdict}".rstrip())
                lines += _wrapped(check.sentence, 4)
        lines += ["", *_wrapped(CAUTION, 0)]
        if self.notes:
            lines += ["", "Notes", "-----"]
            for note in self.notes:
                lines += _wrapped(f"{note}.", 0)
        return "\n".join(lines)

    __repr__ = __str__

    def plot(self) -> Any:
        """Draw the columns, the distances, the attacks and the groups, as far as there are any.

        Returns
        -------
        figure : matplotlib.figure.Figure
            A panel each.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        """
        plt = import_extra("matplotlib.pyplot", "cli")
        drawn: dict[str, Callable[..., None]] = {
            "columns": _draw_columns,
            "nearest": _draw_nearest,
            "membership": _draw_membership,
            "groups": _draw_groups,
        }
        pictures = {k: v for one in self.answers.values() for k, v in one.pictures.items()}
        shown = [(draw, pictures[name]) for name, draw in drawn.items() if pictures.get(name)]
        n = max(1, len(shown))
        rows = (n + 1) // 2
        figure, axes = plt.subplots(
            rows, min(n, 2), figsize=(11, 3.9 * rows), squeeze=False, layout="constrained"
        )
        for ax in axes.ravel()[len(shown) :]:
            ax.set_axis_off()
        for ax, (draw, data) in zip(axes.ravel(), shown, strict=False):
            draw(ax, data)
            ax.spines[["top", "right"]].set_visible(False)
            ax.tick_params(labelsize=8)
        return figure

    def to_html(self, path: Any, *, overwrite: bool = False) -> Path:
        """Write the report as one self-contained page, pictures inside.

        Parameters
        ----------
        path : str or path-like
            Where to. Its directory must exist.
        overwrite : bool, default=False
            Whether a file that is there may be replaced.

        Returns
        -------
        path : pathlib.Path
            The page.

        Raises
        ------
        FileExistsError
            If the file is there and `overwrite` is False. Nothing is written then.
        ImportError
            If matplotlib is not installed.
        """
        import_extra("matplotlib.pyplot", "cli")  # a page without its pictures was not asked for
        return write_page(path, TITLE, self._repr_html_(), overwrite=overwrite)

    def _repr_html_(self) -> str:
        escape = html.escape
        parts = [
            f'<div class="skresample-report"><style>{STYLE}{MORE_STYLE}</style>',
            f"<h1>{TITLE}</h1>",
            *(f"<p>{escape(line)}</p>" for line in self._heading()),
            "<table>",
        ]
        for name, one in self.answers.items():
            parts.append(
                f'<tr><th scope="row">{name.capitalize()}</th><td>{_badge(one.verdict)}</td>'
                f'<td class="text">{escape(plain(one.headline.sentence))}</td></tr>'
            )
        parts.append(f"</table><p>{escape(CAUTION)}</p>")
        try:
            parts.append(f'<img alt="columns, distances, attacks" src="{data_uri(self.plot())}">')
        except ImportError as error:  # in a notebook the tables are better than nothing
            parts.append(f"<p>{escape(str(error))}</p>")
        heads = "".join(
            f"<th>{head}</th>" for head in ("", "value", "real", "95 % interval", "verdict", "")
        )
        for one in self.answers.values():
            parts.append(f"<h2>{escape(one.question)}</h2><table><tr>{heads}</tr>")
            for check in one.checks:
                parts.append(
                    f'<tr><th scope="row">{escape(plain(check.name))}</th>'
                    f"<td>{_number(check.value)}</td><td>{_number(check.reference)}</td><td>{_interval(check)}</td>"
                    f"<td>{_badge(check.verdict)}</td>"
                    f'<td class="text">{escape(plain(check.sentence))}</td></tr>'
                )
            parts.append("</table>")
            parts += [_details(title, rows) for title, rows in one.details.items()]
        if self.notes:
            notes = "".join(f"<li>{escape(plain(note))}</li>" for note in self.notes)
            parts.append(f"<h2>Notes</h2><ul>{notes}</ul>")
        return "\n".join([*parts, "</div>"])


def _wrapped(text: str, indent: int) -> list[str]:
    margin = " " * indent
    return textwrap.wrap(
        plain(text), WIDTH, initial_indent=margin, subsequent_indent=margin, break_on_hyphens=False
    )


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _interval(check: Check) -> str:
    if check.interval is None:
        return ""
    return f"[{check.interval[0]:.3f}, {check.interval[1]:.3f}]"


def _badge(verdict: str) -> str:
    return f'<span class="verdict {CLASSES[verdict]}">{verdict}</span>'


def _details(title: str, rows: list[list[Any]]) -> str:
    """Return a table that opens when it is asked for."""
    head = "".join(f"<th>{html.escape(plain(one))}</th>" for one in rows[0])
    body = "".join(
        "<tr>" + "".join(f"<td>{html.escape(plain(_cell(one)))}</td>" for one in row) + "</tr>"
        for row in rows[1:]
    )
    return (
        f"<details><summary>{html.escape(plain(title))}</summary>"
        f"<table><tr>{head}</tr>{body}</table></details>"
    )


def _cell(value: Any) -> str:
    if isinstance(value, float | np.floating):
        return "–" if np.isnan(value) else f"{value:.3f}"
    return f"{value:,}" if isinstance(value, int | np.integer) else str(value)


def _draw_columns(ax: Any, data: list[tuple[str, float, float]]) -> None:
    shown = data[:15][::-1]
    y = np.arange(len(shown))
    ax.barh(y, [value for _, value, _ in shown], height=0.6, color=COLOURS["synthetic"])
    ax.scatter(
        [reference for *_, reference in shown],
        y,
        marker="|",
        s=90,
        color="black",
        label="two real samples",
        zorder=3,
    )
    names = [plain(name) for name, *_ in shown]
    ax.set_yticks(y, [name if len(name) < 28 else f"{name[:26]}…" for name in names], **NO_MATH)
    ax.set_title("Distance of the distributions, column by column", fontsize=10)
    ax.legend(fontsize=8, frameon=False, loc="lower right")


def _draw_nearest(ax: Any, data: tuple[Any, Any]) -> None:
    for name, distances in zip(("real", "synthetic"), data, strict=True):
        told = distances < UNTOLD
        if told.any():
            ax.ecdf(distances[told], color=COLOURS[name], label=f"of a {name} row")
    ax.set_title("Distance to the nearest (other) real row", fontsize=10)
    ax.set_xlabel("in standard deviations of the columns", fontsize=8)
    ax.set_ylabel("share of rows", fontsize=8)
    ax.legend(fontsize=8, frameon=False, loc="lower right")


def _draw_membership(ax: Any, data: dict[str, tuple[Any, Any]]) -> None:
    for colour, (name, (false, true)) in zip(COLOURS.values(), data.items(), strict=False):
        ax.plot(np.maximum(false, 1e-3), np.maximum(true, 1e-3), color=colour, label=name)
    line = np.array([1e-3, 1])
    ax.plot(line, line, color="0.6", linestyle=":", label="guessing")
    ax.set(xscale="log", yscale="log", xlim=(1e-3, 1), ylim=(1e-3, 1))
    ax.set_title("Membership inference", fontsize=10)
    ax.set_xlabel("false positive rate", fontsize=8)
    ax.set_ylabel("true positive rate", fontsize=8)
    ax.legend(fontsize=8, frameon=False, loc="lower right")


def _draw_groups(ax: Any, data: list[tuple[str, list[list[Any]]]]) -> None:
    title, cells = data[0]
    shown = cells[1:16][::-1]
    y = np.arange(len(shown))
    for shift, column, name in ((0.2, 3, "real"), (-0.2, 5, "synthetic")):
        shares = [row[column] for row in shown]
        ax.barh(y + shift, shares, height=0.38, color=COLOURS[name], label=name)
    ax.set_yticks(y, [plain(f"{row[0]}, {row[1]}") for row in shown], **NO_MATH)
    ax.set_title(plain(f"{title}: shares"), fontsize=10, **NO_MATH)
    ax.legend(fontsize=8, frameon=False, loc="lower right")
