"""Sphinx configuration: python -m sphinx -W -b html docs docs/_build/html."""

import skresample

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
    "changelog": [],
    "bibliography": [],
}
