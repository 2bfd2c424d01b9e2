import { Component, type ReactNode } from "react";
import { messages } from "../messages/index.ts";
import { TextPage } from "./TextPage.tsx";

/** Shows what happened when a page fails, in place of nothing. */
export class PageBoundary extends Component<
  { readonly children: ReactNode },
  { readonly failed: boolean }
> {
  override state = { failed: false };
  static getDerivedStateFromError() {
    return { failed: true };
  }
  override render() {
    if (!this.state.failed) return this.props.children;
    const words = messages.broken;
    return (
      <TextPage title={words.title}>
        <p>{words.text}</p>
        <button
          type="button"
          onClick={() => {
            location.reload();
          }}
        >
          {words.reload}
        </button>
      </TextPage>
    );
  }
}
