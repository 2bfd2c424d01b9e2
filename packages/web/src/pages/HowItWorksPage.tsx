import { useEffect } from "react";
import { messages } from "../messages/index.ts";
import { TextPage } from "./TextPage.tsx";
import { useTitle } from "./use-title.ts";

/** `/how-it-works`: what stands behind the three facts of the start page. */
export function HowItWorksPage() {
  const words = messages.howItWorks;
  useTitle(words.title);
  useEffect(() => {
    // The page arrives after the browser has looked for the anchor.
    document.getElementById(location.hash.slice(1))?.scrollIntoView();
  }, []);
  return (
    <TextPage title={words.title}>
      {words.sections.map((section) => (
        <section key={section.anchor} aria-labelledby={section.anchor}>
          <h2 id={section.anchor}>{section.title}</h2>
          {section.text.map((paragraph) => (
            <p key={paragraph}>{paragraph}</p>
          ))}
          {"commands" in section && <pre tabIndex={0}>{section.commands}</pre>}
        </section>
      ))}
    </TextPage>
  );
}
