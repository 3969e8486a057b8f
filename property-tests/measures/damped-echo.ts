import { differencesOfCost } from "./lagrangian-oscillators.js";

/** What is done differently from the dissipative echo, to see that it matters. */
export interface DampedEchoVariant {
  /** Whether pushes carry e^(-gamma t) and integrals e^(gamma t). @defaultValue true */
  readonly weights?: boolean;
  /** Whether the echo runs with the sign of the damping turned. @defaultValue true */
  readonly flip?: boolean;
}

interface Chain {
  readonly m: readonly number[];
  readonly k: readonly number[];
  readonly c: readonly number[];
  readonly coupling: number;
}

const CHAIN: Chain = { m: [1.2, 0.8, 1, 1.5], k: [0.9, 1.3, 0.7, 1.1], c: [0.5, 0.3, 0.6, 0.2], coupling: 0.8 };
const FIRST = [0.8, -0.5, 0.3, -0.9];
const TARGET = [0.2, 0.4, -0.3, 0.1];
const STEP = 0.05;

/** Positions and kinetic momenta. */
interface Point {
  readonly q: number[];
  readonly pi: number[];
}

const each = (make: (i: number) => number): number[] => FIRST.map((_, i) => make(i));
const at = (values: readonly number[], i: number): number => values[i] as number;

function slopeOfPotential({ k, c, coupling }: Chain, q: readonly number[]): number[] {
  const pull = (i: number, j: number): number => (j in q ? coupling * (at(q, i) - at(q, j)) : 0);
  return each((i) => at(k, i) * at(q, i) + at(c, i) * at(q, i) ** 3 + pull(i, i - 1) + pull(i, i + 1));
}

/** One conformal leapfrog step, with the momenta in its middle. */
function step(chain: Chain, { q, pi }: Point, damping: readonly number[]): Point & { readonly middle: number[] } {
  const decay = damping.map((rate) => Math.exp((-rate * STEP) / 2));
  const before = slopeOfPotential(chain, q);
  const middle = each((i) => at(decay, i) * (at(pi, i) - (STEP / 2) * at(before, i)));
  const moved = each((i) => at(q, i) + (STEP * at(middle, i)) / at(chain.m, i));
  const after = slopeOfPotential(chain, moved);
  return { q: moved, pi: each((i) => at(decay, i) * at(middle, i) - (STEP / 2) * at(after, i)), middle };
}

/** The weight of a node in the cost. */
const share = (node: number, steps: number): number => (node === 0 || node === steps ? STEP / 2 : STEP);

function costOf(
  chain: Chain,
  damping: readonly number[],
  steps: number,
): { readonly cost: number; readonly end: Point } {
  let end: Point = { q: [...FIRST], pi: each(() => 0) };
  let cost = 0;
  for (let node = 0; node <= steps; node++) {
    cost += share(node, steps) * end.q.reduce((sum, value, i) => sum + (value - at(TARGET, i)) ** 2 / 2, 0);
    if (node < steps) end = step(chain, end, damping);
  }
  return { cost, end };
}

/** The integral of dL/dtheta along an echo, by parameter entry: m, k, c, coupling. */
function echoIntegral(
  chain: Chain,
  damping: readonly number[],
  steps: number,
  nudge: number,
  { weights = true, flip = true }: DampedEchoVariant,
): number[] {
  const rate = damping.reduce((sum, value) => sum + value, 0) / damping.length;
  const growth = (time: number): number => (weights ? Math.exp(rate * time) : 1);
  const { end } = costOf(chain, damping, steps);
  const turned = flip ? damping.map((value) => -value) : damping;
  let echo: Point = { q: end.q, pi: end.pi.map((value) => -value) };
  const sums = { m: each(() => 0), k: each(() => 0), c: each(() => 0), coupling: 0 };
  const potential = (q: readonly number[], factor: number): void => {
    q.forEach((value, i) => {
      sums.k[i] = at(sums.k, i) - (factor * value ** 2) / 2;
      sums.c[i] = at(sums.c, i) - (factor * value ** 4) / 4;
      if (i > 0) sums.coupling -= (factor * (value - at(q, i - 1)) ** 2) / 2;
    });
  };
  for (let node = steps; node > 0; node--) {
    const push = (nudge * share(node, steps)) / growth(node * STEP);
    const { q } = echo;
    const pushed = each((i) => at(echo.pi, i) + push * (at(q, i) - at(TARGET, i)));
    const next = step(chain, { q, pi: pushed }, turned);
    potential(q, (STEP / 2) * growth(node * STEP));
    potential(next.q, (STEP / 2) * growth((node - 1) * STEP));
    next.middle.forEach((value, i) => {
      sums.m[i] = at(sums.m, i) + (STEP * growth((node - 0.5) * STEP) * value ** 2) / (2 * at(chain.m, i) ** 2);
    });
    echo = next;
  }
  return [...sums.m, ...sums.k, ...sums.c, sums.coupling];
}

/**
 * The relative error of the echo gradient of four damped quartic oscillators that start at rest, written out in plain numbers
 * apart from the library, against differences of the cost. `damping` is one rate per oscillator: unequal ones have no echo.
 */
export function dampedEchoError(
  damping: readonly number[],
  horizon: number,
  nudge: number,
  variant: DampedEchoVariant = {},
): number {
  const steps = Math.round(horizon / STEP);
  const [ahead, behind] = [nudge, -nudge].map((each) => echoIntegral(CHAIN, damping, steps, each, variant));
  const found = (ahead as number[]).map((value, k) => (value - at(behind as number[], k)) / (2 * nudge));
  const expected = differencesOfCost(
    (parameters) => costOf(parameters as unknown as Chain, damping, steps).cost,
    CHAIN as unknown as Readonly<Record<string, number | readonly number[]>>,
  );
  return Math.hypot(...found.map((value, k) => value - at(expected, k))) / Math.hypot(...expected);
}
