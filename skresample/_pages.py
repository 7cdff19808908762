"""Reports as HTML pages that need no other file, from the templates in ``_templates``."""

import base64
import io
from pathlib import Path
from typing import Any, ClassVar

from skresample._files import write_atomically
from skresample._support import import_extra

__all__ = ["NO_MATH", "STYLE", "Report", "data_uri", "plain", "write_page"]

# Matplotlib shall not read the dollar signs of names as formulas.
NO_MATH = {"parse_math": False}
TEMPLATES = Path(__file__).with_name("_templates")
STYLE = (TEMPLATES / "report.css").read_text(encoding="utf-8")


class Report:
    """What the reports of `compare` and `audit` share: a page, made from a template."""

    _title: ClassVar[str]
    _template: ClassVar[str]

    def _values(self) -> dict[str, Any]:
        """Return what the template needs beside the title and the figure."""
        raise NotImplementedError

    def plot(self) -> Any:
        """Draw the figure of the page."""
        raise NotImplementedError

    def to_html(self, path: Any, *, overwrite: bool = False) -> Path:
        """Write the report as one self-contained HTML page; needs Matplotlib and Jinja2.

        Parameters
        ----------
        path : str or path-like
            The file to write. Its directory must exist.
        overwrite : bool, default=False
            If True, an existing file is replaced.

        Returns
        -------
        path : pathlib.Path
            The file.

        Raises
        ------
        FileExistsError
            If the file exists and `overwrite` is False. Nothing is written then.
        """
        import_extra("matplotlib.pyplot", "cli")  # a file without the figure would be incomplete
        return write_page(path, self._title, self._page(), overwrite=overwrite)

    def _repr_html_(self) -> str | None:
        try:
            return self._page()
        except ImportError:  # without Jinja2 a notebook shows the text
            return None

    def _page(self) -> str:
        import_extra("jinja2", "cli")  # before the figure, which takes longer
        figure = no_figure = ""
        try:
            figure = data_uri(self.plot())
        except ImportError as error:  # a notebook still shows the tables
            no_figure = str(error)
        common = {"title": self._title, "figure": figure, "no_figure": no_figure}
        return _render(self._template, **common, **self._values())


def plain(text: Any) -> str:
    """Return a text in one line, with all that is not printable as Python escapes it."""
    return "".join(one if one.isprintable() else repr(one)[1:-1] for one in str(text))


def _render(template: str, **values: Any) -> str:
    """Fill in a template; all values are escaped and made `plain`, except for markup."""
    jinja2 = import_extra("jinja2", "cli")
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        finalize=lambda value: value if hasattr(value, "__html__") else plain(value),
    )
    return environment.get_template(template).render(**values)


def data_uri(figure: Any) -> str:
    """Return a figure as a PNG inside an address, and close it."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=130)
    import_extra("matplotlib.pyplot", "cli").close(figure)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def write_page(path: Any, title: str, body: str, *, overwrite: bool) -> Path:
    """Write HTML as a page; raise a FileExistsError if there is one, unless it may be replaced."""
    page = _render("page.html.jinja", title=title, body=body)
    return write_atomically(
        path, lambda file: Path(file).write_text(page, encoding="utf-8"), overwrite=overwrite
    )
