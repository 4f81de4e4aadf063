"""List the packages and data files to install; pyproject.toml has everything else.

`migrations/` and `seeds/` are at the top of the checkout, where people look for them, and are
installed inside the package as `plp_api/migrations` and `plp_api/seeds`. The code therefore finds
them beside itself when installed, and one folder up in a checkout. pyproject.toml cannot express
this: it does not allow a mapped folder together with automatic discovery of packages, and an area
forgotten in a hand-written list would be missing from the wheel only.
"""

from setuptools import find_packages, setup

SHIPPED = {"plp_api.migrations": "migrations", "plp_api.seeds": "seeds"}

setup(
    packages=[*find_packages(include=["plp_api", "plp_api.*"]), *SHIPPED],
    package_dir=SHIPPED,
    package_data={
        "plp_api": ["py.typed", "**/*.html", "**/*.txt", "**/*.json", "**/*.css", "**/*.typ"],
        "plp_api.migrations": ["**/*"],
        "plp_api.seeds": ["**/*"],
    },
    exclude_package_data={"": ["__pycache__/*", "*.pyc"]},
)
