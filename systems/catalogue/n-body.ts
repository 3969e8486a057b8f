import { gather } from "../../core/expression/functions.js";
import { formula } from "../../core/formula/index.js";
import { RandomStream } from "../../core/random.js";
import { hamiltonianSystem } from "../hamiltonian-system.js";
import { catalogueSystem, checkOption, checkSize } from "./catalogue-system.js";

/** Options of {@link nBody}. */
export interface NBodyOptions {
  /** Number of bodies, at least 2; 3 by default. */
  readonly bodies?: number;
  /** Dimensions of space; 2 by default. */
  readonly dimensions?: 2 | 3;
  /**
   * The example: three bodies of unit mass that follow each other along a figure eight (default), any number of them on a ring
   * that turns as a whole, or a ball of bodies at random places, of mass 1 together, that falls into itself.
   */
  readonly orbit?: "figure-eight" | "ring" | "collapse";
  /** Softening length of the gravitation, from 0 on; 0 by default, and 0.1 for a collapse. */
  readonly softening?: number;
  /** Seed of a collapse; 0 by default. */
  readonly seed?: number;
}

/**
 * Bodies in each other's gravitation, q and p of the shape [bodies, dimensions]:
 *
 * H = sum |p|^2 / (2 mass) - sum over pairs of gravity mass_a mass_b / sqrt(|q_a - q_b|^2 + softening^2).
 *
 * Invariants besides the energy: the total momentum and the total angular momentum (one in the plane, three in space).
 *
 * The figure eight (Chenciner and Montgomery 2000) is a stable orbit of the period 6.3259. Exact for a ring of n bodies of mass 1 at
 * the radius 1: it turns at w, w^2 = sum over k = 1 ... n - 1 of sin(pi k / n) d_k / (d_k^2 + softening^2)^(3/2) with the chords
 * d_k = 2 sin(pi k / n); it is unstable for n from 3 on.
 *
 * @throws InputError for fewer than two bodies, other dimensions or orbits, a softening below 0, or a figure eight of other than
 * three bodies, or with softening
 */
export function nBody(options: NBodyOptions = {}) {
  const { bodies = 3, dimensions = 2, orbit = "figure-eight", seed = 0 } = options;
  const { softening = orbit === "collapse" ? 0.1 : 0 } = options;
  checkSize("nBody, bodies", bodies, 2);
  checkOption("nBody, dimensions", dimensions, dimensions === 2 || dimensions === 3, "2 or 3");
  checkOption("nBody, orbit", orbit, Object.hasOwn(ORBITS, orbit), Object.keys(ORBITS).join(", "));
  checkOption("nBody, softening", softening, softening >= 0 && Number.isFinite(softening), "a number from 0 on");
  if (orbit === "figure-eight") {
    checkOption("nBody, bodies", bodies, bodies === 3, "3 for the figure eight");
    checkOption("nBody, softening", softening, softening === 0, "0 for the figure eight");
  }
  const pairs = Array.from({ length: bodies }, (_, a) => Array.from({ length: a }, (_, b) => [a, b] as const)).flat();
  const from = pairs.map(([a]) => a);
  const to = pairs.map(([, b]) => b);
  const plane = (x: number, y: number): string => `sum(q[:, ${x}]*p[:, ${y}] - q[:, ${y}]*p[:, ${x}])`;
  const system = hamiltonianSystem({
    name: `${bodies} bodies in gravitation`,
    coordinates: { q: [bodies, dimensions] },
    momenta: { p: [bodies, dimensions] },
    parameters: { mass: { shape: [bodies], default: orbit === "collapse" ? 1 / bodies : 1 }, gravity: 1, softening },
    hamiltonian: ({ q, p, mass, gravity, softening }) => formula`
      kinetic = sum(sum(${p}^2, 1)/${mass})/2;
      distance = sqrt(sum((${gather(q, from)} - ${gather(q, to)})^2, 1) + ${softening}^2);
      kinetic - ${gravity}*sum(${gather(mass, from)}*${gather(mass, to)}/distance)`,
    invariants: {
      ...Object.fromEntries(
        ["x", "y", "z"].slice(0, dimensions).map((axis, k) => [`momentum_${axis}`, `sum(p[:, ${k}])`]),
      ),
      ...(dimensions === 2
        ? { angular_momentum: plane(0, 1) }
        : { angular_momentum_x: plane(1, 2), angular_momentum_y: plane(2, 0), angular_momentum_z: plane(0, 1) }),
    },
  });
  return catalogueSystem(system, ORBITS[orbit]({ bodies, dimensions, softening, seed }));
}

type Setting = Required<Omit<NBodyOptions, "orbit">>;
type Points = readonly (readonly number[])[];

/** Points of the plane as rows of the given length. */
const rows = (points: Points, dimensions: number): Float64Array =>
  Float64Array.from(points.flatMap((point) => Array.from({ length: dimensions }, (_, k) => point[k] ?? 0)));

/** Place of one body, and momentum of the one in the middle: found by C. Simo, closed after the period to 1e-12. */
const EIGHT = { x: 0.97000435669734, y: -0.24308753153583, px: -0.93240737144104, py: -0.86473146092102 } as const;

const ORBITS = {
  "figure-eight": ({ dimensions }: Setting) => {
    const { x, y, px, py } = EIGHT;
    return {
      initial: {
        q: rows([[x, y], [-x, -y], []], dimensions),
        p: rows(
          [
            [-px / 2, -py / 2],
            [-px / 2, -py / 2],
            [px, py],
          ],
          dimensions,
        ),
      },
      period: 6.32591398292621,
    };
  },
  ring: ({ bodies, dimensions, softening }: Setting) => {
    const pull = Array.from({ length: bodies - 1 }, (_, k) => {
      const sine = Math.sin((Math.PI * (k + 1)) / bodies);
      return (2 * sine ** 2) / (4 * sine ** 2 + softening ** 2) ** 1.5;
    });
    const rate = Math.sqrt(pull.reduce((sum, each) => sum + each, 0));
    const at = (time: number) => {
      const angles = Array.from({ length: bodies }, (_, k) => (2 * Math.PI * k) / bodies + rate * time);
      return {
        q: rows(
          angles.map((angle) => [Math.cos(angle), Math.sin(angle)]),
          dimensions,
        ),
        p: rows(
          angles.map((angle) => [-rate * Math.sin(angle), rate * Math.cos(angle)]),
          dimensions,
        ),
      };
    };
    return { initial: at(0), period: (2 * Math.PI) / rate, exact: at };
  },
  collapse: ({ bodies, dimensions, seed }: Setting) => {
    const random = new RandomStream(seed);
    const place = (): number[] => {
      const point = Array.from({ length: dimensions }, () => 2 * random.nextUniform() - 1);
      return Math.hypot(...point) <= 1 ? point : place();
    };
    return {
      initial: { q: rows(Array.from({ length: bodies }, place), dimensions), p: new Float64Array(bodies * dimensions) },
    };
  },
};
