import { hamiltonianSystem } from "../hamiltonian-system.js";
import { catalogueSystem, checkOption, checkSize } from "./catalogue-system.js";

/** Options of {@link fputChain}. */
export interface FputChainOptions {
  /** Number of moving sites, at least 2; 32 by default. */
  readonly sites?: number;
  /** Ends held fixed (default), or joined to a ring, which also conserves the total momentum. */
  readonly ends?: "fixed" | "ring";
}

/**
 * The chain of Fermi, Pasta, Ulam and Tsingou (1955): equal masses joined by springs that are slightly nonlinear,
 * H = sum p^2 / (2 mass) + sum over springs of stiffness r^2 / 2 + alpha r^3 / 3 + beta r^4 / 4, r the stretch of a spring.
 *
 * The example starts in the lowest mode. Exact for alpha = beta = 0 and fixed ends: mode k of n sites oscillates at
 * 2 sqrt(stiffness / mass) sin(pi k / (2 (n + 1))).
 *
 * @throws InputError for fewer than two sites or other ends
 */
export function fputChain({ sites = 32, ends = "fixed" }: FputChainOptions = {}) {
  checkSize("fputChain, sites", sites, 2);
  checkOption("fputChain, ends", ends, ends === "fixed" || ends === "ring", '"fixed" or "ring"');
  const springs = "sum(stiffness*r^2/2 + alpha*r^3/3 + beta*r^4/4)";
  // The springs to the left of each site, and with fixed ends the one after the last site.
  const last = "e = -q[-1]; stiffness*e^2/2 + alpha*e^3/3 + beta*e^4/4";
  const [bindings, end] = last.split("; ") as [string, string];
  const system = hamiltonianSystem({
    name: `FPUT chain of ${sites} sites`,
    coordinates: { q: [sites] },
    momenta: { p: [sites] },
    parameters: { mass: 1, stiffness: 1, alpha: 0.25, beta: 0 },
    hamiltonian:
      ends === "ring"
        ? `r = q - shift(q, 1); sum(p^2)/(2*mass) + ${springs}`
        : `r = q - shift(q, 1, 0); ${bindings}; sum(p^2)/(2*mass) + ${springs} + ${end}`,
    invariants: ends === "ring" ? { momentum: "sum(p)" } : {},
  });
  const wave = ends === "ring" ? (2 * Math.PI) / sites : Math.PI / (sites + 1);
  return catalogueSystem(system, {
    initial: {
      q: Array.from({ length: sites }, (_, i) => Math.sin(wave * (i + 1))),
      p: new Float64Array(sites),
    },
  });
}
