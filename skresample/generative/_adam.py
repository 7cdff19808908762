"""Adam, which scikit-learn has only inside its neural networks."""

import numpy as np
import numpy.typing as npt

__all__ = ["Adam"]

# Adam betas: decay of the running means of the gradient and of its square.
BETA_1, BETA_2 = 0.9, 0.999
EPSILON = 1e-8  # avoids a division by zero

Floats = npt.NDArray[np.floating]


class Adam:
    """Change weights, in place, against their gradients :footcite:p:`kingma2015adam`."""

    def __init__(self, weights: dict[str, Floats], learning_rate: float):
        self.weights = weights
        self.learning_rate = learning_rate
        self.n_steps = 0
        self.mean = {name: np.zeros_like(value) for name, value in weights.items()}
        self.square = {name: np.zeros_like(value) for name, value in weights.items()}

    def step(self, gradient: dict[str, Floats]) -> None:
        """Take one step, given the gradient with respect to each of the weights."""
        self.n_steps += 1
        # Both running means start at zero, which these factors correct.
        size = self.learning_rate / (1 - BETA_1**self.n_steps)
        correction = 1 / (1 - BETA_2**self.n_steps)
        for name, slope in gradient.items():
            mean, square = self.mean[name], self.square[name]
            mean += (1 - BETA_1) * (slope - mean)
            square += (1 - BETA_2) * (slope**2 - square)
            self.weights[name] -= size * mean / (np.sqrt(correction * square) + EPSILON)
