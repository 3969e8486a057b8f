import { gradient } from "../expression/derivatives.js";
import type { Expression, Shape } from "../expression/expression.js";
import {
  add,
  cos,
  divide,
  dot,
  log,
  matmul,
  multiply,
  negate,
  power,
  subtract,
  symbol,
} from "../expression/functions.js";
import type { BlockNames, DynamicalSystem, SystemKind } from "../system.js";

/** A system by hand, so that tests of the simulation depend on no constructor. */
interface HandMade<N extends BlockNames> {
  readonly name: string;
  readonly kind: SystemKind;
  readonly state: { readonly [K in N["state"]]: Shape };
  readonly parameters: { readonly [K in N["parameters"]]: Shape };
  readonly input: { readonly [K in N["input"]]: Shape };
  readonly field: { readonly [K in N["state"]]: Expression };
  readonly scalar?: Expression;
  readonly more?: Partial<DynamicalSystem>;
}

function handMade<N extends BlockNames>(made: HandMade<N>): DynamicalSystem<N> {
  const blocks = (shapes: Readonly<Record<string, Shape>>) =>
    Object.entries(shapes).map(([name, shape]) => ({ name, shape, symbol: symbol(name, shape) }));
  const roles = made.kind === "hamiltonian" ? (["coordinate", "momentum"] as const) : (["state", "state"] as const);
  return {
    name: made.name,
    kind: made.kind,
    time: made.kind === "map" ? "discrete" : "continuous",
    state: blocks(made.state).map((block, k) => ({ ...block, role: roles[k] ?? "state" })),
    parameters: blocks(made.parameters),
    input: blocks(made.input),
    field: new Map(Object.entries<Expression>(made.field)),
    ...(made.scalar === undefined ? {} : { scalar: made.scalar }),
    invariants: new Map(made.kind === "hamiltonian" && made.scalar !== undefined ? [["energy", made.scalar]] : []),
    facts: { separable: made.kind === "hamiltonian", gradient: made.kind === "energy", timeDependent: false },
    ...made.more,
  } as DynamicalSystem<N>;
}

const [q, p, x, t] = [symbol("q"), symbol("p"), symbol("x"), symbol("t")];
const half = (squared: Expression): Expression => multiply(0.5, power(squared, 2));

function hamiltonian<Parameters extends string, Input extends string = never>(
  name: string,
  scalar: Expression,
  parameters: { readonly [K in Parameters]: Shape },
  input: { readonly [K in Input]: Shape },
  more: Partial<DynamicalSystem> = {},
): DynamicalSystem<{ state: "q" | "p"; parameters: Parameters; input: Input }> {
  const [force, velocity] = gradient(scalar, [q, p]) as [Expression, Expression];
  const field = { q: velocity, p: negate(force) };
  const shapes = { q: [], p: [] };
  return handMade({ name, kind: "hamiltonian", state: shapes, parameters, input, field, scalar, more });
}

/** H = p^2/2 - cos(q). */
export const pendulum = hamiltonian("pendulum", subtract(half(p), cos(q)), {}, {});

const [mass, stiffness] = [symbol("mass"), symbol("stiffness")];
const springEnergy = add(divide(half(p), mass), multiply(stiffness, half(q)));
const springMass = new Map([["p", divide(1, mass)]]);

/** H = p^2/(2 mass) + stiffness q^2/2. */
export const oscillator = hamiltonian(
  "oscillator",
  springEnergy,
  { mass: [], stiffness: [] },
  {},
  {
    kinetic: { inverseMass: springMass },
  },
);

/** H = p^2/2 + q^2/2 - u q: the input u is a force. */
export const drivenOscillator = hamiltonian(
  "driven oscillator",
  subtract(add(half(p), half(q)), multiply(symbol("u"), q)),
  {},
  { u: [] },
);

/** H = p^2 (1 + q^2)/2: not separable. */
export const curvedMotion = hamiltonian(
  "curved motion",
  multiply(half(p), add(1, power(q, 2))),
  {},
  {},
  {
    facts: { separable: false, gradient: false, timeDependent: false },
  },
);

const [z, W, b] = [symbol("z", [2]), symbol("W", [2, 3]), symbol("b", [3])];
const bowl = subtract(multiply(0.5, dot(z, z)), dot(z, matmul(W, b)));

/** E = |z|^2/2 - z W b with W [2, 3] and the input b [3]: dz/dt = W b - z. */
export const shapedDecay = handMade<{ state: "z"; parameters: "W"; input: "b"; defaults: "W" }>({
  name: "shaped decay",
  kind: "energy",
  state: { z: [2] },
  parameters: { W: [2, 3] },
  input: { b: [3] },
  field: { z: negate(subtract(z, matmul(W, b))) },
  scalar: bowl,
  more: { parameters: [{ name: "W", shape: [2, 3], symbol: W, default: 1 }] },
});

/** E = stiffness x^2/2. */
export const spring = handMade<{ state: "x"; parameters: "stiffness"; input: never; defaults: never }>({
  name: "spring",
  kind: "energy",
  state: { x: [] },
  parameters: { stiffness: [] },
  input: {},
  field: { x: negate(multiply(stiffness, x)) },
  scalar: multiply(stiffness, half(x)),
});

/** E = x^2/2 - 2 x with x in [0, 1], so that it rests at the bound 1. */
export const boundedUnit = handMade<{ state: "x"; parameters: never; input: never }>({
  name: "bounded unit",
  kind: "energy",
  state: { x: [] },
  parameters: {},
  input: {},
  field: { x: subtract(2, x) },
  scalar: subtract(half(x), multiply(2, x)),
  more: { state: [{ name: "x", shape: [], role: "state", symbol: x, bounds: [0, 1] }] },
});

/** dx/dt = rate: any force of the state x (scalar), the time t and the input u. */
export function forced(
  name: string,
  rate: Expression,
): DynamicalSystem<{ state: "x"; parameters: never; input: never }> {
  return handMade({ name, kind: "force", state: { x: [] }, parameters: {}, input: {}, field: { x: rate } });
}

/** dx/dt = -u x, with the input u. */
export const drivenDecay = handMade<{ state: "x"; parameters: never; input: "u" }>({
  name: "driven decay",
  kind: "force",
  state: { x: [] },
  parameters: {},
  input: { u: [] },
  field: { x: negate(multiply(symbol("u"), x)) },
});

/** dx/dt = x^2, which reaches infinity at t = 1/x(0). */
export const blowUp = forced("blow-up", power(x, 2));

/** dx/dt = -log(x) - 2: x falls out of the domain of the logarithm under large steps. */
export const logarithmic = forced("logarithmic", subtract(negate(log(x)), 2));

/** dx/dt = t. */
export const clockwork = forced("clockwork", t);

/** x <- rate x (1 - x). */
export const logisticMap = handMade<{ state: "x"; parameters: "rate"; input: never }>({
  name: "logistic map",
  kind: "map",
  state: { x: [] },
  parameters: { rate: [] },
  input: {},
  field: { x: multiply(symbol("rate"), multiply(x, subtract(1, x))) },
});

/** x <- 2 x + t + u, with its inverse: x <- (x - t - u)/2. */
export const doublingMap = handMade<{ state: "x"; parameters: never; input: "u" }>({
  name: "doubling map",
  kind: "map",
  state: { x: [] },
  parameters: {},
  input: { u: [] },
  field: { x: add(add(multiply(2, x), t), symbol("u")) },
  more: { inverse: new Map([["x", multiply(0.5, subtract(subtract(x, t), symbol("u")))]]) },
});
