/** How tightly syntax binds, from loose to tight; the parser and the printers agree on it. */
export const LEVEL = { comparison: 1, sum: 2, product: 3, negation: 4, power: 5, index: 6, atom: 7 } as const;
