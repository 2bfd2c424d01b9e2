import { createElement } from "react";
import { examples } from "../examples/catalogue.ts";
import { makeLink } from "../links/make-link.ts";
import { LandingPage } from "./LandingPage.tsx";

/** Makes the links of the examples, then the page that shows them: no link is ever half made. */
export async function openLandingPage(): Promise<() => React.ReactNode> {
  const links = await Promise.all(examples.map((example) => makeLink(example.snippet)));
  return () => createElement(LandingPage, { links });
}
