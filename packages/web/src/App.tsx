import { Suspense } from "react";
import { Route, Switch, useLocation } from "wouter";
import { MergeCorner } from "./merge/MergeCorner.tsx";
import { lazyPage } from "./pages/lazy-page.ts";
import { NotFoundPage } from "./pages/NotFoundPage.tsx";
import { PageBoundary } from "./pages/PageBoundary.tsx";

const LandingPage = lazyPage(
  () => import("./pages/open-landing-page.ts"),
  (files) => files.openLandingPage(),
);
const SnippetPage = lazyPage(
  () => import("./pages/SnippetPage.tsx"),
  (files) => files.SnippetPage,
);
const HowItWorksPage = lazyPage(
  () => import("./pages/HowItWorksPage.tsx"),
  (files) => files.HowItWorksPage,
);
const SignInPage = lazyPage(
  () => import("./pages/account/SignInPage.tsx"),
  (files) => files.SignInPage,
);
const SignedInPage = lazyPage(
  () => import("./pages/account/SignedInPage.tsx"),
  (files) => files.SignedInPage,
);
const SignUpPage = lazyPage(
  () => import("./pages/account/SignUpPage.tsx"),
  (files) => files.SignUpPage,
);
const ForgotPage = lazyPage(
  () => import("./pages/account/ForgotPage.tsx"),
  (files) => files.ForgotPage,
);
const ResetPage = lazyPage(
  () => import("./pages/account/ResetPage.tsx"),
  (files) => files.ResetPage,
);
const VerifyEmailPage = lazyPage(
  () => import("./pages/account/VerifyEmailPage.tsx"),
  (files) => files.VerifyEmailPage,
);
const SecretsPage = lazyPage(
  () => import("./pages/settings/SecretsPage.tsx"),
  (files) => files.SecretsPage,
);
const AccountPage = lazyPage(
  () => import("./pages/settings/AccountPage.tsx"),
  (files) => files.AccountPage,
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
