import js

js.eval("""
for (let i = 0; i < 3_000; i++) {
  const id = crypto.randomUUID();
  const say = (message) => postMessage({ type: "host", message: { v: 1, ...message } });
  say({ type: "secret.request", id, name: "KEY", reason: "Please." });
  say({ type: "secret.cancel", id });
}
""")
