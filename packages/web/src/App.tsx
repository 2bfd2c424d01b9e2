import { Suspense } from "react";
import { Route, Switch, useLocation } from "wouter";
import { MergeCorner } from "./merge/MergeCorner.tsx";
import { lazyPage } from "./pages/lazy-page.ts";
import { NotFoundPage } from "./pages/NotFoundPage.tsx";
import { PageBoundary } from "./pages/PageBoundary.tsx";

const LandingPage = lazyPage(async () =>
  (await import("./pages/open-landing-page.ts")).openLandingPage(),
);
const SnippetPage = lazyPage(async () => (await import("./pages/SnippetPage.tsx")).SnippetPage);
const HowItWorksPage = lazyPage(
  async () => (await import("./pages/HowItWorksPage.tsx")).HowItWorksPage,
);
const SignInPage = lazyPage(
  async () => (await import("./pages/account/SignInPage.tsx")).SignInPage,
);
const SignedInPage = lazyPage(
  async () => (await import("./pages/account/SignedInPage.tsx")).SignedInPage,
);
const SignUpPage = lazyPage(
  async () => (await import("./pages/account/SignUpPage.tsx")).SignUpPage,
);
const ForgotPage = lazyPage(
  async () => (await import("./pages/account/ForgotPage.tsx")).ForgotPage,
);
const ResetPage = lazyPage(async () => (await import("./pages/account/ResetPage.tsx")).ResetPage);
const VerifyEmailPage = lazyPage(
  async () => (await import("./pages/account/VerifyEmailPage.tsx")).VerifyEmailPage,
);
const SecretsPage = lazyPage(
  async () => (await import("./pages/settings/SecretsPage.tsx")).SecretsPage,
);
const AccountPage = lazyPage(
  async () => (await import("./pages/settings/AccountPage.tsx")).AccountPage,
);

/** The host page: which address is which page. */
export function App() {
  const [path] = useLocation();
  return (
    <PageBoundary path={path}>
      <Suspense>
        <Switch>
          <Route path="/">
            <LandingPage />
          </Route>
          <Route path="/how-it-works">
            <HowItWorksPage />
          </Route>
          <Route path="/snippet/:type/v1">{({ type }) => <SnippetPage type={type} />}</Route>
          <Route path="/sign-in">
            <SignInPage />
          </Route>
          <Route path="/sign-in/done">
            <SignedInPage />
          </Route>
          <Route path="/sign-up">
            <SignUpPage />
          </Route>
          <Route path="/forgot">
            <ForgotPage />
          </Route>
          <Route path="/reset">
            <ResetPage />
          </Route>
          <Route path="/verify-email">
            <VerifyEmailPage />
          </Route>
          <Route path="/settings/account">
            <AccountPage />
          </Route>
          <Route path="/settings/secrets">
            <SecretsPage />
          </Route>
          <Route>
            <NotFoundPage />
          </Route>
        </Switch>
      </Suspense>
      <MergeCorner />
    </PageBoundary>
  );
}
