import { lazy, Suspense } from "react";
import { Route, Switch } from "wouter";
import { MergeCorner } from "./merge/MergeCorner.tsx";
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
const SignInPage = lazy(async () => ({
  default: (await import("./pages/account/SignInPage.tsx")).SignInPage,
}));
const SignedInPage = lazy(async () => ({
  default: (await import("./pages/account/SignedInPage.tsx")).SignedInPage,
}));
const SignUpPage = lazy(async () => ({
  default: (await import("./pages/account/SignUpPage.tsx")).SignUpPage,
}));
const ForgotPage = lazy(async () => ({
  default: (await import("./pages/account/ForgotPage.tsx")).ForgotPage,
}));
const ResetPage = lazy(async () => ({
  default: (await import("./pages/account/ResetPage.tsx")).ResetPage,
}));
const VerifyEmailPage = lazy(async () => ({
  default: (await import("./pages/account/VerifyEmailPage.tsx")).VerifyEmailPage,
}));
const SecretsPage = lazy(async () => ({
  default: (await import("./pages/settings/SecretsPage.tsx")).SecretsPage,
}));
const AccountPage = lazy(async () => ({
  default: (await import("./pages/settings/AccountPage.tsx")).AccountPage,
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
