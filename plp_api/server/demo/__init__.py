"""The demo: two fictional Vermont districts, loaded once, through the importer that a user uses.

`load` is all there is to call. The files in `seeds/demo` belong to one school
year; they move by whole years to the present one (`years`), and what would lie
in the future is left out.
"""

from plp_api.server.demo.loading import load

__all__ = ["load"]
