"""Reports as HTML pages that need no other file, from the templates in ``_templates``."""

import base64
import io
from pathlib import Path
from typing import Any

from skresample._files import write_atomically
from skresample._support import import_extra

__all__ = ["NO_MATH", "STYLE", "data_uri", "plain", "render", "write_page"]

# Matplotlib shall not read the dollar signs of names as formulas.
NO_MATH = {"parse_math": False}
TEMPLATES = Path(__file__).with_name("_templates")
STYLE = (TEMPLATES / "report.css").read_text(encoding="utf-8")


def plain(text: Any) -> str:
    """Return a text in one line, with all that is not printable as Python escapes it."""
    return "".join(one if one.isprintable() else repr(one)[1:-1] for one in str(text))


def render(template: str, **values: Any) -> str:
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
    page = render("page.html.jinja", title=title, body=body)
    return write_atomically(
        path, lambda file: Path(file).write_text(page, encoding="utf-8"), overwrite=overwrite
    )
