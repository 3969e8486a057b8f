/** Where the entries of a node are, as a piece of code sees it. */
export type Place =
  | { readonly kind: "literal"; readonly text: string }
  /** A number bound to a local. */
  | { readonly kind: "local"; readonly name: string }
  /** An array from position `start` on ("" for the beginning). */
  | { readonly kind: "buffer"; readonly name: string; readonly start: string };

/** A number that every function of the module can read and write by this text. */
export interface SharedPlace {
  readonly kind: "shared";
  readonly text: string;
}
