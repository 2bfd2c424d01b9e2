/** What a page says of a file, in either format, as it stands there. */
export type ListedFile = Readonly<{
  filename: string;
  url: string;
  sha256: string | undefined;
  requiresPython?: string | undefined;
  yanked?: boolean | string | undefined;
  size?: number | undefined;
}>;
