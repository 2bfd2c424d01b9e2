import { Link } from "wouter";
import type { LinkProblem } from "../links/parse-link.ts";
import { messages } from "../messages/index.ts";
import { plainLine } from "../text/plain-text.ts";
import { TextPage } from "./TextPage.tsx";

type Props = {
  readonly problem: LinkProblem;
  /** The app type in the address, as it stands there. */
  readonly type: string;
};

/** Says what is wrong with a link and what to do. */
export function LinkProblemPage({ problem, type }: Props) {
  const words = messages.link;
  return (
    <TextPage title={words[problem].title}>
      <p>{words[problem].text(plainLine(type).slice(0, 40))}</p>
      <p>{words.unchanged}</p>
      <p>
        <Link href="/" className="button">
          {words.home}
        </Link>
      </p>
    </TextPage>
  );
}
