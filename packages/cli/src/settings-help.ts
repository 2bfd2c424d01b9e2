type Setting = readonly [name: string, what: string];

const dataDir: Setting = ["DATA_DIR", "folder of everything that is kept (./data)"];
const address: readonly Setting[] = [
  ["PORT, HOST", "where it listens (8080, 127.0.0.1)"],
  ["PLATFORM_HOST", "host name of the platform's own pages (pycafe.localhost)"],
  ["PUBLIC_URL", "the platform's address as browsers see it, behind a proxy"],
];
const authSecret: Setting = [
  "AUTH_SECRET, AUTH_SECRET_FILE",
  "protects cookies, counters and the audit (made in DATA_DIR)",
];
const database: readonly Setting[] = [
  ["DATABASE_URL, DATABASE_URL_FILE", "PostgreSQL (without it, PGlite in DATA_DIR)"],
  ["DATABASE_POOL", "connections (10)"],
  ["DATABASE_START_TIMEOUT", "seconds that commands wait for it (30)"],
  ["DATABASE_CONNECT_TIMEOUT", "seconds until there must be a connection (5)"],
  ["DATABASE_STATEMENT_TIMEOUT", "seconds for a statement (10)"],
  ["DATABASE_LOCK_TIMEOUT", "seconds for a lock (5)"],
  ["DATABASE_IDLE_IN_TRANSACTION_TIMEOUT", "seconds that a transaction may pause (15)"],
];
const keyClient: readonly Setting[] = [
  ["KEYSERVER_ADDR", "key server, https://host:port; without it there are no accounts"],
  ["KEYSERVER_TOKEN_FILE, KEYSERVER_TOKEN", "the app's token"],
  ["KEYSERVER_CA_FILE", "authorities to believe"],
  ["KEYSERVER_CLIENT_CERT_FILE", "certificate to show, with KEYSERVER_CLIENT_KEY_FILE"],
  ["KEYSERVER_CLIENT_KEY_FILE", "its key"],
  ["KEYSERVER_NAMESPACE", "where OpenBao or Vault has namespaces"],
  ["KEYSERVER_MOUNT, KEYSERVER_KEY", "where the key is (transit, portafilter)"],
  ["KEYSERVER_TIMEOUT", "seconds for an operation (5)"],
  ["KEYSERVER_PLAIN_HTTP", "1 allows plain HTTP to another machine"],
];
const server: readonly Setting[] = [
  ...address,
  ["APPS_DOMAIN", "apps live on <app id>. of it (as PLATFORM_HOST)"],
  dataDir,
  ["TRUSTED_PROXIES", "how many proxies of yours add to X-Forwarded-For (0)"],
  authSecret,
  ["WHEELHOUSE", "folder of wheels, looked in first"],
  ["PIP_INDEX_URL", "package index (as pip is configured)"],
  ["PACKAGE_FILE_HOSTS", "hosts of its files besides its own (what micropip knows)"],
  ["PYODIDE_CDN", "base of Pyodide's CDN"],
  ["SOURCE_CONNECT_TIMEOUT", "seconds until a package source answers (5)"],
  ["SOURCE_IDLE_TIMEOUT", "seconds that it may pause (30)"],
  ["SOURCE_DOWN_TIME", "seconds that it is left alone after a failure (60)"],
  ["LISTED_PACKAGES_MAX_MB", "room for packages that are not in the lock (2048)"],
  ["COMPRESS", "auto, always or never (auto)"],
  ["METRICS_PORT", "port of the loopback address for metrics"],
  ["LOG_LEVEL", "fatal, error, warn, info, debug or silent (warn)"],
  ...keyClient,
  ...database,
  ["SMTP_URL, SMTP_URL_FILE", "mail server, smtps://user:password@host"],
  ["MAIL_FROM", "from whom"],
  ["OIDC_<NAME>_ISSUER", "makes a provider to sign in with"],
  ["OIDC_<NAME>_CLIENT_ID", "ours at that provider"],
  ["OIDC_<NAME>_CLIENT_SECRET", "or …_FILE; without it, PKCE alone"],
  ["OIDC_<NAME>_NAME", "what the button says"],
  ["OIDC_<NAME>_TRUST_EMAIL", "1 where nobody can have another's email (0)"],
];
const keyserver: readonly Setting[] = [
  ["DATA_DIR", "everything is in keyserver/ below it (./data)"],
  ["KEYSERVER_HOST, KEYSERVER_PORT", "where it listens (127.0.0.1, 8210)"],
  ["KEYSERVER_KEY", "name of the app's key (portafilter)"],
  ["ROOT_KEY_FILE, ROOT_KEY", "the root key (root.key in the folder)"],
  ["KEYSERVER_ANCHOR_FILE", "where the anchor is (anchor.json in the folder)"],
  ["KEYSERVER_AUDIT_FILE", "where the audit log is (audit.log in the folder)"],
  ["TLS_CERT_FILE, TLS_KEY_FILE", "needed on any address but loopback"],
  ["CLIENT_CA_FILE", "only clients with a certificate of this authority connect"],
  ["KEYSERVER_PLAIN_HTTP", "1 allows plain HTTP on any address"],
];

const ofCommand = {
  serve: server,
  keyserver,
  "reset-link": [...address, dataDir, ...database],
  "audit verify": [dataDir, authSecret, ...database],
  rotate: [dataDir, ...keyClient, ...database],
  migrate: [
    dataDir,
    ["MIGRATE_DATABASE_URL", "or …_FILE: the same database, as its owner (as DATABASE_URL)"],
    ...database,
  ],
} as const satisfies Record<string, readonly Setting[]>;

/** What a command is told by its environment, for its help. What each means in full is in the documents. */
export function settingsHelp(command: keyof typeof ofCommand | "run"): string {
  const isBoth = command === "run";
  const parts = isBoth
    ? [
        ...list("Settings of the app server, from the environment:", server),
        "",
        ...list("Settings of the key server:", keyserver),
      ]
    : list("Settings, from the environment:", ofCommand[command]);
  return ["", ...parts, "", "docs/operating.md says more about each."].join("\n");
}

function list(title: string, settings: readonly Setting[]): string[] {
  return [title, ...settings.map(([name, what]) => `  ${name.padEnd(38)}  ${what}`)];
}
