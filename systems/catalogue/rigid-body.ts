import { forceSystem } from "../force-system.js";
import { catalogueSystem, checkOption } from "./catalogue-system.js";
import { completeEllipticIntegral, ellipticIntegral, jacobiElliptic } from "./elliptic-functions.js";

type Vector = readonly [number, number, number];

/** Options of {@link rigidBody}. */
export interface RigidBodyOptions {
  /** Principal moments of inertia, positive; [1, 2, 3] by default. */
  readonly inertia?: Vector;
  /** Angular momentum the example starts from; [0.1, 1, 0.1] by default, nearly about the second axis. */
  readonly momentum?: Vector;
}

/**
 * A rigid body that turns freely (Euler's top): the angular momentum L as the body sees it, along its principal axes,
 *
 * dL/dt = L x w with the angular velocity w = L / inertia.
 *
 * It has no canonical momenta, so it is a force system; its Poisson structure is that of rotations. Invariants: the energy
 * L . w / 2 and the squared length of L. Rotation about the axes of the smallest and the largest moment is stable, that about the
 * middle axis is not: nearly about it the body turns over time and again, as in the example.
 *
 * Exact, for moments in ascending order and |L|^2 above twice the energy times the middle moment: L = (a cn, b sn, c dn) with Jacobi's
 * elliptic functions; below it the first and the third change places. The period is 4 K / rate.
 *
 * Source: Landau and Lifshitz, Mechanics, section 37.
 *
 * @throws InputError for moments that are not positive, or an angular momentum that is not finite
 */
export function rigidBody({ inertia = [1, 2, 3], momentum = [0.1, 1, 0.1] }: RigidBodyOptions = {}) {
  const triple = (given: Vector): boolean => given.length === 3 && given.every(Number.isFinite);
  const positive = triple(inertia) && inertia.every((moment) => moment > 0);
  checkOption("rigidBody, inertia", inertia, positive, "three positive numbers");
  checkOption("rigidBody, momentum", momentum, triple(momentum), "three numbers");
  const system = forceSystem({
    name: "free rigid body",
    state: { L: [3] },
    parameters: { inertia: { shape: [3], default: inertia } },
    force: { L: "w = L/inertia; shift(L, -1)*shift(w, 1) - shift(L, 1)*shift(w, -1)" },
    invariants: { energy: "sum(L^2/inertia)/2", squared_momentum: "sum(L^2)" },
  });
  return catalogueSystem(system, { initial: { L: momentum }, ...rotationOf(inertia, momentum) });
}

/** The motion in closed form, none on a separatrix or where every state is at rest. */
function rotationOf(inertia: Vector, momentum: Vector) {
  const order = [0, 1, 2].sort((i, k) => (inertia[i] as number) - (inertia[k] as number)) as [number, number, number];
  const squared = momentum.reduce((sum, entry) => sum + entry ** 2, 0);
  const excess = (moment: number): number =>
    momentum.reduce((sum, entry, i) => sum + (1 - moment / (inertia[i] as number)) * entry ** 2, 0);
  // From the axis the momentum circles, whose component never vanishes, to the farthest moment.
  const axes = (excess(inertia[order[1]] as number) >= 0 ? order : [...order].reverse()) as [number, number, number];
  const [far, middle, near] = axes.map((axis) => inertia[axis] as number) as [number, number, number];
  const [wobble, hold] = [-excess(near), excess(far)];
  const m = ((middle - far) * wobble) / ((near - middle) * hold);
  if (!(squared > 0 && m < 1 - 1e-9)) return {};
  const [a, b, c] = [
    Math.sqrt((far * wobble) / (near - far)),
    Math.sqrt((middle * wobble) / (near - middle)),
    Math.sqrt((near * hold) / (near - far)),
  ] as const;
  const [x, y, z] = axes.map((axis) => momentum[axis] as number) as [number, number, number];
  const side = z < 0 ? -1 : 1;
  // A left-handed order of the axes, by ascending moments, runs the motion backwards.
  const handed = (order[1] - order[0] + 3) % 3 === 1 ? 1 : -1;
  const rate = Math.sqrt(((near - middle) * hold) / (far * middle * near));
  const phase = ellipticIntegral(Math.atan2(side * handed * y * a, x * b), m);
  return {
    period: (4 * completeEllipticIntegral(m)) / rate,
    exact: (time: number) => {
      const { sn, cn, dn } = jacobiElliptic(phase + rate * time, m);
      const L = new Float64Array(3);
      L[axes[0]] = a * cn;
      L[axes[1]] = side * handed * b * sn;
      L[axes[2]] = side * c * dn;
      return { L };
    },
  };
}
