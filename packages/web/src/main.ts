import "@fontsource-variable/inter/wght.css";
import "@fontsource-variable/jetbrains-mono/wght.css";
import { createElement } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./App.tsx";
import { withCodeBehind } from "./links/misplaced.ts";
import "./theme/tokens.css";
import "./theme/base.css";

// Before anything can lead away from here, and back by an address that sends the code once more.
const better = withCodeBehind(location);
if (better !== null) history.replaceState(history.state, "", better);

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root");
createRoot(root).render(createElement(App));
