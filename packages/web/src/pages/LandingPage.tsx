import { Link } from "wouter";
import { examples, firstExample } from "../examples/catalogue.ts";
import { PythonCode } from "../highlight/PythonCode.tsx";
import { messages } from "../messages/index.ts";
import { Header } from "./Header.tsx";
import styles from "./LandingPage.module.css";
import { useTitle } from "./use-title.ts";

/** `/`: what this is, in one sentence and one program. `links` has the link of each example, in order. */
export function LandingPage({ links }: { readonly links: readonly string[] }) {
  const words = messages.landing;
  useTitle(null);
  return (
    <div className={styles.page}>
      <Header />
      <main>
        <section className={styles.hero}>
          <div>
            <h1>{words.headline}</h1>
            <p className={styles.sentence}>{words.sentence}</p>
            <Link href={links[0] ?? "/"} className="button button-primary">
              {words.run}
            </Link>
          </div>
          <figure className={styles.program}>
            <figcaption>{firstExample.file}</figcaption>
            <PythonCode
              source={firstExample.snippet.code.trimEnd()}
              label={words.programLabel(firstExample.file)}
            />
          </figure>
        </section>
        <section className={styles.facts} aria-label={words.facts}>
          {words.factList.map((fact) => (
            <div key={fact.anchor}>
              <h2>{fact.title}</h2>
              <p>{fact.text}</p>
              <Link href={`/how-it-works#${fact.anchor}`}>{fact.proof}</Link>
            </div>
          ))}
        </section>
        <section className={styles.examples} aria-labelledby="examples">
          <h2 id="examples">{words.examples}</h2>
          <ul>
            {examples.map((example, index) => (
              <li key={example.file}>
                <h3>
                  <Link href={links[index] ?? "/"}>{example.title}</Link>
                </h3>
                <p>{example.about}</p>
                <code>{example.file}</code>
              </li>
            ))}
          </ul>
        </section>
      </main>
      <footer className={styles.footer}>
        <span>{messages.product}</span>
        <span>{messages.footer.licence}</span>
        <Link href="/how-it-works">{messages.footer.howItWorks}</Link>
        <Link href="/settings/secrets">{messages.footer.secrets}</Link>
      </footer>
    </div>
  );
}
