"""Compare samplers on a table."""

import time
from pathlib import Path
from typing import Annotated, Any

from typer import Argument, Option

from skresample.cli.dialects import Dialect
from skresample.cli.options import FORMATS, TARGET, ForceOption, SeedOption, at_least
from skresample.cli.samplers import choose, make_samplers
from skresample.cli.tables import Reader, check_report_output, publish, with_reader
from skresample.cli.terminal import notes, progress_line
from skresample.datasets import load_yeast4

__all__ = ["compare", "make_estimators"]

REPORT = "skresample-report.html"
ALIASES = {
    "logistic": "logistic-regression",
    "linear": "logistic-regression",
    "boosting": "gradient-boosting",
    "forest": "random-forest",
    "tree": "decision-tree",
    "knn": "k-neighbors",
}


@with_reader
def compare(
    table: Annotated[
        Path | None,
        Argument(
            metavar="TABLE",
            help=FORMATS,
            show_default="yeast4: 1,484 proteins, 51 of the minority class",
        ),
    ] = None,
    target: Annotated[str | None, TARGET] = None,
    sampler: Annotated[
        list[str] | None,
        Option(
            help="Sampler, see `skresample samplers`; repeatable.",
            show_default="those of skresample.utils.default_samplers",
        ),
    ] = None,
    estimator: Annotated[
        list[str] | None,
        Option(
            help="Classifier: logistic-regression, gradient-boosting, random-forest, decision-tree "
            "or k-neighbors; repeatable.",
            show_default="the first two",
        ),
    ] = None,
    param: Annotated[
        list[str] | None,
        Option(metavar="NAME=VALUE", help="Parameter of the samplers that have it; repeatable."),
    ] = None,
    *,
    reader: Reader,
    folds: Annotated[int, Option(help="Number of folds of the cross-validation.")] = 5,
    repeats: Annotated[int, Option(help="Number of repetitions of the cross-validation.")] = 2,
    n_jobs: Annotated[int, Option(help="Number of processes; -1 for all processors.")] = -1,
    seed: SeedOption = 0,
    output: Annotated[
        Path | None, Option(help="Report to write.", show_default=f"{REPORT}, or -2, -3, ...")
    ] = None,
    force: ForceOption = False,
) -> None:
    """Compare samplers by cross-validation: does oversampling help on this table?"""
    started = time.perf_counter()
    check_report_output(output, REPORT, force)
    if (table is None) != (target is None):
        raise ValueError(
            "TABLE and --target need each other: give both, or neither to use the example."
        )
    at_least("--folds", folds, 2)
    at_least("--repeats", repeats, 1)
    at_least("--seed", seed, 0)
    methods = make_samplers(sampler or [], param or [])
    models = make_estimators(estimator) if estimator else None

    from sklearn.model_selection import RepeatedStratifiedKFold

    import skresample

    cv = RepeatedStratifiedKFold(n_splits=folds, n_repeats=repeats, random_state=seed)
    names = {"cv: ": "--folds: ", "categorical_features": "--categorical"}
    with notes(names), progress_line("comparing", counted=True) as update:
        if table is None or target is None:
            features, site = load_yeast4(as_frame=True)
            example = features.assign(**{"class": site})
            given = reader.divide(example, Path("yeast4.csv"), "class", Dialect())
        else:
            given = reader.read(table, target)
        result = skresample.compare(
            given.X,
            given.y,
            samplers=methods,
            estimators=models,
            cv=cv,
            n_jobs=n_jobs,
            random_state=seed,
            progress=lambda done, total: update(completed=done, total=total),
        )
    publish(result, output, REPORT, force, f" after {time.perf_counter() - started:.0f} s")


def make_estimators(names: list[str]) -> dict[str, Any]:
    """Return the classifiers with these names, each after standardization."""
    from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.neighbors import KNeighborsClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.tree import DecisionTreeClassifier

    classifiers = {
        "logistic-regression": LogisticRegression(max_iter=1000),
        "gradient-boosting": HistGradientBoostingClassifier(),
        "random-forest": RandomForestClassifier(),
        "decision-tree": DecisionTreeClassifier(),
        "k-neighbors": KNeighborsClassifier(),
    }
    chosen = [choose(ALIASES.get(n.lower(), n), classifiers, "estimator") for n in names]
    return {
        name.replace("-", " "): make_pipeline(StandardScaler(), classifiers[name])
        for name in chosen
    }
