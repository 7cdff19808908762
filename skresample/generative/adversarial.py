"""A generator trained against a critic, in PyTorch; what it has learnt is in NumPy."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from skresample.generative._modes import REACH
from skresample.utils import import_extra

__all__ = ["Conditions", "Network", "Training", "device_of", "train"]

Floats = npt.NDArray[np.floating]

TEMPERATURE = 0.2
PENALTY = 10.0
MOMENTS = (0.5, 0.9)
DECAY = 1e-6
SLOPE = 0.2
DROPOUT = 0.5
# Of the average of the generator's weights.
MEMORY = 0.998


class Conditions:
    """The levels that rows can be asked for, and the rows that have them.

    Parameters
    ----------
    places : ndarray of shape (n, c)
        Of each row among the levels of each column.
    sizes : list of int
        How many each has; there is a row with each of them.

    Attributes
    ----------
    first : ndarray of shape (c + 1,)
        Where the levels of each column begin, among those of all.
    flat : ndarray of shape (n, c)
        The places among those of all.
    counts : ndarray of shape (n_levels,)
        How many rows have each.
    """

    def __init__(self, places: npt.NDArray[np.intp], sizes: list[int]):
        n, c = places.shape
        self.sizes = np.array(sizes, dtype=np.intp)
        self.first = np.concatenate([[0], np.cumsum(self.sizes)]).astype(np.intp)
        self.flat = places + self.first[:-1]
        self.counts = np.bincount(self.flat.ravel(), minlength=self.first[-1])
        self._rows = np.argsort(self.flat.T.ravel(), kind="stable") % max(n, 1)
        self._starts = np.cumsum(self.counts) - self.counts
        # The logarithm of the frequency, so that the rare are seen too.
        weight = np.log1p(self.counts)
        column = np.repeat(np.arange(c), self.sizes)
        self._share = weight / np.bincount(column, weight, minlength=c)[column] / max(c, 1)

    def draw(
        self, size: int, rng: np.random.Generator
    ) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
        """Draw a level of a column, both at random, and a row that has it.

        Parameters
        ----------
        size : int
            How often.
        rng : numpy.random.Generator
            Source of the draws.

        Returns
        -------
        level : ndarray of shape (size,)
            Its position among those of all columns; the rarer of a column are drawn more often
            than they are there.
        row : ndarray of shape (size,)
            One of the rows that have it.
        """
        level = rng.choice(self.counts.size, size, p=self._share)
        nth = (rng.random(size) * self.counts[level]).astype(np.intp)
        return level, self._rows[self._starts[level] + nth]


class Network(NamedTuple):
    """What was learnt: layers whose results are joined with what went in.

    Attributes
    ----------
    weights, offsets : list of ndarray
        Of the hidden layers, batch normalisation included, then of the last layer.
    """

    weights: list[npt.NDArray[np.float32]]
    offsets: list[npt.NDArray[np.float32]]

    def __call__(self, inputs: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Return what the last layer says of noise and conditions.

        Parameters
        ----------
        inputs : ndarray of shape (n, n_noise + n_levels)
            Noise, and 1 for the level that is asked for.

        Returns
        -------
        outputs : ndarray of shape (n, width)
            Before tangents and draws are taken.
        """
        h = inputs
        for weight, offset in zip(self.weights[:-1], self.offsets[:-1], strict=True):
            h = np.concatenate([np.maximum(h @ weight + offset, 0), h], axis=1)
        outputs: npt.NDArray[np.float32] = h @ self.weights[-1] + self.offsets[-1]
        return outputs


class Training(NamedTuple):
    """How a generator is trained.

    Attributes
    ----------
    n_steps, batch_size, pac : int
        How often it is corrected, by how many rows, of which so many are shown at once.
    hidden : tuple of int
        Units of its hidden layers, and of the critic's.
    n_noise : int
        How many numbers a row is made from.
    learning_rate : float
        Of both.
    device : str
        Where; 'auto' for a GPU if there is one.
    """

    n_steps: int
    batch_size: int
    pac: int
    hidden: tuple[int, ...]
    n_noise: int
    learning_rate: float
    device: str


def train(
    rows: Floats,
    groups: npt.NDArray[np.intp],
    conditions: Conditions,
    how: Training,
    rng: np.random.Generator,
    each_step: Callable[[int, float], None],
) -> tuple[Network, Floats]:
    """Train a generator of rows against a critic.

    Parameters
    ----------
    rows : ndarray of shape (m, width)
        Real ones: numbers from -4 to 4 and, in groups, the 0 and 1 of which one is 1. The last
        groups are those of the columns that conditions are of.
    groups : ndarray of shape (width,)
        Of which group each is, from 0 on and in order; -1 for numbers, which come first.
    conditions : Conditions
        What can be asked for; of no column for nothing.
    how : Training
        Sizes and steps.
    rng : numpy.random.Generator
        Source of all draws.
    each_step : callable
        Called with the number of a step and the critic's loss.

    Returns
    -------
    network : Network
        The generator, with the averages of its weights over the last steps.
    losses : ndarray of shape (n_steps, 2)
        The critic's, without its penalty, and the generator's.

    Raises
    ------
    FloatingPointError
        If a loss is no finite number.
    """
    torch = import_extra("torch", "torch")
    device = device_of(how.device)
    n_threads = torch.get_num_threads()
    on_gpu = device.type == "cuda"
    with torch.random.fork_rng([device] if on_gpu else []):
        # torch.manual_seed would seed all GPUs, and only those in use are put back.
        seed = int(rng.integers(2**63))
        torch.default_generator.manual_seed(seed)
        if on_gpu:
            with torch.cuda.device(device):
                torch.cuda.manual_seed(seed)
        # Sums of several threads depend on how many they are; so small a network needs one.
        torch.set_num_threads(1)
        try:
            return _train(rows, groups, conditions, how, rng, each_step, device)
        finally:
            torch.set_num_threads(n_threads)


def device_of(name: str) -> Any:
    """Return a device of PyTorch.

    Parameters
    ----------
    name : str
        'auto' for a GPU if there is one.

    Returns
    -------
    device : torch.device
        The device.

    Raises
    ------
    ValueError
        If there is no such device.
    """
    torch = import_extra("torch", "torch")
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
        torch.ones(1, device=device).sum().item()
    except (AssertionError, NotImplementedError, RuntimeError) as error:
        raise ValueError(
            f"device={name!r} cannot be used here ({str(error).splitlines()[0]}): leave it at "
            "'auto', or take 'cpu'."
        ) from error
    return device


def _train(
    rows: Floats,
    groups: npt.NDArray[np.intp],
    conditions: Conditions,
    how: Training,
    rng: np.random.Generator,
    each_step: Callable[[int, float], None],
    device: Any,
) -> tuple[Network, Floats]:
    torch = import_extra("torch", "torch")
    functional = torch.nn.functional
    m, width = rows.shape
    n_numbers, n_asked = int((groups < 0).sum()), int(conditions.first[-1])
    real_rows = torch.tensor(rows, dtype=torch.float32, device=device)
    group = torch.tensor(groups[n_numbers:], device=device)
    layers, norms = _layers(torch, how.n_noise + n_asked, [*how.hidden, width])
    critic = _critic(torch, how.pac * (width + n_asked), how.hidden)
    for part in (layers, norms, critic):
        part.to(device)
    learnt = [*layers.parameters(), *norms.parameters()]
    options = {"lr": how.learning_rate, "betas": MOMENTS}
    generators = torch.optim.Adam(learnt, weight_decay=DECAY, **options)
    critics = torch.optim.Adam(critic.parameters(), **options)
    moving = [norm.running_mean for norm in norms] + [norm.running_var for norm in norms]
    averages = [value.detach().clone() for value in [*learnt, *moving]]

    def ask() -> tuple[Any, Any]:
        if not n_asked:
            row = rng.integers(m, size=how.batch_size)
            return torch.zeros((how.batch_size, 0), device=device), real_rows[row]
        level, row = conditions.draw(how.batch_size, rng)
        asked = functional.one_hot(torch.tensor(level, device=device), n_asked)
        return asked.float(), real_rows[row]

    def softmax(logits: Any) -> Any:
        """Within each group."""
        shape = (len(logits), int(groups[-1]) + 1)
        index = group.expand_as(logits)
        top = torch.full(shape, -torch.inf, device=device)
        top = top.scatter_reduce(1, index, logits.detach(), "amax")
        power = torch.exp(logits - top[:, group])
        total = torch.zeros(shape, device=device).index_add(1, group, power)
        return power / total[:, group]

    def generate(asked: Any) -> tuple[Any, Any]:
        noise = torch.randn((len(asked), how.n_noise), device=device)
        h = torch.cat([noise, asked], dim=1)
        for layer, norm in zip(layers, norms, strict=False):
            h = torch.cat([functional.relu(norm(layer(h))), h], dim=1)
        outputs = layers[-1](h)
        logits = outputs[:, n_numbers:]
        parts = [REACH * torch.tanh(outputs[:, :n_numbers] / REACH)]
        if logits.shape[1]:
            gumbel = -torch.log(torch.empty_like(logits).exponential_().clamp_min(1e-20))
            parts.append(softmax((logits + gumbel) / TEMPERATURE))
        return torch.cat(parts, dim=1), logits

    def packed(made: Any, asked: Any) -> Any:
        return torch.cat([made, asked], dim=1).reshape(-1, how.pac * (width + n_asked))

    def missed(logits: Any, asked: Any) -> Any:
        """Return how improbable the levels that were asked for are."""
        share = softmax(logits)[:, -n_asked:]
        return -torch.log((share * asked).sum(dim=1).clamp_min(1e-20)).mean()

    losses = np.empty((how.n_steps, 2))
    for step in range(how.n_steps):
        asked, real = ask()
        with torch.no_grad():
            made = packed(generate(asked)[0], asked)
        real = packed(real, asked)
        way = torch.rand((len(real), 1), device=device)
        between = (real + way * (made - real)).requires_grad_()
        slope = torch.autograd.grad(critic(between).sum(), between, create_graph=True)[0]
        distance = critic(real).mean() - critic(made).mean()
        critics.zero_grad()
        (PENALTY * ((slope.norm(dim=1) - 1) ** 2).mean() - distance).backward()
        critics.step()

        asked, _ = ask()
        made, logits = generate(asked)
        loss = -critic(packed(made, asked)).mean()
        if n_asked:
            loss = loss + missed(logits, asked)
        generators.zero_grad()
        loss.backward()
        generators.step()
        share = max(1 - MEMORY, 1 / (1 + step))
        with torch.no_grad():
            for average, value in zip(averages, [*learnt, *moving], strict=True):
                average.lerp_(value, share)
        losses[step] = -distance.item(), loss.item()
        if not np.isfinite(losses[step]).all():
            raise FloatingPointError(f"the losses of step {step + 1} are {losses[step].tolist()}")
        each_step(step, losses[step, 0])
    with torch.no_grad():
        for average, value in zip(averages, [*learnt, *moving], strict=True):
            value.copy_(average)
    network = _exported(layers, norms)
    if not all(np.isfinite(values).all() for values in (*network.weights, *network.offsets)):
        raise FloatingPointError(f"step {how.n_steps} ends in no finite numbers")
    return network, losses


def _layers(torch: Any, n_in: int, widths: list[int]) -> tuple[Any, Any]:
    """Return the layers of a generator, each of which is given what all before it said."""
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
    """Return the layers as NumPy has them, the normalisation made part of them."""
    weights, offsets = [], []
    for i, layer in enumerate(layers):
        weight = layer.weight.detach().cpu().numpy().T.copy()
        offset = layer.bias.detach().cpu().numpy().copy()
        if i < len(norms):
            norm = norms[i]
            factor, shift, mean, var = (
                value.detach().cpu().numpy()
                for value in (norm.weight, norm.bias, norm.running_mean, norm.running_var)
            )
            factor = factor / np.sqrt(var + np.float32(norm.eps))
            weight, offset = weight * factor, (offset - mean) * factor + shift
        weights.append(weight)
        offsets.append(offset)
    return Network(weights, offsets)
