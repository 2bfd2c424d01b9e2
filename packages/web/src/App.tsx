import { lazy, Suspense } from "react";
import { Route, Switch } from "wouter";
import { NotFoundPage } from "./pages/NotFoundPage.tsx";
import { PageBoundary } from "./pages/PageBoundary.tsx";

const LandingPage = lazy(async () => {
  const { openLandingPage } = await import("./pages/open-landing-page.ts");
  return { default: await openLandingPage() };
});
const SnippetPage = lazy(async () => ({
  default: (await import("./pages/SnippetPage.tsx")).SnippetPage,
}));
const HowItWorksPage = lazy(async () => ({
  default: (await import("./pages/HowItWorksPage.tsx")).HowItWorksPage,
}));

/** The host page: which address is which page. */
export function App() {
  return (
    <PageBoundary>
      <Suspense>
        <Switch>
          <Route path="/">
            <LandingPage />
          </Route>
          <Route path="/how-it-works">
            <HowItWorksPage />
          </Route>
          <Route path="/snippet/:type/v1">{({ type }) => <SnippetPage type={type} />}</Route>
          <Route>
            <NotFoundPage />
          </Route>
        </Switch>
      </Suspense>
    </PageBoundary>
  );
}
