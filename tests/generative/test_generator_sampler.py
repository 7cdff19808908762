"""GeneratorSampler: what generators get and must return, seeds and errors."""

import random

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from samplers import Bootstrap, blobs
from scipy import sparse, stats
from sklearn.base import BaseEstimator, clone
from sklearn.linear_model import LogisticRegression
from sklearn.mixture import GaussianMixture
from sklearn.neighbors import KernelDensity

from skresample import GeneratorSampler, ResampledClassifier
from skresample.generative.generator_sampler import frame_of
from skresample.table import Rows


class Drawing(Bootstrap):
    """A Bootstrap whose samples are changed before they are returned."""

    def __init__(self, change):
        self.change = change

    def sample(self, n):
        return self.change(super().sample(n))


def mixed(n=40):
    rng = np.random.default_rng(0)
    X = pd.DataFrame(
        {
            "height": np.round(rng.normal(170, 10, n), 1),
            "children": rng.integers(0, 5, n),
            "job": rng.choice(["smith", "baker"], n),
        }
    )
    return X, np.repeat([0, 1], [n - 12, 12])


class TestFit:
    def test_a_frame_of_each_class(self):
        seen = []

        class Noting(Bootstrap):
            def fit(self, frame, extra):
                seen.append((frame, extra))
                super().fit(frame)

        X, y = mixed()
        sampler = GeneratorSampler(
            Noting(), sampling_strategy={0: 30, 1: 20}, fit_params={"extra": "job"}
        )
        sampler.fit(X, y)
        assert [extra for _, extra in seen] == ["job", "job"]
        for label, (frame, _) in enumerate(seen):
            pd.testing.assert_frame_equal(frame, X[y == label].reset_index(drop=True))

    def test_the_given_generator_is_not_changed(self):
        X, y = blobs()
        mixture = GaussianMixture(2)
        before = dict(vars(mixture))
        GeneratorSampler(mixture, random_state=0).fit(X, y).sample(3)
        assert vars(mixture) == before

    @pytest.mark.parametrize(
        "make",
        [
            np.asarray,
            np.asfortranarray,
            sparse.csr_array,
            lambda X: X.astype(">f8"),
            lambda X: X.astype(object),
        ],
    )
    def test_an_array_as_a_frame(self, make):
        X, _ = blobs()
        rows = Rows(make(X), names=list("012"), sampler="a test")
        frame = frame_of(rows, np.array([4, 2]))
        pd.testing.assert_frame_equal(frame, pd.DataFrame(X[[4, 2]], columns=list("012")))

    @pytest.mark.parametrize("make", [pl.from_pandas, pa.Table.from_pandas])
    def test_other_frames_and_their_dates(self, make):
        X, _ = mixed()
        X["when"] = pd.date_range("2020-01-01", periods=len(X))
        table = make(X)
        if isinstance(table, pl.DataFrame):
            table = table.with_columns(pl.col("when").dt.date())
        else:
            table = table.set_column(3, "when", table["when"].cast(pa.date32()))
        frame = frame_of(Rows(table, names=list(X), sampler="a test"), np.array([4, 2]))
        pd.testing.assert_frame_equal(
            frame, X.iloc[[4, 2]].reset_index(drop=True), check_dtype=False
        )
        assert frame["when"].dtype.kind == "M"


class TestDraw:
    def test_number_of_samples_without_parents(self):
        X, y = mixed()
        sampler = GeneratorSampler(Bootstrap(), random_state=0)
        X_out, y_out = sampler.fit_resample(X, y)
        assert np.bincount(y_out).tolist() == [28, 28]
        pd.testing.assert_series_equal(X_out.dtypes, X.dtypes)
        assert sampler.parents_.tolist() == [[-1]] * 16
        rows = set(map(tuple, X[y == 1].to_numpy()))
        assert rows >= set(map(tuple, X_out[40:].to_numpy()))

    def test_distribution_of_a_mixture(self):
        """Second opinion: the mixture fitted to the same rows by hand has the same means."""
        X, y = blobs((400, 300), d=2)
        new = GeneratorSampler(GaussianMixture(), random_state=0).fit(X, y).sample(20_000)
        mixture = GaussianMixture().fit(X[y == 1])
        np.testing.assert_allclose(new.mean(axis=0), mixture.means_[0], atol=0.05)
        np.testing.assert_allclose(np.cov(new.T), mixture.covariances_[0], atol=0.06)
        assert stats.kstest(new[:, 0], X[y == 1, 0]).pvalue > 0.01

    @pytest.mark.parametrize(
        "change", [lambda f: f[f.columns[::-1]], pl.from_pandas, pa.Table.from_pandas]
    )
    def test_columns_in_any_order_and_frames_of_any_library(self, change):
        X, y = mixed()
        plain = GeneratorSampler(Bootstrap(), random_state=0).fit(X, y).sample(9)
        new = GeneratorSampler(Drawing(change), random_state=0).fit(X, y).sample(9)
        pd.testing.assert_frame_equal(new, plain)

    @pytest.mark.parametrize("change", [lambda f: f.to_numpy(), lambda f: (f.to_numpy(), "more")])
    def test_arrays_and_tuples(self, change):
        X, y = mixed()
        plain = GeneratorSampler(Bootstrap(), random_state=0).fit(X, y).sample(9)
        new = GeneratorSampler(Drawing(change), random_state=0).fit(X, y).sample(9)
        pd.testing.assert_frame_equal(new, plain)

    @pytest.mark.parametrize("back", [str, int])
    def test_the_generator_gets_names_as_strings(self, back):
        X, y = blobs()
        X = pd.DataFrame(X, columns=[2019, 2020, 2021])
        generator = Drawing(lambda frame: frame.rename(columns=back))
        sampler = GeneratorSampler(generator, random_state=0)
        X_out, _ = sampler.fit_resample(X, y)
        assert X_out.columns.tolist() == [2019, 2020, 2021]
        rows = Rows(X, names=list(map(str, X.columns)), sampler="a test")
        assert frame_of(rows, np.arange(3)).columns.tolist() == ["2019", "2020", "2021"]

    def test_repeated_names(self):
        X, y = blobs()
        X = pd.DataFrame(X, columns=["a", "a", "b"])
        new = GeneratorSampler(Bootstrap(), random_state=0).fit(X, y).sample(9)
        assert list(new) == ["a", "a", "b"]
        assert set(map(tuple, new.to_numpy())) <= set(map(tuple, X.to_numpy()))

    @pytest.mark.parametrize("make", [lambda f: f, pl.from_pandas, lambda f: f.to_numpy()])
    def test_missing_values_in_any_pattern(self, make):
        """No row of the table has two missing values; the generator draws rows with all three."""
        X, y = mixed()
        X = X.astype({"children": float, "job": object})
        for i, name in enumerate(X):
            X.loc[i, name] = None

        def nothing(frame):
            frame = frame.astype(object)
            frame.iloc[:2] = None
            return frame

        new = GeneratorSampler(Drawing(nothing), random_state=0).fit(make(X), y).sample(5)
        new = (
            pd.DataFrame(new, columns=list(X))
            if isinstance(new, np.ndarray)
            else pd.DataFrame(
                new.to_dict(as_series=False) if isinstance(new, pl.DataFrame) else new
            )
        )
        holes = sorted(new.isna().to_numpy().tolist(), reverse=True)
        assert holes == [[True] * 3] * 2 + [[False] * 3] * 3

    def test_bounds_reflect(self):
        X, y = blobs()
        bounds = {0: (X[:, 0].min(), None)}
        far = Drawing(lambda frame: frame.assign(**{"0": X[:, 0].min() - 1}))
        new = GeneratorSampler(far, bounds=bounds, random_state=0).fit(X, y).sample(4)
        np.testing.assert_allclose(new[:, 0], X[:, 0].min() + 1)

    def test_in_a_model(self):
        X, y = mixed()
        X = X.drop(columns="job")
        sampler = GeneratorSampler(KernelDensity(bandwidth=2.0), random_state=0)
        model = ResampledClassifier(LogisticRegression(), sampler).fit(X, y)
        assert model.predict_proba(X).shape == (40, 2)


class WithOwnSeed:
    """Has a method that sets the seed, as ctgan does."""

    def set_random_state(self, seed):
        self.rng = np.random.default_rng(seed)

    def fit(self, frame):
        self.shape = frame.shape[1]

    def sample(self, n):
        return self.rng.normal(size=(n, self.shape))


class FromParameter(BaseEstimator):
    def __init__(self, random_state=None):
        self.random_state = random_state

    def fit(self, frame):
        self.shape_ = frame.shape[1]
        self.noise_ = np.random.default_rng(self.random_state).normal()

    def sample(self, n):
        return self.noise_ + np.random.default_rng(self.random_state).normal(size=(n, self.shape_))


class FromGlobalStates(WithOwnSeed):
    set_random_state = None

    def __getattribute__(self, name):
        if name == "set_random_state":
            raise AttributeError(name)
        return super().__getattribute__(name)

    def sample(self, n):
        return random.random() + np.random.normal(size=(n, self.shape))  # noqa: NPY002


class TestSeeds:
    @pytest.mark.parametrize(
        "generator",
        [WithOwnSeed(), FromParameter(), FromGlobalStates(), KernelDensity(), GaussianMixture()],
        ids=lambda g: type(g).__name__,
    )
    def test_same_seed_same_rows_and_other_rows_each_time(self, generator):
        X, y = blobs()
        sampler = GeneratorSampler(generator, random_state=0)
        first, second = (clone(sampler).fit(X, y) for _ in range(2))
        one, other = first.sample(5), first.sample(5)
        np.testing.assert_array_equal(one, second.sample(5))
        assert not np.array_equal(one, other)
        seeded = first.sample(5, random_state=3)
        np.testing.assert_array_equal(seeded, first.sample(5, random_state=3))
        assert not np.array_equal(
            one, clone(sampler).set_params(random_state=1).fit(X, y).sample(5)
        )

    def test_global_states_are_restored(self):
        X, y = blobs()
        np.random.seed(0)  # noqa: NPY002
        random.seed(0)
        wanted = np.random.random(), random.random()  # noqa: NPY002
        np.random.seed(0)  # noqa: NPY002
        random.seed(0)
        GeneratorSampler(FromGlobalStates(), random_state=5).fit(X, y).sample(4)
        assert (np.random.random(), random.random()) == wanted  # noqa: NPY002

    def test_a_seed_of_the_user_is_kept_for_the_fit(self):
        X, y = blobs()
        noises = set()
        for seed in range(3):
            sampler = GeneratorSampler(FromParameter(random_state=7), random_state=seed).fit(X, y)
            noises.add(sampler._fitted_class(1)[1].noise_)
        assert noises == {np.random.default_rng(7).normal()}


class TestErrors:
    @pytest.mark.parametrize(
        ("change", "message"),
        [
            (lambda f: f.iloc[1:], "asked for 5 rows but drew 4"),
            (lambda f: f.drop(columns="job"), r"\['job'\] are missing"),
            (lambda f: f.assign(age=1), r"\['age'\] are new"),
            (lambda f: f.rename(columns={"job": "work"}), r"\['job'\] are missing, and \['work'\]"),
            (lambda f: f[["job", *f]], r"\['job'\] are repeated"),
            (lambda f: f.assign(job="king"), "'king' in column 'job', a category that does not"),
            (lambda f: f.assign(children="two"), "Column 'children' held numbers"),
            (lambda f: f.assign(height=np.inf), "infinity in column 'height'"),
            (lambda f: f.assign(height=np.nan), "5 missing values in column 'height'"),
            (lambda f: f.assign(job=None), "5 missing values in column 'job'"),
            (lambda f: f.to_numpy()[:, :2], r"shape \(5, 2\), but the table has 3 columns"),
            (lambda f: 7, r"an array of shape \(\)"),
        ],
    )
    def test_samples_that_do_not_fit_into_the_table(self, change, message):
        X, y = mixed()
        sampler = GeneratorSampler(Drawing(change), random_state=0).fit(X, y)
        with pytest.raises(ValueError, match=f"The generator Drawing .*{message}"):
            sampler.sample(5)

    def test_an_error_of_the_generator_names_the_class(self):
        X, y = mixed()
        with pytest.raises(
            ValueError, match="GaussianMixture could not fit the 12 rows of class 1"
        ):
            GeneratorSampler(GaussianMixture()).fit(X, y)  # it takes no words

        class Never(Bootstrap):
            def sample(self, n):
                raise RuntimeError("not today")

        sampler = GeneratorSampler(Never()).fit(X, y)
        with pytest.raises(ValueError, match=r"could not draw 3 rows of class 1.*not today"):
            sampler.sample(3)

    def test_a_lack_of_memory_is_not_an_error_of_the_generator(self):
        class Greedy(Bootstrap):
            def sample(self, n):
                raise MemoryError

        sampler = GeneratorSampler(Greedy()).fit(*mixed())
        with pytest.raises(MemoryError):
            sampler.sample(3)

    @pytest.mark.parametrize("wrong", [None, "ctgan"])
    def test_not_a_generator(self, wrong):
        with pytest.raises(ValueError, match="'generator' parameter"):
            GeneratorSampler(wrong).fit(*blobs())

    def test_a_class_instead_of_an_instance(self):
        with pytest.raises(TypeError, match="provide an instance"):
            GeneratorSampler(KernelDensity).fit(*blobs())

    def test_one_row(self):
        X, y = blobs((40, 1))
        new = GeneratorSampler(Bootstrap(), random_state=0).fit_resample(X, y)[0][41:]
        assert (new == X[y == 1]).all()
