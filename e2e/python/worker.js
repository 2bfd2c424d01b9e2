const core = "/pyodide/";

/** Runs Python in a browser's worker: the suite of the runtime package, or a program. */
addEventListener("message", async ({ data: order }) => {
  try {
    postMessage({ type: "done", result: await carryOut(order) });
  } catch (error) {
    postMessage({ type: "failed", message: String(error?.message ?? error) });
  }
});

// Where the interpreter dies in a callback, nobody else hears of it.
addEventListener("unhandledrejection", ({ reason }) => {
  postMessage({ type: "failed", message: String(reason?.message ?? reason) });
});

async function carryOut({ wheels, forceSync, tests, program }) {
  const { loadPyodide } = await import(`${core}pyodide.mjs`);
  const pyodide = await loadPyodide({
    indexURL: core,
    stdout: (line) => postMessage({ type: "output", line }),
    stderr: (line) => postMessage({ type: "output", line }),
  });
  const site = pyodide.runPython("import site; site.getsitepackages()[0]");
  const archives = wheels.map((path) => fetch(path).then((response) => response.arrayBuffer()));
  for (const archive of await Promise.all(archives)) {
    pyodide.unpackArchive(archive, "wheel", { extractDir: site });
  }
  pyodide.registerJsModule("_portafilter_host", createHost(forceSync));
  if (program !== undefined) return pyodide.runPythonAsync(program);

  const files = await (await fetch("/tests.json")).json();
  pyodide.FS.mkdirTree("/home/pyodide/tests");
  for (const [name, text] of Object.entries(files)) {
    pyodide.FS.writeFile(`/home/pyodide/tests/${name}`, text);
  }
  pyodide.runPython(`
import sys
import portafilter_runtime
portafilter_runtime._blocking.configure()
sys.path.insert(0, "/home/pyodide/tests")
`);
  const { run } = pyodide.pyimport("session");
  const report = (type, ...values) => postMessage({ type, values });
  return forceSync ? run(report, tests) : run.callPromising(report, tests);
}

/** Answers for secrets by their names, so that Python can ask for what it wants to see. */
function createHost(forceSync) {
  const counts = new Map();
  const reasons = new Map();
  const answer = (name, reason) => {
    counts.set(name, (counts.get(name) ?? 0) + 1);
    reasons.set(name, reason ?? undefined);
    const kind = name.split("_")[0];
    if (["DENIED", "UNAVAILABLE", "BUSY"].includes(kind)) {
      return JSON.stringify({ code: `secret_${kind.toLowerCase()}` });
    }
    if (kind === "NONSENSE") return JSON.stringify({ what: 1 });
    if (kind === "BROKEN") throw new Error("The service worker did not answer.");
    return JSON.stringify({ value: `value of ${name}, asked ${counts.get(name)} times` });
  };
  return {
    force_sync: forceSync,
    request_secret: (name, reason, tell) => {
      const text = answer(name, reason);
      setTimeout(tell, 20, text);
    },
    request_secret_sync: answer,
    sleep_sync: (milliseconds) => {
      const http = new XMLHttpRequest();
      http.open("GET", `/sleep?${milliseconds}`, false);
      http.send();
    },
    load_packages: async () => undefined,
    load_packages_sync: () => undefined,
    package_for_import: () => null,
    forget: () => {
      counts.clear();
      reasons.clear();
    },
    count: (name) => counts.get(name) ?? 0,
    reason: (name) => reasons.get(name),
    total: () => [...counts.values()].reduce((sum, count) => sum + count, 0),
  };
}
