"""``python -m skresample.cli``."""

from skresample.cli import main

if __name__ == "__main__":
    main()
