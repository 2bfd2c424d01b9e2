import { Component, type ReactNode } from "react";
import { messages } from "../messages/index.ts";
import { PageNotFetched } from "./lazy-page.ts";
import { NotFetchedPage } from "./NotFetchedPage.tsx";
import { TextPage } from "./TextPage.tsx";

type Props = {
  /** The address: what failed at one says nothing of another. */
  readonly path: string;
  readonly children: ReactNode;
};
type State = { readonly failure: "none" | "broken" | "not-fetched" };

/** Shows what happened when a page fails, in place of nothing. */
export class PageBoundary extends Component<Props, State> {
  override state: State = { failure: "none" };
  static getDerivedStateFromError(error: unknown): State {
    return { failure: error instanceof PageNotFetched ? "not-fetched" : "broken" };
  }
  override componentDidUpdate({ path }: Props) {
    const hasMoved = path !== this.props.path;
    if (hasMoved && this.state.failure !== "none") this.setState({ failure: "none" });
  }
  override render() {
    switch (this.state.failure) {
      case "none":
        return this.props.children;
      case "not-fetched":
        return <NotFetchedPage />;
      case "broken":
        return <Broken />;
    }
  }
}

function Broken() {
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
