import { gunzipSync } from "node:zlib";
import { InputError } from "../../core/errors.js";

/** Whether bytes begin like gzip's. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/**
 * Unpacks gzip.
 *
 * @param bytes the packed contents of a file
 * @param name the file's name, for messages
 * @throws InputError when the data is corrupt or ends early
 */
export function unpackGzip(bytes: Uint8Array, name: string): Uint8Array {
  try {
    return gunzipSync(bytes);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new InputError({ field: name, given: `corrupt gzip data (${reason})`, expected: "data that unpacks" });
  }
}
