"""Says what ships; everything else about the package stands in pyproject.toml.

`migrations/` and `seeds/` stand at the top of the checkout, where people look for them, and are
installed inside the package as `plp_api/migrations` and `plp_api/seeds`. So the code finds them
beside itself when installed, else one folder up. pyproject.toml cannot say this: there, a mapped
folder and automatic discovery of packages exclude each other, and an area left out of a list by
hand would be missing from the wheel and from nowhere else.
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
