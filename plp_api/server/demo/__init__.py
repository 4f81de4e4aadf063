"""The demo: two fictional Vermont districts, loaded once, through the importer that a user uses.

Call `load`. The files in `seeds/demo` belong to one school year; their dates move
by whole years to the present one (`years`), and entries that would be in the
future are left out.
"""

from plp_api.server.demo.loading import load

__all__ = ["load"]
