import { hamiltonianSystem } from "../hamiltonian-system.js";
import { catalogueSystem, checkOption, checkSize } from "./catalogue-system.js";

/** Options of {@link coupledChain}. */
export interface CoupledChainOptions {
  /** Number of oscillators, at least 2; 16 by default. */
  readonly sites?: number;
  /** Ends tied to walls that do not move (default), or joined to a ring. */
  readonly ends?: "fixed" | "ring";
  /** Quartic term of the springs to the ground; 0 by default. */
  readonly quartic?: number;
  /** Which mode the example starts in: half waves between the walls, or waves around the ring; 1 by default. */
  readonly mode?: number;
}

/**
 * A chain of oscillators, each tied to the ground by a spring and to its neighbours by linear springs (the Klein-Gordon chain; with
 * a quartic term the phi^4 chain):
 *
 * H = sum p^2 / (2 mass) + stiffness q^2 / 2 + quartic q^4 / 4 + sum over neighbours of coupling (q_(i+1) - q_i)^2 / 2.
 *
 * Exact for quartic = 0: a wave of wave number k has the frequency w, w^2 = (stiffness + 4 coupling sin^2(k / 2)) / mass. The example
 * is a standing wave sin(k i) cos(w t) with k = pi mode / (sites + 1) between walls, a wave cos(k i - w t) with k = 2 pi mode / sites
 * that runs around the ring.
 *
 * @throws InputError for fewer than two sites, other ends, a quartic term below 0, or a mode the chain does not have
 */
export function coupledChain({ sites = 16, ends = "fixed", quartic = 0, mode = 1 }: CoupledChainOptions = {}) {
  checkSize("coupledChain, sites", sites, 2);
  checkOption("coupledChain, ends", ends, ends === "fixed" || ends === "ring", '"fixed" or "ring"');
  checkOption("coupledChain, quartic", quartic, quartic >= 0 && Number.isFinite(quartic), "a number from 0 on");
  const exists = Number.isSafeInteger(mode) && mode >= 1 && mode <= sites;
  checkOption("coupledChain, mode", mode, exists, `a whole number from 1 to ${sites}`);
  const [stiffness, coupling] = [0.5, 1];
  const ring = ends === "ring";
  const links = ring ? "sum((q - shift(q, 1))^2)" : "(sum((q - shift(q, 1, 0))^2) + q[-1]^2)";
  const system = hamiltonianSystem({
    name: `chain of ${sites} coupled oscillators`,
    coordinates: { q: [sites] },
    momenta: { p: [sites] },
    parameters: { mass: 1, stiffness, quartic, coupling },
    hamiltonian: `sum(p^2)/(2*mass) + stiffness*sum(q^2)/2 + quartic*sum(q^4)/4 + coupling*${links}/2`,
  });
  const wave = ring ? (2 * Math.PI * mode) / sites : (Math.PI * mode) / (sites + 1);
  const frequency = Math.sqrt(stiffness + 4 * coupling * Math.sin(wave / 2) ** 2);
  const along = (value: (phase: number) => number): Float64Array =>
    Float64Array.from({ length: sites }, (_, i) => value(wave * (i + 1)));
  const at = (time: number) => {
    const turned = frequency * time;
    return ring
      ? {
          q: along((phase) => Math.cos(phase - turned)),
          p: along((phase) => frequency * Math.sin(phase - turned)),
        }
      : {
          q: along((phase) => Math.sin(phase) * Math.cos(turned)),
          p: along((phase) => -frequency * Math.sin(phase) * Math.sin(turned)),
        };
  };
  return catalogueSystem(system, {
    initial: at(0),
    ...(quartic === 0 ? { exact: at, period: (2 * Math.PI) / frequency } : {}),
  });
}
