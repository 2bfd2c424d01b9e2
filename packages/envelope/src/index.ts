export type { SecretContext } from "./context.ts";
export { createDek, DataKey } from "./data-key.ts";
export { decrypt, encrypt } from "./envelope.ts";
export { EnvelopeError } from "./envelope-error.ts";
export { isMarkOf, type KeyMark, markOf } from "./key-mark.ts";
export { formatRecord, parseRecord, recordLimits, type SealedRecord } from "./record.ts";
