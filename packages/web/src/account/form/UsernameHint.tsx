/** Tells password managers whose password this form holds. Seen and reached by nobody else. */
export function UsernameHint({ email }: { readonly email: string }) {
  return (
    <input type="text" name="username" autoComplete="username" value={email} readOnly hidden />
  );
}
