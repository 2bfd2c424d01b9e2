/** A name that fits a line; the dialog shows it whole. */
const short = (name: string) =>
  name.length <= 40 ? name : `${name.slice(0, 24)}…${name.slice(-12)}`;

/** Every sentence the host page says, in English. Sentence case; names and text of apps are inserted. */
export const en = {
  product: "Portafilter",
  titles: {
    landing: "Portafilter: Python apps in your browser, secrets in your hands",
    page: (name: string) => `${name} · Portafilter`,
  },
  landing: {
    headline: "Python web apps that run in your browser and ask you for their keys",
    sentence:
      "Open a link and a Streamlit app starts in this tab. When it needs a secret it asks you: the value stays in this tab, or in your account if you sign in, and goes only to apps you allow.",
    run: "Run the example",
    programLabel: (file: string) => `${file}, the first example`,
    facts: "What it does",
    factList: [
      {
        title: "Keys stay yours",
        text: "You see which app wants which secret and why, and you decide. Without an account, what you enter is not sent to the server and is gone when the tab closes.",
        proof: "Where a secret goes",
        anchor: "secrets",
      },
      {
        title: "Starts fast",
        text: "Python wakes up with Streamlit already imported, from a memory image that your browser keeps. No server starts a process for you.",
        proof: "What happens at a start",
        anchor: "start",
      },
      {
        title: "Yours to host",
        text: "No account with anybody else. Get the sources, run make run, and it serves this page, accounts, Python and the packages that apps need.",
        proof: "How to host it",
        anchor: "host",
      },
    ],
    examples: "Examples",
  },
  footer: {
    licence: "Open source, Apache 2.0",
    howItWorks: "How it works",
    secrets: "Secrets",
  },
  examples: {
    owner: "Portafilter examples",
    firstSecret: {
      title: "First secret",
      about: "Asks for one secret and shows it. Type anything: it is only yours to see.",
    },
    openaiChat: {
      title: "OpenAI chat",
      about: "Asks for your OpenAI key, says why, and has one sentence written with it.",
    },
  },
  app: {
    unnamed: "Snippet",
    by: (owner: string) => `by ${owner}`,
    fromLink: "from a link",
    asksFor: (names: readonly string[]) => `asks for: ${names.map(short).join(", ")}`,
    restart: "Restart",
    console: "Console",
    runtimeFrame: "Runtime",
    appFrame: "App",
    home: "Portafilter, start page",
  },
  loading: {
    label: "Loading the app",
    connecting: "Opening a place for the app",
    runtime: "Loading Python",
    packages: "Loading packages",
    starting: "Starting the app",
    ready: "Ready",
    /** `detail` names what is loading, and how large it is. */
    item: (detail: string) => `Loading ${detail}`,
    step: (detail: string) => `Starting the app: ${detail}`,
    slow: "The first start downloads Python and the packages of the app. Your browser keeps them, so the next one is quicker.",
    stalled:
      "Nothing has moved for a minute. The connection may have broken: Restart, above, begins anew.",
  },
  failure: {
    retry: "Retry",
    showConsole: "Show console",
    nothingLost: "Secrets you allowed are still there.",
    detailLabel: "What the app's frame reported",
    runtime: {
      title: "Python could not be loaded",
      text: "The app never began. Check that you are online, then retry.",
    },
    packages: {
      title: "A package of this app could not be loaded",
      text: "The app never began. The package may not exist for Python in the browser, or the connection broke. Retrying helps only with the connection.",
    },
    code: {
      title: "The app's code could not be fetched",
      text: "The app never began. The link only says where its code lies; that address did not give it, or does not allow other sites to read it.",
    },
    storage: {
      title: "Your browser lets this app store nothing",
      text: "The app never began. It runs on a site of its own inside this page and needs that site's storage, which your browser blocks: for that site, for every site inside another one (“third-party”), everywhere, or in private windows. Allow cookies and storage for this page in the browser's settings, or open the link in another browser; then retry.",
    },
    starting: {
      title: "The app could not be started",
      text: "Its packages were loaded, but its code failed before it showed anything. The console has the details for its author.",
    },
    ready: {
      title: "The app stopped",
      text: "Python in this tab ended while the app was running. What you had entered in the app is lost. Retry starts it from the beginning.",
    },
    silent: {
      title: "The app did not start in 30 seconds",
      text: "The frame it runs in never reported. The server may be unreachable, or an extension of the browser may keep the frame from loading.",
    },
    broken: {
      title: "The app was stopped",
      text: "The part of this page that listens to the app could not be loaded, or failed. Check your connection. Retry starts the app anew.",
    },
    navigated: {
      title: "The app was stopped",
      text: "The frame that runs Python tried to leave its place, so it was cut off. No secret was sent there. Retry starts it anew.",
    },
    grabbed: {
      title: "The app was stopped",
      text: "It kept taking the keyboard away from the dialog that asked you for a secret. The dialog gave it nothing, but keys you pressed in that moment may have reached it: if you typed a part of the value, consider replacing it.",
    },
    left: {
      title: "You are signed out, so the app was stopped",
      text: "It held secrets of your account, and has lost them now. Nothing of your account is left in this tab. Retry starts the app anew, without them.",
    },
    violations: {
      title: "The app was stopped",
      text: "It kept sending messages that are not part of the agreement between app and page, or far too many, so it was cut off. Retry starts it anew.",
    },
  },
  secret: {
    asksBy: { open: "“", close: "” by ", end: " asks for this secret." },
    asksUnknown: "An app from a link asks for this secret.",
    reason: "The author's reason:",
    value: "Secret value",
    show: "Show value",
    hide: "Hide value",
    kept: {
      tab: "Kept in this tab only. It is gone when the tab closes.",
      account: "Kept in your account, encrypted.",
      forNow: "Kept in this tab until it can be moved into your account.",
      signIn: {
        before: "Kept in this tab only. ",
        link: "Sign in",
        after: " to keep it in your account.",
      },
    },
    truth:
      "An app you allow, and the packages it loads, can read this value and send it anywhere they can connect.",
    known: {
      tab: "This tab already has a value for it. This app has not been allowed to use it.",
      account: "Your account already has a value for it. This app has not been allowed to use it.",
    },
    /** The app was allowed, but with other packages. */
    knownBefore: {
      tab: "This tab already has a value for it. You allowed this app to use it, but not with these packages.",
      account:
        "Your account already has a value for it. You allowed this app to use it, but not with these packages.",
    },
    packages: {
      count: (count: number) =>
        `It loads ${count === 1 ? "1 package" : `${count} packages`} from outside this server`,
      changed: "What this app loads has changed since you allowed it:",
      others: "What this app loads has changed since you allowed it.",
      added: (name: string, version: string) => `${name} ${version} is new`,
      removed: (name: string, version: string) => `${name} ${version} is gone`,
      updated: (name: string, before: string, now: string) => `${name} ${before} is now ${now}`,
      later: (name: string, version: string) =>
        `${name} ${version} came later, says the app itself`,
      exchanged: (name: string, version: string) => `${name} ${version} has other contents now`,
      more: (count: number) => `and ${count} more`,
    },
    replaces: {
      tab: "What you enter replaces the value in this tab, for every app that uses it.",
      account:
        "What you enter replaces the value in your account, for every app that uses it. The one before is kept as an earlier version.",
    },
    keeping: "Keeping it…",
    nothingLost: "Nothing was lost.",
    unreachable: "The server cannot be reached just now. Nothing was lost: try again in a moment.",
    outOfReach:
      "Secrets in your account cannot be reached just now. Nothing was lost: try again in a moment.",
    add: "Add and allow",
    allow: "Allow",
    other: "Use another value",
    back: "Back",
    deny: "Deny",
    position: (total: number) => `1 of ${total}`,
    notYet: "Ready in a moment.",
    struck: "The app took the keyboard for a moment. Check what you typed.",
    tooSmall: "Make this window larger to answer.",
    empty: "Enter the value first.",
    tooLong: "This value is longer than 64 KiB, which is the most a secret may hold.",
    malformed: "This value holds a character that cannot be stored. Copy it again.",
    surrounded: "The value begins or ends with a space. It is kept exactly as it is.",
    lines: (count: number) => `The value has ${count} lines. They are kept.`,
  },
  notices: {
    label: "Requests for secrets",
    denied: (names: readonly string[]) => `You denied ${names.map(short).join(", ")}.`,
    refusing: "This app keeps asking. Its requests for secrets are refused for this run.",
    askAgain: "Ask me again",
    askable: (names: readonly string[]) =>
      `You will be asked when the app next needs ${names.map(short).join(", ")}.`,
    runAgain: "Run it again",
    unavailable: {
      tab: "A secret could not be kept: this browser blocks storage for this site, or it is full. Nothing was sent to the app. Allow storage for this site, then restart the app.",
      account:
        "Secrets in your account cannot be reached just now. Nothing was lost, and nothing was sent to the app. Try again in a moment.",
    },
    close: "Close this notice",
  },
  merge: {
    label: "Secrets of this tab",
    /** `names` moved; some of them were in the account with the same value already. */
    moved: (names: readonly string[]) =>
      names.length <= 3
        ? `${names.map(short).join(", ")} moved from this tab into your account.`
        : `${names.length} secrets moved from this tab into your account: ${names.map(short).join(", ")}.`,
    replaced: (names: readonly string[]) =>
      names.length === 1
        ? `${names.map(short).join("")} had another value in your account. The one from this tab is used now; the other is kept as an earlier version.`
        : `${names.map(short).join(", ")} had other values in your account. The ones from this tab are used now; the others are kept as earlier versions.`,
    failed:
      "The secrets of this tab could not be moved into your account yet. They are still in this tab, and it is tried again.",
    refused: (why: string) =>
      `The secrets of this tab were not moved into your account. They are still in this tab. ${why}`,
    retry: "Try now",
    show: "Show secrets",
    close: "Close this message",
  },
  console: {
    title: "Console",
    empty: "Nothing has been printed yet.",
    copy: "Copy",
    copied: "Copied",
    copyFailed: "The browser did not allow copying",
    clear: "Clear",
    close: "Close console",
    output: "Output of the app",
    streams: { stdout: "out", stderr: "err", system: "sys" },
    dropped: (count: number) =>
      count === 1
        ? "1 message from the app was not understood and dropped"
        : `${count} messages from the app were not understood and dropped`,
    excess: (count: number) =>
      count === 1
        ? "1 message from the app was too much at once and not taken"
        : `${count} messages from the app were too much at once and not taken`,
  },
  link: {
    opening: "Reading the link",
    unchanged: "Nothing was run and nothing was lost.",
    home: "Go to the start page",
    "unknown-type": {
      title: "This kind of app cannot run here",
      text: (type: string) =>
        `The link is for “${type}”. This server runs Streamlit apps, whose links begin with /snippet/streamlit/v1.`,
    },
    "no-code": {
      title: "This link carries no code",
      text: () =>
        "The part after # is missing or empty. It may have been cut off when the link was copied: ask for it again.",
    },
    "bad-encoding": {
      title: "This link is damaged",
      text: () =>
        "The part after # is not properly encoded (a % sign stands where it must not). It may have been changed on its way: ask for it again.",
    },
    "bad-base64": {
      title: "This link is damaged",
      text: () =>
        "The packed code in it is not base64. It may have been cut off when the link was copied: ask for it again.",
    },
    "bad-gzip": {
      title: "This link is damaged",
      text: () =>
        "The packed code in it could not be unpacked. It may have been cut off when the link was copied: ask for it again.",
    },
    "bad-json": {
      title: "This link is damaged",
      text: () =>
        "It was unpacked, but what is inside does not describe an app (an object with “code” and “requirements”). Whoever made it has to make it again.",
    },
    "too-large": {
      title: "This link carries too much",
      text: () =>
        "Code in a link may be 1 MiB and requirements 16 KiB. Whoever made it can put the code at an address and link to that instead.",
    },
    "extra-files": {
      title: "This link carries files that cannot be opened here",
      text: () =>
        "Besides code and requirements it holds further files. This server opens single-file apps; without its files the app would not be the one its author made.",
    },
  },
  howItWorks: {
    title: "How it works",
    sections: [
      {
        anchor: "secrets",
        title: "Where a secret goes",
        text: [
          "An app calls pycafe.get_secret and waits. The question reaches you in a dialog that this page draws, not the app: it shows the secret's name, which app asks, and the author's reason as a quotation.",
          "Without an account, what you enter is kept in this tab's storage, belongs to this site, and is gone when the tab closes. A copy of the tab begins empty. The server never receives it.",
          "In an account it is stored on the server, encrypted under keys that another server keeps, and is on every device you sign in on. The server sees a value while it stores it and while it delivers it to an app you allow: this is not end-to-end encryption.",
          "An app that you allow gets the value itself. From then on it can send it anywhere it can connect, so allow only apps whose author you trust with it. An app that you did not allow cannot read it: each app runs on an origin of its own.",
        ],
      },
      {
        anchor: "start",
        title: "What happens at a start",
        text: [
          "The page makes two frames on the app's own origin. In a hidden one Python starts, compiled to WebAssembly, from an image of its memory in which Streamlit has been imported already. The other one shows the app.",
          "Packages that the code names are fetched before the app runs, each checked against its SHA-256. The loading screen names what is being loaded, and the browser keeps it for the next time.",
        ],
      },
      {
        anchor: "host",
        title: "How to host it",
        text: [
          "You need the sources, and git, make and Node 20 or newer on the machine. Clone the repository from where Portafilter is published; whoever operates this server knows the address, or can give you a copy. Then make run sets everything up and serves it:",
        ],
        commands: "git clone <address of the repository> portafilter\ncd portafilter\nmake run",
      },
    ],
  },
  outdated: "This page is older than the server: reload it.",
  insecure: {
    title: "Apps cannot run at this address",
    text: "Browsers let a page start Python and ask for secrets only over HTTPS or on localhost. Open this server under such an address; whoever runs it can set one up.",
  },
  notFound: {
    title: "There is nothing at this address",
    text: "The link may be mistyped or cut off. Nothing was run and nothing was lost.",
    home: "Go to the start page",
  },
  notFetched: {
    title: "This page could not be fetched",
    text: "The server did not answer, you are offline, or the server has a newer build of this page by now. Nothing was changed or lost.",
    still: "It did not work out yet. Try again in a moment.",
    retry: "Try again",
  },
  broken: {
    title: "This page failed",
    text: "Something in it went wrong, and it was stopped rather than left half working. Secrets you allowed are still there.",
    reload: "Reload",
  },
} as const;
