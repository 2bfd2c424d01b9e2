import { type Lock, type LockedFile, normalizedName } from "./lock.ts";

/**
 * The lock in the format of Pyodide's own `pyodide-lock.json`, for the browser. File names are
 * relative to the mirror's address, so `packageBaseUrl` must be that.
 */
export function pyodideLock(lock: Lock): string {
  const packages = lock.files.map((file) => [normalizedName(file.name), entry(file)] as const);
  return JSON.stringify({ info: lock.info, packages: Object.fromEntries(packages) });
}

function entry(file: LockedFile) {
  return {
    // Pyodide compares what it loaded with keys of this table, which are normalized.
    name: normalizedName(file.name),
    version: file.version,
    file_name: `${file.sha256}/${file.file}`,
    install_dir: file.install_dir ?? "site",
    sha256: file.sha256,
    package_type: file.package_type ?? "package",
    imports: file.imports,
    depends: file.depends,
    unvendored_tests: false,
    /** Not in Pyodide's format, which lets it pass: the browser tells the visitor how much is coming. */
    ...(file.size === undefined ? {} : { size: file.size }),
  };
}
