"""Sphinx configuration: python -m sphinx -W -b html docs docs/_build/html."""

from pathlib import Path

import skresample
from skresample._exports import by_room

project = "skresample"
author = "The skresample developers"
copyright = author
version = release = skresample.__version__

extensions = [
    "myst_parser",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.mathjax",
    "sphinx_gallery.gen_gallery",
    "sphinxcontrib.bibtex",
]
source_suffix = {".rst": "restructuredtext", ".md": "markdown"}
templates_path = ["_templates"]
exclude_patterns = ["_build", "changes.d", "examples", "sg_execution_times.rst", "user_guide/_*"]
default_role = "py:obj"
python_use_unqualified_type_names = True

# Pages
myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3

# The API reference: what each room exports, and functions that users import from modules
ROOMS = {
    "density": "Random oversampling and density estimation",
    "smote": "The SMOTE family",
    "generative": "Generative models",
    "spec": "Named distributions",
    "disclosure": "Perturbed data for sharing",
    "cleaning": "Cleaning and hybrid methods",
    "pipeline": "Pipelines",
    "compare": "Comparison",
    "audit": "Audit of synthetic data",
}
FUNCTIONS = {
    "Bandwidth selectors": [
        f"numerics.bandwidth.{name}"
        for name in ("likelihood_cv", "lscv", "isj", "scott", "silverman")
    ],
    "Testing samplers": ["testing.parametrize_with_laws", "testing.check_sampler"],
    "A table to try things on": ["datasets.load_yeast4"],
}


def reference():
    """Return the page that lists the API."""
    exported = by_room()
    titles = ROOMS | {room: room.title() for room in exported if room not in ROOMS}
    sections = {title: exported[room] for room, title in titles.items()} | FUNCTIONS
    page = (
        "API reference\n=============\n\nNames without a dot are imported from ``skresample``, "
        "others from their module.\n\n.. currentmodule:: skresample\n"
    )
    for title, names in sections.items():
        page += f"\n{title}\n{'-' * len(title)}\n\n.. autosummary::\n   :toctree: generated\n\n"
        page += "".join(f"   {name}\n" for name in names)
    return page


(Path(__file__).parent / "reference").mkdir(exist_ok=True)
(Path(__file__).parent / "reference" / "index.rst").write_text(reference(), encoding="utf-8")

# Docstrings
autosummary_generate = True
autodoc_typehints = "none"
numpydoc_show_class_members = False
numpydoc_use_plots = False
numpydoc_xref_param_type = False
numpydoc_validation_checks = {
    "all",
    "ES01",  # an extended summary where one sentence says it all
    "EX01",  # methods are shown in the example of their class
    "SA01",  # See Also likewise
    "RT02",  # a name for what is returned, as scikit-learn gives it
    "YD01",  # Yields
    "GL01",  # the summary stands on the line of the quotes
    "GL02",
}

# References
bibtex_bibfiles = ["refs.bib"]
bibtex_default_style = "plain"

# Gallery
sphinx_gallery_conf = {
    "examples_dirs": "examples",
    "gallery_dirs": "gallery",
    "filename_pattern": r"/plot_",
    "within_subsection_order": "ExampleTitleSortKey",
    "doc_module": ("skresample",),
    "reference_url": {"skresample": None},
    "backreferences_dir": None,
    "download_all_examples": False,
    "show_memory": False,
    "show_signature": False,
    "min_reported_time": 1e6,
    "abort_on_example_error": True,
    "matplotlib_animations": False,
    "image_srcset": ["2x"],
}

# Look
html_theme = "pydata_sphinx_theme"
html_title = f"skresample {version}"
html_static_path = ["_static"]
html_css_files = ["skresample.css"]
html_show_sourcelink = False
html_copy_source = False
html_theme_options = {
    "logo": {"text": "skresample"},
    "navbar_align": "left",
    "navbar_persistent": ["search-button"],
    "navigation_with_keys": False,
    "show_toc_level": 2,
    "secondary_sidebar_items": {"**": ["page-toc"]},
    "footer_start": ["copyright"],
    "footer_end": [],
    "show_prev_next": True,
}
html_sidebars = {
    "quick_start": [],
    "architecture": [],
    "contributing": [],
    "changelog": [],
    "bibliography": [],
}
