"""The conditional GAN: conditions, training and errors."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from samplers import blobs
from scipy import stats

from skresample import GANOverSampler
from skresample.generative._adversarial import Conditions, Network

SHORT = {
    "max_iter": 5,
    "batch_size": 20,
    "pac": 2,
    "hidden_layer_sizes": (8,),
    "n_noise": 4,
    "random_state": 0,
}


@pytest.fixture
def torch():
    return pytest.importorskip("torch", reason="GANOverSampler needs torch to be trained")


def mixed(n=300, seed=0):
    """Return a minority class whose height depends on its job; one of three jobs is rare."""
    rng = np.random.default_rng(seed)
    job = rng.choice(["smith", "baker", "king"], n, p=[0.5, 0.4, 0.1])
    means = pd.Series(job).map({"smith": 180, "baker": 160, "king": 170}).to_numpy()
    X = pd.DataFrame({"height": means + rng.normal(0, 2, n), "job": job})
    others = pd.DataFrame({"height": rng.normal(170, 9, n + 50), "job": "king"})
    return pd.concat([X, others], ignore_index=True), np.repeat([1, 0], [n, n + 50])


class TestConditions:
    CODES = np.array([[0, 1], [0, 0], [0, 2], [1, 1]])

    def test_by_hand(self):
        conditions = Conditions(self.CODES, [2, 3])
        assert conditions.first.tolist() == [0, 2, 5]
        assert conditions.flat.tolist() == [[0, 3], [0, 2], [0, 4], [1, 3]]
        assert conditions.counts.tolist() == [3, 1, 1, 2, 1]

    def test_a_row_has_the_drawn_level(self):
        conditions = Conditions(self.CODES, [2, 3])
        category, row = conditions.draw(500, np.random.default_rng(0))
        assert (conditions.flat[row] == category[:, np.newaxis]).any(axis=1).all()
        pairs = set(zip(category.tolist(), row.tolist(), strict=True))
        assert pairs == {(0, 0), (0, 1), (0, 2), (1, 3), (2, 1), (3, 0), (3, 3), (4, 2)}

    def test_columns_evenly_and_categories_by_the_logarithm_of_their_frequency(self):
        conditions = Conditions(self.CODES, [2, 3])
        category, _ = conditions.draw(100_000, np.random.default_rng(0))
        first, second = np.log1p([3, 1]), np.log1p([1, 2, 1])
        wanted = np.concatenate([first / first.sum(), second / second.sum()]) / 2
        np.testing.assert_allclose(np.bincount(category) / category.size, wanted, atol=0.01)

    def test_no_columns(self):
        conditions = Conditions(np.empty((7, 0), dtype=int), [])
        assert conditions.first.tolist() == [0]
        assert conditions.flat.shape == (7, 0)


def test_network_by_hand():
    """A hidden unit relu(x - 1), and 2 * it + 3 * x + 4."""
    weights = [np.array([[1.0]]), np.array([[2.0], [3.0]])]
    network = Network(weights, [np.array([-1.0]), np.array([4.0])])
    assert network(np.array([[0.0], [5.0]])).tolist() == [[4.0], [27.0]]


class TestWithoutTorch:
    def test_the_error_names_the_extra(self, monkeypatch):
        monkeypatch.setitem(sys.modules, "torch", None)
        with pytest.raises(ImportError, match=r'torch: pip install "skresample\[torch\]"'):
            GANOverSampler().fit_resample(*blobs())

    def test_other_samplers_do_not_import_torch(self):
        code = (
            "import sys; from skresample import SMOTE, GANOverSampler;"
            "SMOTE(k_neighbors=1).fit_resample([[0], [1], [2], [3], [4]], [1, 1, 0, 0, 0]);"
            "print(GANOverSampler(max_iter=7), 'torch' in sys.modules)"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        assert done.stdout.strip() == "GANOverSampler(max_iter=7) False", done.stderr

    @pytest.mark.parametrize(
        ("wrong", "message"),
        [
            ({"batch_size": 25, "pac": 10}, "batch_size=25 must be a multiple of pac=10.*use 30"),
            (
                {"hidden_layer_sizes": (16, 0)},
                r"integers of at least 1, got \(16, 0\)",
            ),
            ({"max_iter": 0}, "'max_iter' parameter"),
            ({"learning_rate": 0}, "'learning_rate' parameter"),
            ({"n_jobs": "all"}, "'n_jobs' parameter"),
            ({"random_state": "seed"}, "'random_state' parameter"),
        ],
    )
    def test_wrong_parameters(self, wrong, message):
        with pytest.raises(ValueError, match=message):
            GANOverSampler(**wrong).fit(*blobs())

    def test_one_row(self, monkeypatch):
        monkeypatch.setattr("skresample.generative.gan.device_of", str)
        with pytest.raises(ValueError, match="class 1 has 1 row: use RandomOverSampler"):
            GANOverSampler().fit(*blobs((40, 1)))


@pytest.mark.usefixtures("torch")
class TestTraining:
    def test_learns_modes_categories_and_their_dependence(self):
        X, y = mixed()
        sampler = GANOverSampler(
            max_iter=600, hidden_layer_sizes=(64, 64), learning_rate=1e-3, random_state=0
        )
        new = sampler.fit(X, y).sample(3000, label=1)
        real = X[y == 1]
        share = new["job"].value_counts(normalize=True)
        wanted = real["job"].value_counts(normalize=True)
        assert (share - wanted).abs().max() < 0.12
        means, wanted = (t.groupby("job")["height"].mean() for t in (new, real))
        assert (means - wanted).abs().max() < 4  # 20 between the outer two
        assert stats.ks_2samp(new["height"], real["height"]).statistic < 0.2
        before = GANOverSampler(max_iter=1, random_state=0).fit(X, y).sample(3000, label=1)
        assert np.ptp(before.groupby("job")["height"].mean()) < 10

    def test_exported_network_equals_the_trained_one(self):
        """The layers in NumPy, with batch normalization, equal those of PyTorch."""
        torch = pytest.importorskip("torch")
        from skresample.generative._adversarial import _exported, _layers

        torch.manual_seed(0)
        layers, norms = _layers(torch, 3, [5, 4, 2])
        for norm in norms:
            norm.running_mean.normal_()
            norm.running_var.uniform_(0.5, 2)
            torch.nn.init.normal_(norm.weight)
            torch.nn.init.normal_(norm.bias)
        norms.eval()
        inputs = torch.randn(6, 3)
        h = inputs
        for layer, norm in zip(layers, norms, strict=False):
            h = torch.cat([torch.relu(norm(layer(h))), h], dim=1)
        wanted = layers[-1](h).detach().numpy()
        found = _exported(layers, norms)(inputs.numpy())
        np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-5)

    def test_history(self):
        X, y = blobs((60, 35, 22))
        sampler = GANOverSampler(**SHORT).fit(X, y)
        assert set(sampler.history_) == {1, 2}
        for losses in sampler.history_.values():
            assert losses.shape == (5, 2)
            assert np.isfinite(losses).all()
        assert not np.array_equal(sampler.history_[1], sampler.history_[2])

    def test_progress(self, capsys):
        GANOverSampler(**{**SHORT, "max_iter": 30}, verbose=True).fit(*blobs())
        last = capsys.readouterr().err.split("\r")[-1]
        assert last.startswith("GANOverSampler, class 1: step 30 of 30, critic's loss ")
        GANOverSampler(**SHORT).fit(*blobs())
        assert capsys.readouterr().err == ""

    def test_losses_that_are_not_finite(self):
        sampler = GANOverSampler(**{**SHORT, "max_iter": 200, "learning_rate": 1e30})
        with pytest.raises(ValueError, match=r"class 1: the losses of step \d+ .*below 1e\+30"):
            sampler.fit(*blobs())

    def test_draws_that_are_not_finite(self):
        sampler = GANOverSampler(**{**SHORT, "max_iter": 1, "learning_rate": 1e15})
        with pytest.raises(
            ValueError, match=r"class 1: .*(draws numbers that are|weights are) not finite"
        ):
            sampler.fit(*blobs())

    def test_gpus_are_not_seeded_by_work_on_the_cpu(self, torch, monkeypatch):
        monkeypatch.setattr(torch.cuda, "manual_seed_all", pytest.fail)
        GANOverSampler(**SHORT, device="cpu").fit(*blobs())

    def test_state_of_torch_is_restored(self, torch):
        torch.manual_seed(0)
        wanted, n_threads = torch.rand(3), torch.get_num_threads()
        torch.manual_seed(0)
        GANOverSampler(**SHORT).fit(*blobs())
        assert torch.equal(torch.rand(3), wanted)
        assert torch.get_num_threads() == n_threads

    def test_the_same_rows_at_any_number_of_threads(self, torch):
        X, y = blobs((300, 200), d=6)
        news = []
        n_threads = torch.get_num_threads()
        for n in (1, 2):
            torch.set_num_threads(n)
            sampler = GANOverSampler(**SHORT, n_jobs=n).fit(X, y)
            news.append(sampler.sample(10_000))
        torch.set_num_threads(n_threads)
        np.testing.assert_array_equal(*news)

    @pytest.mark.parametrize("device", ["abacus", "cuda:99", "meta"])
    def test_unknown_device(self, device):
        with pytest.raises(ValueError, match=f"device='{device}' cannot be used here"):
            GANOverSampler(device=device).fit(*blobs())


@pytest.mark.usefixtures("torch")
class TestTables:
    def test_missing_values_are_those_of_the_parent(self):
        X, y = mixed()
        X.loc[X.index % 3 == 0, "height"] = np.nan
        X.loc[X.index % 5 == 0, "job"] = None
        sampler = GANOverSampler(**SHORT)
        X_out, _ = sampler.fit_resample(X, y)
        new, parents = X_out[len(X) :], X.iloc[sampler.parents_[:, 0]]
        assert new.isna().to_numpy().tolist() == parents.isna().to_numpy().tolist()
        assert new.isna().any().all()

    def test_categories_of_other_classes_are_not_drawn(self):
        X, y = mixed()
        X.loc[y == 1, "job"] = "smith"
        new = GANOverSampler(**SHORT).fit(X, y).sample(50, label=1)
        assert (new["job"] == "smith").all()

    @pytest.mark.parametrize("m", range(2, 11))
    def test_few_rows(self, m):
        X, y = blobs((40, m))
        new = GANOverSampler(**SHORT).fit(X, y).sample(30)
        assert np.isfinite(new).all()

    def test_constant_columns_stay_constant(self):
        X, y = blobs()
        X[y == 1, 1] = 0.1
        new = GANOverSampler(**SHORT).fit(X, y).sample(30)
        assert (new[:, 1] == 0.1).all()
        assert np.unique(new[:, 0]).size == 30
