"""The printing engine: pages as HTML and PDF, values as words. It imports none of the areas.

An area brings a template and plain data; `page` fills a Jinja template, `pdf` sets a typst
template in a separate process (`setting`). People's texts are data everywhere, never markup.
"""
