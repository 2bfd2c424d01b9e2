"""Packs the pure files of markupsafe's sdist into a wheel, always the same bytes.

The index has wheels with compiled speedups only; the package falls back to `_native.py` by itself.
"""

import base64
import hashlib
import io
import tarfile
import zipfile

from remote import get, project_page

VERSION = "3.0.3"
FILE = f"markupsafe-{VERSION}-py3-none-any.whl"


def sdist() -> tarfile.TarFile:
    name = f"markupsafe-{VERSION}.tar.gz"
    file = next(f for f in project_page("markupsafe")["files"] if f["filename"] == name)
    data = get(file["url"], {})
    if hashlib.sha256(data).hexdigest() != file["hashes"]["sha256"]:
        raise OSError(f"{name} did not match its checksum")
    return tarfile.open(fileobj=io.BytesIO(data))


def members(source: tarfile.TarFile) -> dict[str, bytes]:
    root, info = f"markupsafe-{VERSION}", f"markupsafe-{VERSION}.dist-info"

    def read(path: str) -> bytes:
        file = source.extractfile(f"{root}/{path}")
        if file is None:
            raise OSError(f"{path} is missing in the sdist")
        return file.read()

    return {
        "markupsafe/__init__.py": read("src/markupsafe/__init__.py"),
        "markupsafe/_native.py": read("src/markupsafe/_native.py"),
        "markupsafe/py.typed": b"",
        f"{info}/METADATA": read("PKG-INFO"),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: portafilter\n"
        b"Root-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/licenses/LICENSE.txt": read("LICENSE.txt"),
    }


def record(files: dict[str, bytes]) -> bytes:
    def digest(data: bytes) -> str:
        return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()

    lines = [f"{path},sha256={digest(data)},{len(data)}" for path, data in files.items()]
    return "\n".join([*lines, f"markupsafe-{VERSION}.dist-info/RECORD,,", ""]).encode()


def build() -> bytes:
    with sdist() as source:
        files = members(source)
    files[f"markupsafe-{VERSION}.dist-info/RECORD"] = record(files)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as wheel:
        for path, data in files.items():
            wheel.writestr(zipfile.ZipInfo(path, (1980, 1, 1, 0, 0, 0)), data)
    return target.getvalue()
