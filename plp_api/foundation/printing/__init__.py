"""The printing engine: pages as HTML and PDF, values as words. It knows nothing of what is printed.

An area brings a template and plain data; `page` fills a Jinja template, `pdf` has a typst template
set in a process of its own (`setting`). What people wrote is data everywhere, never markup.
"""
