import { Link } from "wouter";
import { messages } from "../messages/index.ts";
import { TextPage } from "./TextPage.tsx";
import { useTitle } from "./use-title.ts";

/** Every address that means nothing here. */
export function NotFoundPage() {
  const words = messages.notFound;
  useTitle(words.title);
  return (
    <TextPage title={words.title}>
      <p>{words.text}</p>
      <p>
        <Link href="/" className="button">
          {words.home}
        </Link>
      </p>
    </TextPage>
  );
}
