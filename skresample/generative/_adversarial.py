"""Wasserstein GAN with gradient penalty (WGAN-GP): trained in PyTorch, exported to NumPy."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from skresample._support import import_extra
from skresample.generative._modes import REACH

__all__ = ["Conditions", "Network", "device_of", "train"]

Floats = npt.NDArray[np.floating]
Indices = npt.NDArray[np.intp]

TEMPERATURE = 0.2  # of the Gumbel softmax by which the generator draws modes and levels
PENALTY = 10.0  # weight of the gradient penalty of WGAN-GP
BETAS = (0.5, 0.9)  # Adam betas, of both networks
WEIGHT_DECAY = 1e-6  # of the generator's weights, in Adam
SLOPE = 0.2  # slope of the critic's leaky ReLU for negative inputs
DROPOUT = 0.5  # probability that training drops a hidden unit of the critic
EMA_DECAY = 0.998  # decay of the exponential moving average of the generator's weights
LEAST_PROBABILITY = 1e-20  # lower limit of what a logarithm is taken of


class Conditions:
    """The levels that the generator can be conditioned on, and the real rows with each level.

    `levels`, (n, c), are positions among the `sizes` levels of each column, each of which occurs.
    `first` is where the levels of a column begin among those of all columns, `flat` the positions
    among all, and `counts` the number of rows with each level.
    """

    def __init__(self, levels: Indices, sizes: list[int]):
        n, c = levels.shape
        self.sizes = np.array(sizes, dtype=np.intp)
        self.first = np.concatenate([[0], np.cumsum(self.sizes)]).astype(np.intp)
        self.flat = levels + self.first[:-1]
        self.counts = np.bincount(self.flat.ravel(), minlength=self.first[-1])
        self._rows = np.argsort(self.flat.T.ravel(), kind="stable") % max(n, 1)
        self._starts = np.cumsum(self.counts) - self.counts
        # By the logarithm of its frequency, a rare level is drawn more often than it occurs.
        weight = np.log1p(self.counts)
        column = np.repeat(np.arange(c), self.sizes)
        total = np.bincount(column, weight, minlength=c)[column]
        self._probability = weight / total / max(c, 1)

    def draw(self, size: int, rng: np.random.Generator) -> tuple[Indices, Indices]:
        """Draw levels of random columns, among those of all columns, and a row with each level."""
        level = rng.choice(self.counts.size, size, p=self._probability)
        nth = (rng.random(size) * self.counts[level]).astype(np.intp)
        return level, self._rows[self._starts[level] + nth]


class Network(NamedTuple):
    """A trained generator: each layer's output is concatenated with its input.

    Batch normalization is merged into the weights.
    """

    weights: list[npt.NDArray[np.float32]]
    biases: list[npt.NDArray[np.float32]]

    def __call__(self, inputs: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Map noise and conditions, (n, n_noise + n_levels), to outputs before activations."""
        h = inputs
        for weight, bias in zip(self.weights[:-1], self.biases[:-1], strict=True):
            h = np.concatenate([np.maximum(h @ weight + bias, 0), h], axis=1)
        outputs: npt.NDArray[np.float32] = h @ self.weights[-1] + self.biases[-1]
        return outputs


def train(
    rows: Floats,
    groups: Indices,
    conditions: Conditions,
    how: Any,
    rng: np.random.Generator,
    each_step: Callable[[int, float], None],
) -> tuple[Network, Floats]:
    """Train a generator of rows against a critic, by the parameters of `how`, a GANOverSampler.

    `rows`, (m, width), are numbers from -4 to 4, then one-hot groups, those of the conditions last.
    `groups`, (width,), is -1 for numbers, then the group of each column. Returned are the moving
    average of the generator, and the losses of critic (without its penalty) and generator. A loss
    that is not finite raises a FloatingPointError.
    """
    torch, device = import_extra("torch", "torch"), device_of(how.device)
    with _reproducible(torch, device, rng):
        return _Trainer(torch, device, rows, groups, conditions, how, rng).run(each_step)


def device_of(name: str) -> Any:
    """Return a PyTorch device; 'auto' is a GPU if there is one. A ValueError says if it fails."""
    torch = import_extra("torch", "torch")
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
        torch.ones(1, device=device).sum().item()
    except (AssertionError, NotImplementedError, RuntimeError) as error:
        raise ValueError(
            f"device={name!r} cannot be used here ({str(error).splitlines()[0]}): use 'auto' or "
            "'cpu'."
        ) from error
    return device


@contextmanager
def _reproducible(torch: Any, device: Any, rng: np.random.Generator) -> Iterator[None]:
    """Seed PyTorch and use one thread, and restore its global state afterwards."""
    n_threads, on_gpu = torch.get_num_threads(), device.type == "cuda"
    with torch.random.fork_rng([device] if on_gpu else []):
        # torch.manual_seed would seed all GPUs, but only those in use are restored.
        seed = int(rng.integers(2**63))
        torch.default_generator.manual_seed(seed)
        if on_gpu:
            with torch.cuda.device(device):
                torch.cuda.manual_seed(seed)
        # Sums depend on the number of threads, and networks of this size need only one.
        torch.set_num_threads(1)
        try:
            yield
        finally:
            torch.set_num_threads(n_threads)


class _Trainer:
    """The state of a training, and its steps; arguments are those of `train`."""

    def __init__(
        self,
        torch: Any,
        device: Any,
        rows: Floats,
        groups: Indices,
        conditions: Conditions,
        how: Any,
        rng: np.random.Generator,
    ):
        self.torch, self.device = torch, device
        self.conditions, self.how, self.rng = conditions, how, rng
        self.n_numbers, self.n_conditions = int((groups < 0).sum()), int(conditions.first[-1])
        self.n_groups = int(groups[-1]) + 1
        self.real_rows = torch.tensor(rows, dtype=torch.float32, device=device)
        self.group = torch.tensor(groups[self.n_numbers :], device=device)
        width = rows.shape[1]
        self.packed_width = how.pac * (width + self.n_conditions)
        hidden = how.hidden_layer_sizes
        self.layers, self.norms = _layers(torch, how.n_noise + self.n_conditions, [*hidden, width])
        self.critic = _critic(torch, self.packed_width, hidden)
        for part in (self.layers, self.norms, self.critic):
            part.to(device)
        learned = [*self.layers.parameters(), *self.norms.parameters()]
        options = {"lr": how.learning_rate, "betas": BETAS}
        self.generator_adam = torch.optim.Adam(learned, weight_decay=WEIGHT_DECAY, **options)
        self.critic_adam = torch.optim.Adam(self.critic.parameters(), **options)
        running = [(norm.running_mean, norm.running_var) for norm in self.norms]
        self.state = [*learned, *(one for pair in running for one in pair)]
        self.averages = [value.detach().clone() for value in self.state]

    def run(self, each_step: Callable[[int, float], None]) -> tuple[Network, Floats]:
        losses = np.empty((self.how.max_iter, 2))
        for step in range(self.how.max_iter):
            losses[step] = self.critic_step(), self.generator_step()
            self.average(step)
            if not np.isfinite(losses[step]).all():
                raise FloatingPointError(
                    f"the losses of step {step + 1} are {losses[step].tolist()}"
                )
            each_step(step, losses[step, 0])
        with self.torch.no_grad():
            for average, value in zip(self.averages, self.state, strict=True):
                value.copy_(average)
        network = _exported(self.layers, self.norms)
        if not all(np.isfinite(values).all() for values in (*network.weights, *network.biases)):
            raise FloatingPointError(f"weights are not finite after step {len(losses)}")
        return network, losses

    def critic_step(self) -> float:
        """Update the critic; return its loss without the gradient penalty."""
        torch, critic = self.torch, self.critic
        condition, real = self.sample()
        with torch.no_grad():
            fake = self.packed(self.generate(condition)[0], condition)
        real = self.packed(real, condition)
        weight = torch.rand((len(real), 1), device=self.device)
        between = (real + weight * (fake - real)).requires_grad_()
        gradient = torch.autograd.grad(critic(between).sum(), between, create_graph=True)[0]
        distance = critic(real).mean() - critic(fake).mean()
        self.critic_adam.zero_grad()
        (PENALTY * ((gradient.norm(dim=1) - 1) ** 2).mean() - distance).backward()
        self.critic_adam.step()
        return -distance.item()

    def generator_step(self) -> float:
        """Update the generator; return its loss."""
        condition, _ = self.sample()
        fake, logits = self.generate(condition)
        loss = -self.critic(self.packed(fake, condition)).mean()
        if self.n_conditions:
            # Cross-entropy between the levels that were asked for and those generated.
            probability = (self.softmax(logits)[:, -self.n_conditions :] * condition).sum(dim=1)
            loss = loss - self.torch.log(probability.clamp_min(LEAST_PROBABILITY)).mean()
        self.generator_adam.zero_grad()
        loss.backward()
        self.generator_adam.step()
        return loss.item()

    def average(self, step: int) -> None:
        """Update the moving average: at first a plain mean, as the decay would be too slow."""
        weight = max(1 - EMA_DECAY, 1 / (1 + step))
        with self.torch.no_grad():
            for average, value in zip(self.averages, self.state, strict=True):
                average.lerp_(value, weight)

    def sample(self) -> tuple[Any, Any]:
        """Draw conditions, one-hot, and real rows that satisfy them."""
        torch, size = self.torch, self.how.batch_size
        if not self.n_conditions:
            row = self.rng.integers(len(self.real_rows), size=size)
            return torch.zeros((size, 0), device=self.device), self.real_rows[row]
        level, row = self.conditions.draw(size, self.rng)
        level = torch.tensor(level, device=self.device)
        one_hot = torch.nn.functional.one_hot(level, self.n_conditions)
        return one_hot.float(), self.real_rows[row]

    def generate(self, condition: Any) -> tuple[Any, Any]:
        """Generate rows by conditions; return them and their logits."""
        torch = self.torch
        noise = torch.randn((len(condition), self.how.n_noise), device=self.device)
        h = torch.cat([noise, condition], dim=1)
        for layer, norm in zip(self.layers, self.norms, strict=False):
            h = torch.cat([torch.relu(norm(layer(h))), h], dim=1)
        outputs = self.layers[-1](h)
        logits = outputs[:, self.n_numbers :]
        parts = [REACH * torch.tanh(outputs[:, : self.n_numbers] / REACH)]
        if logits.shape[1]:
            exponential = torch.empty_like(logits).exponential_().clamp_min(LEAST_PROBABILITY)
            parts.append(self.softmax((logits - torch.log(exponential)) / TEMPERATURE))
        return torch.cat(parts, dim=1), logits

    def softmax(self, logits: Any) -> Any:
        """Return the softmax within each group of columns."""
        torch, shape = self.torch, (len(logits), self.n_groups)
        index = self.group.expand_as(logits)
        top = torch.full(shape, -torch.inf, device=self.device)
        top = top.scatter_reduce(1, index, logits.detach(), "amax")
        power = torch.exp(logits - top[:, self.group])
        total = torch.zeros(shape, device=self.device).index_add(1, self.group, power)
        return power / total[:, self.group]

    def packed(self, rows: Any, condition: Any) -> Any:
        """Return rows with their conditions, `pac` of them side by side."""
        return self.torch.cat([rows, condition], dim=1).reshape(-1, self.packed_width)


def _layers(torch: Any, n_in: int, widths: list[int]) -> tuple[Any, Any]:
    """Return the layers of a generator, whose inputs are all outputs before, and batch norms."""
    nn = torch.nn
    layers = nn.ModuleList()
    for units in widths:
        layers.append(nn.Linear(n_in, units))
        n_in += units
    return layers, nn.ModuleList(nn.BatchNorm1d(units) for units in widths[:-1])


def _critic(torch: Any, n_in: int, widths: tuple[int, ...]) -> Any:
    nn = torch.nn
    parts: list[Any] = []
    for units in widths:
        parts += [nn.Linear(n_in, units), nn.LeakyReLU(SLOPE), nn.Dropout(DROPOUT)]
        n_in = units
    return nn.Sequential(*parts, nn.Linear(n_in, 1))


def _exported(layers: Any, norms: Any) -> Network:
    """Return the layers as NumPy arrays, with batch normalization merged into them."""

    def numpy(*values: Any) -> list[Any]:
        return [value.detach().cpu().numpy().copy() for value in values]

    weights = numpy(*(layer.weight.T for layer in layers))
    biases = numpy(*(layer.bias for layer in layers))
    for i, norm in enumerate(norms):
        factor, shift, mean, var = numpy(
            norm.weight, norm.bias, norm.running_mean, norm.running_var
        )
        factor = factor / np.sqrt(var + np.float32(norm.eps))
        weights[i], biases[i] = weights[i] * factor, (biases[i] - mean) * factor + shift
    return Network(weights, biases)
