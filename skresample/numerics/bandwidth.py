"""How wide a kernel is."""

__all__ = ["silverman_factor"]


def silverman_factor(n: int, d: int) -> float:
    r"""Return Silverman's factor, :math:`(4 / ((d + 2) n))^{1/(d + 4)}`.

    Times the standard deviation of a feature, it is the bandwidth that is best for
    normal data :footcite:p:`silverman1986density`.

    Parameters
    ----------
    n : int
        How many rows the density is estimated from.
    d : int
        How many features they have.

    Returns
    -------
    factor : float
        The bandwidth of standardised data.

    References
    ----------
    .. footbibliography::

    Examples
    --------
    >>> round(silverman_factor(100, 1), 4)
    0.4217
    """
    return float((4 / ((d + 2) * n)) ** (1 / (d + 4)))
