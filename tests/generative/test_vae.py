"""VAEOverSampler: what it keeps of a class, its training, and its errors."""

import numpy as np
import pandas as pd
import pytest
from samplers import blobs
from scipy import stats

from skresample import VAEOverSampler
from skresample.generative import vae


def related(m=400, seed=0):
    """Return a class with dependent columns, one skewed and one categorical, and a majority."""
    rng = np.random.default_rng(seed)
    a = rng.normal(size=m)
    b = 0.9 * a + np.sqrt(1 - 0.81) * rng.normal(size=m)
    frame = pd.DataFrame(
        {"a": 50 + 10 * a, "b": b, "c": np.exp(a), "d": np.where(a + b > 0, "high", "low")}
    )
    frame = pd.concat([frame, frame.sample(2 * m, replace=True, random_state=0)])
    return frame.reset_index(drop=True), np.repeat([1, 0], [m, 2 * m])


@pytest.fixture(scope="module", params=["posterior", "prior"])
def drawn(request):
    X, y = related()
    sampler = VAEOverSampler(latent=request.param, random_state=0).fit(X, y)
    return X[y == 1], sampler.sample(4000, label=1), sampler


class TestRows:
    def test_columns_keep_their_distribution(self, drawn):
        real, new, _ = drawn
        for name in "abc":
            # Against 400 real rows, a distance of .07 has a p-value of .05.
            assert stats.ks_2samp(real[name], new[name]).statistic < 0.07
            assert new[name].between(real[name].min(), real[name].max()).all()
        assert (new["d"] == "high").mean() == pytest.approx((real["d"] == "high").mean(), abs=0.08)

    def test_tails_of_a_large_class_keep_their_distribution(self):
        rng = np.random.default_rng(0)
        X = rng.lognormal(sigma=1.0, size=(4_000, 2))
        y = np.repeat([0, 1], [500, 3_500])
        mine = X[y == 1]
        new = VAEOverSampler(max_iter=20, random_state=0).fit(X, y).sample(20_000, label=1)
        np.testing.assert_allclose(new.std(axis=0), mine.std(axis=0), rtol=0.06)
        for column, own in zip(new.T, mine.T, strict=True):
            assert np.quantile(own, 0.9995) < column.max() <= own.max()
            # The highest and the lowest row of 3,500 are each expected in one of 7,000.
            assert np.unique(column, return_counts=True)[1].max() < 12

    def test_columns_keep_their_dependence(self, drawn):
        real, new, _ = drawn
        for one, other in ("ab", "ac", "bc"):
            wanted = stats.spearmanr(real[one], real[other]).statistic
            assert stats.spearmanr(new[one], new[other]).statistic == pytest.approx(wanted, abs=0.1)
        high = (new["a"] > 55) & (new["b"] > 0.5)
        assert (new.loc[high, "d"] == "high").mean() > 0.95

    def test_no_row_is_a_copy(self, drawn):
        real, new, _ = drawn
        # Exceptions have all columns at the ends of their ranges.
        old = set(map(tuple, real[["a", "b", "c"]].to_numpy()))
        copies = [row for row in map(tuple, new[["a", "b", "c"]].to_numpy()) if row in old]
        assert len(copies) < 0.002 * len(new)
        ends = {name: {real[name].min(), real[name].max()} for name in "abc"}
        for row in copies:
            assert all(value in ends[name] for value, name in zip(row, "abc", strict=True))

    def test_only_posterior_samples_are_near_their_parent(self):
        X, y = blobs((300, 60), d=4)
        away = {}
        for latent in ("posterior", "prior"):
            sampler = VAEOverSampler(latent=latent, random_state=0)
            X_out, _ = sampler.fit_resample(X, y)
            parents = sampler.parents_[:, 0]
            to_own = np.linalg.norm(X_out[360:] - X[parents], axis=1)
            other = np.random.default_rng(0).permutation(parents)
            to_other = np.linalg.norm(X_out[360:] - X[other], axis=1)
            away[latent] = to_own.mean() / to_other.mean()
        assert away["posterior"] < 0.9
        assert away["prior"] == pytest.approx(1, abs=0.1)


class TestTraining:
    def test_loss_falls_and_the_best_epoch_is_that_of_the_holdout(self, drawn):
        *_, sampler = drawn
        history = sampler.history_[1]
        training, validation = history["training"], history["validation"]
        assert len(training) == len(validation) <= 300
        assert np.mean(training[-10:]) < np.mean(training[:3])
        # While the weight of the divergence grows, losses are not comparable.
        assert history["best"] >= 30 or history["best"] == int(np.argmin(validation))
        assert validation[history["best"]] <= min(validation[30:])

    def test_patience_stops_the_training(self):
        X, y = blobs((100, 40))
        short = VAEOverSampler(patience=1, random_state=0).fit(X, y).history_[1]["training"]
        long = VAEOverSampler(patience=300, random_state=0).fit(X, y).history_[1]["training"]
        assert len(short) < len(long) == 300

    def test_a_loss_that_is_not_finite_raises_an_error_with_a_remedy(self):
        X, y = blobs((100, 40))
        message = r"cannot be trained on class 1: .*Set learning_rate below 1e\+10"
        with pytest.raises(ValueError, match=message):
            VAEOverSampler(learning_rate=1e10, random_state=0).fit(X, y)

    @pytest.mark.parametrize("with_numbers", [True, False])
    def test_weights_that_are_not_finite_raise_an_error(self, with_numbers):
        X, y = blobs((100, 40))
        if not with_numbers:
            X = np.where(X > 0, "more", "less").astype(object)
        sampler = VAEOverSampler(learning_rate=1e200, max_iter=1, random_state=0)
        with pytest.raises(ValueError, match="cannot be trained on class 1"):
            sampler.fit(X, y)

    def test_a_diverged_training_warns(self):
        X, y = blobs((300, 200))
        with pytest.warns(UserWarning, match="learned nothing about class 1.*below 3"):
            VAEOverSampler(learning_rate=3.0, max_iter=20, random_state=0).fit(X, y)

    def test_verbose_prints_the_progress(self, capfd):
        X, y = blobs((100, 40))
        VAEOverSampler(max_iter=3, random_state=0).fit(X, y)
        assert capfd.readouterr().err == ""
        VAEOverSampler(max_iter=3, verbose=True, random_state=0).fit(X, y)
        assert "VAEOverSampler, class 1: epoch 3 of 3, loss" in capfd.readouterr().err

    @pytest.mark.parametrize("m", range(2, 11))
    def test_few_rows_and_constant_columns(self, m):
        X, y = blobs((40, m))
        X = np.column_stack([X, np.where(y == 1, 5.0, X[:, 0]), np.ones(len(y))])
        new = VAEOverSampler(random_state=0).fit(X, y).sample(50, label=1)
        assert np.isfinite(new).all()
        assert (new[:, 3] == 5).all()
        assert (new[:, 4] == 1).all()

    def test_categories_of_other_classes_are_not_drawn(self):
        X, y = related(60)
        X.loc[y == 0, "d"] = "other"
        new = VAEOverSampler(max_iter=20, random_state=0).fit(X, y).sample(200, label=1)
        assert set(new["d"]) <= {"high", "low"}


def test_a_large_class_is_subsampled(monkeypatch):
    X, y = related()
    monkeypatch.setattr(vae, "MOST_ROWS", 100)
    sizes = []
    train = vae.train

    def spy(network, x, *args, **given):
        sizes.append(len(x))
        return train(network, x, *args, **given)

    monkeypatch.setattr(vae, "train", spy)
    sampler = VAEOverSampler(max_iter=5, random_state=0)
    sampler.fit_resample(X, y)
    assert sizes == [100]
    assert np.unique(sampler.parents_).size == 400  # of all rows
