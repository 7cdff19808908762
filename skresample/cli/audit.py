"""Audit synthetic data."""

from pathlib import Path
from typing import Annotated

from typer import Argument, Option

from skresample.cli.compare import make_estimators
from skresample.cli.options import ForceOption, SeedOption, TargetOption, at_least
from skresample.cli.tables import Reader, check_report_output, publish, with_reader
from skresample.cli.terminal import notes, progress_line

__all__ = ["audit"]

REPORT = "skresample-audit.html"


@with_reader
def audit(
    real: Annotated[
        Path, Argument(metavar="REAL", help="Real data that the synthetic data was made from.")
    ],
    synthetic: Annotated[
        Path, Argument(metavar="SYNTHETIC", help="Synthetic rows only, in the same columns.")
    ],
    target: TargetOption,
    holdout: Annotated[
        Path | None,
        Option(metavar="TABLE", help="Holdout: real data not used to make the synthetic data."),
    ] = None,
    sensitive: Annotated[
        list[str] | None, Option(metavar="COLUMN", help="Sensitive attribute; repeatable.")
    ] = None,
    estimator: Annotated[
        str | None, Option(help="Classifier of `compare`.", show_default="logistic-regression")
    ] = None,
    *,
    reader: Reader,
    seed: SeedOption = 0,
    output: Annotated[
        Path | None, Option(help="Report to write.", show_default=f"{REPORT}, or -2, -3, ...")
    ] = None,
    force: ForceOption = False,
) -> None:
    """Audit synthetic data: validity, fidelity, diversity, privacy, utility and fairness."""
    check_report_output(output, REPORT, force)
    at_least("--seed", seed, 0)
    [model] = [None] if estimator is None else make_estimators([estimator]).values()

    import skresample

    names = {"X_real": f"{real}", "X_syn": f"{synthetic}", "X_holdout": f"{holdout}"}
    names["sensitive:"] = "--sensitive:"
    with notes(names), progress_line("auditing", counted=True) as update:
        given = reader.read(real, target, among_others=True)
        made = reader.read(synthetic, target, among_others=True, needs_target=False)
        kept = None if holdout is None else reader.read(holdout, target, among_others=True)
        report = skresample.audit(
            given.X,
            given.y,
            made.X,
            made.y,
            X_holdout=kept and kept.X,
            y_holdout=kept and kept.y,
            sensitive=sensitive or None,
            estimator=model,
            random_state=seed,
            progress=lambda done, total: update(completed=done, total=total),
        )
    publish(report, output, REPORT, force)
