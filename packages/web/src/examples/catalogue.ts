import openaiChat from "../../../../examples/openai_chat.py?raw";
import firstSecret from "../../../../examples/secret.py?raw";
import type { Snippet } from "../links/snippet.ts";
import { messages } from "../messages/index.ts";

/** A program of the repository's `examples` folder, as the landing page offers it. */
export type Example = {
  readonly file: string;
  readonly title: string;
  readonly about: string;
  readonly snippet: Snippet;
};

const streamlit = (code: string): Snippet => ({ type: "streamlit", code, requirements: "" });

/** The first one is the program that the landing page shows. */
export const firstExample: Example = {
  file: "secret.py",
  ...messages.examples.firstSecret,
  snippet: streamlit(firstSecret),
};

export const examples: readonly Example[] = [
  firstExample,
  { file: "openai_chat.py", ...messages.examples.openaiChat, snippet: streamlit(openaiChat) },
];
