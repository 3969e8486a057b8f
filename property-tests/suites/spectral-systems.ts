import { gather, multiply, scatterAddRows, subtract, tanh } from "../../core/expression/functions.js";
import { RandomStream } from "../../core/random.js";
import { forceSystem } from "../../systems/force-system.js";
import { skewGradientSystem } from "../../systems/skew-gradient-system.js";

/** Independent normal numbers. */
export const normals = (count: number, seed: number, scale = 1): Float64Array => {
  const random = new RandomStream(seed);
  return Float64Array.from({ length: count }, () => scale * random.nextNormal());
};

/** dx/dt = A x. */
export const linear = (n: number) =>
  forceSystem({ name: "linear", state: { x: [n] }, parameters: { A: [n, n] }, force: { x: "A @ x" } });

/** A rate network. */
export const network = (n: number) =>
  forceSystem({
    name: "rate network",
    state: { x: [n] },
    parameters: { W: [n, n], b: [n] },
    force: { x: "-x + W @ tanh(x) + b" },
  });

/** Hopping to both sides with different strengths, between open ends. */
export const chain = (n: number) =>
  forceSystem({
    name: "Hatano-Nelson chain",
    state: { x: [n] },
    parameters: { right: [], left: [], loss: [] },
    force: { x: "-loss*x + right*shift(x, 1, 0) + left*shift(x, -1, 0)" },
  });

/** A rate network whose synapses are a list of edges between random units. */
export function sparse(n: number, synapses: number) {
  const random = new RandomStream(8);
  const draw = () => Int32Array.from({ length: synapses }, () => random.nextInteger(n));
  const [from, to] = [draw(), draw()];
  return forceSystem({
    name: "sparse rate network",
    state: { x: [n] },
    parameters: { w: [synapses] },
    force: { x: ({ x, w }) => subtract(scatterAddRows(multiply(w, gather(tanh(x), from)), to, n), x) },
  });
}

/** FitzHugh-Nagumo cells on a square without flux through its sides. */
export const lattice = (side: number) =>
  skewGradientSystem({
    name: "FitzHugh-Nagumo lattice",
    activators: { u: [side, side] },
    inhibitors: { v: [side, side] },
    parameters: { alpha: [], tau: [], current: [], g: [], h: [] },
    timeConstants: { v: "tau" },
    potential: `
      down = sum((u - shift(u, 1, 'no-flux', 0))^2); across = sum((u - shift(u, 1, 'no-flux', 1))^2);
      slow = sum((v - shift(v, 1, 'no-flux', 0))^2) + sum((v - shift(v, 1, 'no-flux', 1))^2);
      g/2*(down + across) - h/2*slow - sum(u^2/2 - u^4/4 - u*v + alpha*v^2/2 + current*u)`,
  });

/** The uniform state u with v = u / alpha, the slope `gain` of u - u^3 there, and what holds it. */
export function uniformState(tau: number, g = 0.5, h = 1) {
  const [gain, alpha] = [0.4, 1.37];
  const u = Math.sqrt((1 - gain) / 3);
  const v = u / alpha;
  return { gain, state: { u, v }, parameters: { alpha, tau, g, h, current: v - u + u ** 3 } };
}

/** Its abscissa, from the 2 x 2 matrix of each mode of the Laplacian. */
export function uniformAbscissa(side: number, tau: number, g = 0.5, h = 1): number {
  const { gain, parameters } = uniformState(tau, g, h);
  const waves = Array.from({ length: side }, (_, k) => 2 - 2 * Math.cos((Math.PI * k) / side));
  return Math.max(
    ...waves.flatMap((first) =>
      waves.map((second) => {
        const decay = first + second;
        const [a, d] = [gain - g * decay, -(parameters.alpha + h * decay) / tau];
        const discriminant = ((a - d) / 2) ** 2 - 1 / tau;
        return (a + d) / 2 + Math.sqrt(Math.max(0, discriminant));
      }),
    ),
  );
}
