import { hamiltonianSystem } from "../hamiltonian-system.js";
import { catalogueSystem, checkOption, checkSize } from "./catalogue-system.js";

/** Options of {@link todaLattice}. */
export interface TodaLatticeOptions {
  /** Number of sites, at least 2; 64 by default. */
  readonly sites?: number;
  /** Joined to a ring (default), or free at the ends. */
  readonly ends?: "ring" | "free";
  /** Wave number kappa of each soliton of the example, positive; [1] by default. They start evenly spaced. */
  readonly solitons?: readonly number[];
}

/** Below this a soliton's tail is lost in rounding. */
const LOST = 37;

/**
 * The Toda lattice: particles of unit mass in a row, each pushed away by its neighbours with exponential forces,
 *
 * H = sum p^2 / 2 + sum over neighbours of w, w_i = (strength / steepness) exp(-steepness (q_(i+1) - q_i)).
 *
 * It is integrable: with the matrix of Lax, p on its diagonal and sqrt(w) beside it, the traces of all powers are conserved. Of these
 * the invariants are the momentum, the energy (half the trace of the square), and
 * third = sum p_i^3 / 3 + sum w_i (p_i + p_(i+1)), a third of the trace of the cube, and
 * fourth = sum p_i^4 / 4 + sum w_i (p_i^2 + p_i p_(i+1) + p_(i+1)^2) + w_i^2 / 2 + w_i w_(i+1), a quarter of that of the fourth power
 * (Henon 1974, Flaschka 1974). With free ends all fly apart in the end, with the eigenvalues of that matrix as their momenta.
 *
 * Exact on an infinite lattice (strength and steepness 1): exp(-r_i) = 1 + sinh^2 kappa / cosh^2(kappa i - t sinh kappa) for the stretch
 * r_i = q_(i+1) - q_i, a soliton of speed sinh(kappa) / kappa, faster than sound; solitons pass through each other unchanged. On a
 * ring of n sites solitons press the others apart by 2 sum(kappa) / n, which slows all motion by exp of half that. The example starts
 * with such solitons; its exact motion is given for one alone on a ring with kappa n of at least 37, where its tail is below rounding.
 * With free ends it starts with the same momenta and stretches.
 *
 * @throws InputError for fewer than two sites, other ends, or wave numbers that are not positive
 */
export function todaLattice({ sites = 64, ends = "ring", solitons = [1] }: TodaLatticeOptions = {}) {
  checkSize("todaLattice, sites", sites, 2);
  checkOption("todaLattice, ends", ends, ends === "ring" || ends === "free", '"ring" or "free"');
  const positive = solitons.every((kappa) => kappa > 0 && Number.isFinite(kappa));
  checkOption("todaLattice, solitons", solitons, positive, "positive numbers");
  const ring = ends === "ring";
  const [here, next] = ring ? ["p", "shift(p, -1)"] : ["p[:-1]", "p[1:]"];
  const links = `w = strength/steepness*exp(-steepness*(${ring ? "shift(q, -1) - q" : "q[1:] - q[:-1]"})); a = ${here}; b = ${next}`;
  const products = ring ? "sum(w*shift(w, -1))" : sites > 2 ? "sum(w[1:]*w[:-1])" : "0";
  const system = hamiltonianSystem({
    name: `Toda lattice of ${sites} sites`,
    coordinates: { q: [sites] },
    momenta: { p: [sites] },
    parameters: { strength: 1, steepness: 1 },
    hamiltonian: `${links}; sum(p^2)/2 + sum(w)`,
    invariants: {
      momentum: "sum(p)",
      third: `${links}; sum(p^3)/3 + sum(w*(a + b))`,
      fourth: `${links}; sum(p^4)/4 + sum(w*(a^2 + a*b + b^2)) + sum(w^2)/2 + ${products}`,
    },
  });
  const [first] = solitons;
  const alone = ring && first !== undefined && solitons.length === 1 && first * sites >= LOST;
  const at = (time: number) => solitonsAt(time, sites, solitons);
  return catalogueSystem(system, {
    initial: at(0),
    ...(alone ? { exact: at } : {}),
  });
}

/** How the room that solitons take on a ring slows all motion. */
const soundOf = (sites: number, solitons: readonly number[]): number =>
  Math.exp(-solitons.reduce((sum, kappa) => sum + kappa, 0) / sites);

/** log(2 cosh(x)) - |x|. */
const tail = (x: number): number => Math.log1p(Math.exp(-2 * Math.abs(x)));

/** Positions and momenta of solitons on a ring, as if each were alone, and the ring an endless row of its images. */
function solitonsAt(time: number, sites: number, solitons: readonly number[]) {
  const sound = soundOf(sites, solitons);
  const [q, p] = [new Float64Array(sites), new Float64Array(sites)];
  solitons.forEach((kappa, k) => {
    const rate = sound * Math.sinh(kappa);
    const start = (sites * (k + 1 / 2)) / solitons.length;
    const place = start + (rate / kappa) * time;
    for (let i = 0; i < sites; i++) {
      // Every passage moves a site by 2 kappa, on the background of stretched links.
      const turns = Math.round((place - i) / sites);
      const x = kappa * (i - place + turns * sites);
      const jump = Math.abs(x) - Math.abs(x - kappa) + tail(x) - tail(x - kappa);
      q[i] = (q[i] as number) - jump + 2 * kappa * turns + (2 * kappa * i) / sites;
      p[i] = (p[i] as number) + rate * (Math.tanh(x) - Math.tanh(x - kappa));
    }
  });
  return { q, p };
}
