"""Adam: gradient steps of a size that each weight learns by itself."""

import numpy as np
import numpy.typing as npt

__all__ = ["Adam"]

# As its authors propose.
FIRST, SECOND, SMALL = 0.9, 0.999, 1e-8

Floats = npt.NDArray[np.floating]


class Adam:
    r"""Change weights against their gradients :footcite:p:`kingma2015adam`.

    With running means m of the gradient and v of its square, a weight changes by
    :math:`-\eta\, m / (\sqrt v + \varepsilon)`.

    Parameters
    ----------
    weights : dict of ndarray
        Changed in place.
    learning_rate : float
        The :math:`\eta`.

    References
    ----------
    .. footbibliography::
    """

    def __init__(self, weights: dict[str, Floats], learning_rate: float):
        self.weights = weights
        self.learning_rate = learning_rate
        self.n_steps = 0
        self.mean = {name: np.zeros_like(value) for name, value in weights.items()}
        self.square = {name: np.zeros_like(value) for name, value in weights.items()}

    def step(self, gradient: dict[str, Floats]) -> None:
        """Take one step.

        Parameters
        ----------
        gradient : dict of ndarray
            With respect to each of the weights.
        """
        self.n_steps += 1
        # Both means began at zero, which is made up for.
        size = self.learning_rate / (1 - FIRST**self.n_steps)
        share = 1 / (1 - SECOND**self.n_steps)
        for name, slope in gradient.items():
            mean, square = self.mean[name], self.square[name]
            mean += (1 - FIRST) * (slope - mean)
            square += (1 - SECOND) * (slope**2 - square)
            self.weights[name] -= size * mean / (np.sqrt(share * square) + SMALL)
