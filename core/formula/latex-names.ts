const SMALL_LETTERS = (
  "α alpha β beta γ gamma δ delta ε epsilon ζ zeta η eta θ theta ι iota κ kappa λ lambda μ mu ν nu ξ xi " +
  "π pi ρ rho σ sigma τ tau υ upsilon φ phi χ chi ψ psi ω omega"
).split(" ");
/** Greek capitals that look like Latin letters have no command. */
const CAPITALS = "Γ Gamma Δ Delta Θ Theta Λ Lambda Ξ Xi Π Pi Σ Sigma Υ Upsilon Φ Phi Ψ Psi Ω Omega".split(" ");

/** Commands of Greek letters, by letter and by name. */
const COMMANDS: ReadonlyMap<string, string> = new Map(
  [...SMALL_LETTERS, ...CAPITALS].map((word, k, all) => [word, `\\${k % 2 === 0 ? all[k + 1] : word}`]),
);

/** A Greek letter, a single letter or digits as such, a word set upright. */
function wordToLatex(word: string): string {
  const command = COMMANDS.get(word);
  if (command !== undefined) return command;
  return /^(?:.|\d+)$/u.test(word) ? word : `\\mathrm{${word.replaceAll("_", "\\_")}}`;
}

/** A name in LaTeX, and whether it ends in a subscript. */
export interface LatexName {
  readonly text: string;
  readonly subscripted: boolean;
}

/**
 * A name in LaTeX: Greek letters by name or as such, longer words upright, a trailing `_dot` as a dot above, and what
 * follows an underscore and trailing digits as subscripts: `theta1_dot` is `\dot{\theta}_{1}`.
 */
export function nameToLatex(name: string): LatexName {
  const moving = /._dot$/u.test(name);
  const plain = moving ? name.slice(0, -"_dot".length) : name;
  const [head, ...tail] = plain.split("_") as [string, ...string[]];
  const regular = head !== "" && !tail.includes("");
  const letters = regular ? head.replace(/\d+$/, "") : plain;
  const digits = regular ? head.slice(letters.length) : "";
  const subscripts = regular ? [digits, ...tail].filter((part) => part !== "").map(wordToLatex) : [];
  const base = moving ? `\\dot{${wordToLatex(letters)}}` : wordToLatex(letters);
  if (subscripts.length === 0) return { text: base, subscripted: false };
  return { text: `${base}_{${subscripts.join(",")}}`, subscripted: true };
}
