type Device = { readonly current: boolean; readonly lastSeenAt: string };

/** This device, then the others as they were last used, newest first. */
export function devicesInOrder<T extends Device>(devices: readonly T[]): T[] {
  return devices.toSorted(
    (one, other) =>
      Number(other.current) - Number(one.current) || newestFirst(one.lastSeenAt, other.lastSeenAt),
  );
}

/** What was added last comes first. */
export function passkeysInOrder<T extends { readonly createdAt: string }>(
  passkeys: readonly T[],
): T[] {
  return passkeys.toSorted((one, other) => newestFirst(one.createdAt, other.createdAt));
}

function newestFirst(one: string, other: string): number {
  return Date.parse(other) - Date.parse(one);
}
