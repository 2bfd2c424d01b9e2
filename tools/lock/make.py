"""Writes packages/server/src/packages/lock.json: every wheel the mirror serves, its sha256, its sources.

    python3 tools/lock/make.py

Three layers, the later ones win: everything in the lock of the Pyodide that we ship (its CDN only),
what PyPI's `open_webui` wheel carries of an earlier Pyodide (CDN of that release, then the member),
and the roots below with what they need, pure, from the package index.
"""

import hashlib
import io
import json
import zipfile
from pathlib import Path
from typing import Any

from pip._vendor.packaging.requirements import Requirement
from pip._vendor.packaging.specifiers import SpecifierSet
from pip._vendor.packaging.version import InvalidVersion, Version

import pure_markupsafe
from remote import get, normalized, open_wheel, project_page
from wheel import imports, names, requirements

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "packages/server/src/packages/lock.json"
BUNDLED = ROOT / "packages/server/wheelhouse"
CONTAINER = ("open-webui", "open_webui-0.12.4-py3-none-any.whl", "open_webui/frontend/pyodide/")

ROOTS = ["streamlit==1.67.0", "a2wsgi", "pytest", "httpcore", "h11"]
"""From the package index. openai, httpx, numpy and the like come with the container."""

FRESH = ["certifi", "charset-normalizer", "click", "idna", "packaging", "typing-extensions"]
"""In every interpreter image, where an app cannot replace them: the newest, not the container's."""

PINS = {
    # The newer ones need rpds-py, which is compiled and on the CDN only.
    "jsonschema": "==4.17.3",
    "pyrsistent": "==0.20.0",
    # Newer ones drop the pure wheel or the Python that Pyodide has.
    "protobuf": ">=6,<8",
}
DROP = {
    # Watches files by threads; the server's watcher is off in the browser.
    "streamlit": {"watchdog"},
}
LAZY = {
    # Imported by the first script that uses them, never by `import streamlit`.
    "streamlit": {"numpy", "pandas", "pillow", "pyarrow", "altair", "pydeck"},
}
"""Dependencies that a package does without until its first use of them."""

Entry = dict[str, Any]


def from_pyodide(entry: Entry, release: str) -> Entry:
    usual = {"install_dir": "site", "package_type": "package"}
    return {
        "name": normalized(entry["name"]),
        "version": entry["version"],
        "file": entry["file_name"].split("/")[-1],
        "sha256": entry["sha256"],
        "imports": entry["imports"],
        "depends": [normalized(d) for d in entry["depends"]],
        **{k: entry[k] for k, v in usual.items() if entry.get(k, v) != v},
        "sources": [{"kind": "pyodide", "release": release}],
    }


def carried(shipped: dict[str, Entry]) -> tuple[dict[str, Entry], Entry]:
    """The wheels inside the container, by package, and what is needed to find the container."""
    project, name, folder = CONTAINER
    file = next(f for f in project_page(project)["files"] if f["filename"] == name)
    container = {
        "project": project,
        "file": name,
        "sha256": file["hashes"]["sha256"],
        "size": file["size"],
    }
    found: dict[str, Entry] = {}
    with open_wheel(file) as outer:
        release = json.loads(outer.read(f"{folder}package.json"))["version"]
        packages = json.loads(outer.read(f"{folder}pyodide-lock.json"))["packages"]
        members = {i.filename: i for i in outer.infolist()}
        for key, entry in packages.items():
            member = members.get(folder + entry["file_name"])
            if member is None:
                continue
            found[key] = from_pyodide(entry, release)
            found[key]["size"] = member.file_size
            if key not in shipped:
                # Not Pyodide's own, but put there by its owner from the index.
                found[key]["sources"] = [{"kind": "index"}]
                found[key]["imports"] = imports(zipfile.ZipFile(io.BytesIO(outer.read(member))))
            found[key]["sources"].append(
                {
                    "kind": "member",
                    "path": member.filename,
                    "offset": member.header_offset,
                    "packed": member.compress_size,
                    "method": {0: "stored", 8: "deflate"}[member.compress_type],
                }
            )
    return found, container


def pure_wheel(name: str, wanted: SpecifierSet) -> tuple[str, dict[str, Any]]:
    """The newest release that fits and has a wheel for any platform."""
    fitting = []
    for file in project_page(name)["files"]:
        parts = file["filename"].removesuffix(".whl").split("-")
        if not file["filename"].endswith("-none-any.whl") or file.get("yanked"):
            continue
        python = file.get("requires-python") or ""
        try:
            version = Version(parts[1])
        except InvalidVersion:
            continue
        if "py3" not in parts[-3] or not SpecifierSet(python).contains("3.14.2"):
            continue
        if version in wanted and not version.is_prerelease:
            fitting.append((version, parts[1], file))
    if not fitting:
        raise LookupError(f"{name}{wanted}: no wheel for any platform in the index")
    _, text, file = max(fitting, key=lambda f: f[0])
    return text, file


def from_index(name: str, wanted: SpecifierSet) -> tuple[Entry, list[Requirement]]:
    version, file = pure_wheel(name, wanted)
    with open_wheel(file) as wheel:
        needs, modules = requirements(wheel), imports(wheel)
    needs = [r for r in needs if normalized(r.name) not in DROP.get(name, set())]
    lazy = sorted(LAZY.get(name, set()))
    entry = {
        "name": name,
        "version": version,
        "file": file["filename"],
        "sha256": file["hashes"]["sha256"],
        "size": file["size"],
        "imports": modules,
        "depends": [n for n in names(needs) if n not in lazy],
        **({"lazy": lazy} if lazy else {}),
        "sources": [{"kind": "index"}],
    }
    return entry, needs


def bundle(entry: Entry, data: bytes) -> Entry:
    """Puts a wheel into the repository, and makes the entry say so."""
    BUNDLED.mkdir(exist_ok=True)
    (BUNDLED / entry["file"]).write_bytes(data)
    digest = hashlib.sha256(data).hexdigest()
    return {**entry, "sha256": digest, "size": len(data), "sources": [{"kind": "bundled"}]}


def bundled(container: dict[str, Entry], file: Entry) -> dict[str, Entry]:
    """micropip, which holds the address of the index; markupsafe, which has no pure wheel anywhere."""
    page = next(f for f in project_page(file["project"])["files"] if f["filename"] == file["file"])
    micropip = container["micropip"]
    with open_wheel(page) as outer:
        data = outer.read(micropip["sources"][-1]["path"])
    if hashlib.sha256(data).hexdigest() != micropip["sha256"]:
        raise OSError("micropip did not match the checksum of Pyodide's lock")
    markupsafe = {
        "name": "markupsafe",
        "version": pure_markupsafe.VERSION,
        "file": pure_markupsafe.FILE,
        "imports": ["markupsafe"],
        "depends": [],
    }
    return {
        "micropip": bundle(micropip, data),
        "markupsafe": bundle(markupsafe, pure_markupsafe.build()),
    }


def resolve(have: dict[str, Entry], roots: list[str]) -> dict[str, Entry]:
    """Adds the roots and their needs from the index. What `have` holds stays as it is if it fits."""
    wanted: dict[str, SpecifierSet] = {n: SpecifierSet(s) for n, s in PINS.items()}
    queue = [Requirement(r) for r in roots]
    found: dict[str, Entry] = {}
    while queue:
        requirement = queue.pop(0)
        name = normalized(requirement.name)
        wanted[name] = wanted.get(name, SpecifierSet()) & requirement.specifier
        known = found.get(name) or have.get(name)
        if known is not None and known["version"] in wanted[name]:
            continue
        if name in have:
            raise LookupError(f"{name} {have[name]['version']} does not fit {wanted[name]}")
        if name in LAZY["streamlit"] and name not in ("altair", "pydeck"):
            continue
        found[name], needs = from_index(name, wanted[name])
        print(f"  {name} {found[name]['version']}")
        queue += needs
    return found


def main() -> None:
    shipped = json.loads((ROOT / "node_modules/pyodide/pyodide-lock.json").read_text())
    release = json.loads((ROOT / "node_modules/pyodide/package.json").read_text())["version"]
    base = {
        key: from_pyodide(entry, release)
        for key, entry in shipped["packages"].items()
        if not key.endswith("-tests")
    }
    container, file = carried(shipped["packages"])
    container |= bundled(container, file)
    have = {name: entry for name, entry in container.items() if name not in FRESH}
    files = {**base, **container, **resolve(have, ROOTS + FRESH)}
    missing = {d for e in files.values() for d in e["depends"] if d not in files}
    if missing:
        raise LookupError(f"depended on but not in the lock: {sorted(missing)}")
    lock = {
        "format": 1,
        "pyodide": release,
        "info": shipped["info"],
        "container": file,
        "files": [files[key] for key in sorted(files)],
    }
    LOCK.parent.mkdir(parents=True, exist_ok=True)
    LOCK.write_text(json.dumps(lock, indent=2) + "\n")
    print(f"{len(files)} files locked")


main()
