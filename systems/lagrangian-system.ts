import type {
  BlockDeclaration,
  Declarations,
  DefaultedNames,
  NamesOf,
  NoBlocks,
  ParameterDeclaration,
} from "../core/block-declarations.js";
import { type SystemDeclaration, SystemDraft } from "../core/define-system.js";
import { InputError } from "../core/errors.js";
import { gradient, jacobianProduct } from "../core/expression/derivatives.js";
import type { Expression } from "../core/expression/expression.js";
import { add, constant, dot, multiply, subtract } from "../core/expression/functions.js";
import type { ExpressionSource } from "../core/expression-source.js";
import { dependsOn } from "../core/structure-proofs.js";
import type { DynamicalSystem } from "../core/system.js";
import { readDamping } from "./damping.js";
import { accelerations, isSingular, massExpressions, massMatrix } from "./mass-matrix.js";

/** The names of the velocity blocks that belong to coordinate blocks. */
export type VelocityNames<Q> = `${NamesOf<Q>}_dot`;

/** What {@link lagrangianSystem} takes. */
export interface LagrangianSystemDeclaration<Q, P, I>
  extends SystemDeclaration<P, I, NamesOf<Q> | VelocityNames<Q> | NamesOf<P> | NamesOf<I>> {
  /** Coordinate blocks by name: a shape, or `{ shape, unit }`. The velocity of NAME is NAME_dot. */
  readonly coordinates: Q;
  /** The Lagrangian L, a scalar of coordinates, velocities, parameters, input and `t`, without damping factors. */
  readonly lagrangian: ExpressionSource<NamesOf<Q> | VelocityNames<Q> | NamesOf<P> | NamesOf<I>>;
  /** The scalar parameter gamma of damping proportional to the momentum; none by default. */
  readonly damping?: NoInfer<NamesOf<P>>;
  /** Generalised forces that L does not give, by coordinate block; none by default. */
  readonly force?: {
    readonly [K in NamesOf<Q>]?: ExpressionSource<NamesOf<Q> | VelocityNames<Q> | NamesOf<P> | NamesOf<I>>;
  };
}

/**
 * A Lagrangian system. With the momentum p = dL/dv it obeys dp/dt = dL/dq - gamma p + force, which is the Euler-Lagrange
 * equation of e^(gamma t) L where there is damping. The state is all coordinates q, then all velocities v named `q_dot`.
 *
 * The acceleration a solves M a = dL/dq - (dp/dq) v - dp/dt - gamma p + force exactly, with the mass matrix
 * M = d2L/dv dv over all coordinates together: it may depend on position, velocity and time and may be indefinite. Where
 * the graph shows that M is diagonal, the solution is a division. The invariant "energy" is p v - L, where L does not
 * depend on `t` and there is neither damping nor force.
 *
 * @throws InputError for a mass matrix that is singular (a velocity without kinetic energy), damping that is no scalar
 * parameter, a declaration that does not hold together (see {@link SystemDraft}), or a formula that cannot be read or has
 * the wrong shape
 */
export function lagrangianSystem<
  const Q extends Declarations<BlockDeclaration>,
  const P extends Declarations<ParameterDeclaration> = NoBlocks,
  const I extends Declarations<BlockDeclaration> = NoBlocks,
>(
  declaration: LagrangianSystemDeclaration<Q, P, I>,
): DynamicalSystem<{
  state: NamesOf<Q> | VelocityNames<Q>;
  parameters: NamesOf<P>;
  input: NamesOf<I>;
  defaults: DefaultedNames<P>;
}> {
  const options = ["lagrangian", "damping", "force"];
  const draft = new SystemDraft("lagrangianSystem", declaration, { coordinates: "coordinate" }, options, true);
  const lagrangian = draft.read("lagrangian", declaration.lagrangian);
  const damping = readDamping(draft, declaration.damping);
  const coordinateBlocks = draft.state.filter(({ role }) => role === "coordinate");
  const generalisedForce = draft.readEach("force", declaration.force ?? {}, coordinateBlocks, true);
  const [coordinates, velocities] = [draft.symbols("coordinate"), draft.symbols("velocity")];

  const momenta = gradient(lagrangian, velocities);
  const mass = massMatrix(momenta, velocities);
  if (isSingular(mass)) {
    throw new InputError({
      field: draft.at("lagrangian"),
      given: "a singular mass matrix d2L/dv dv",
      expected: `a kinetic energy that determines every acceleration`,
      remedy: `let the formula depend on every velocity (${velocityList(draft)}) more than linearly`,
    });
  }
  const slopes = gradient(lagrangian, coordinates);
  const transported = jacobianProduct(momenta, [...coordinates, draft.time], [...velocities, constant(1)]);
  const forces = coordinateBlocks.map(({ name }, k) => {
    let force = subtract(slopes[k] as Expression, transported[k] as Expression);
    if (damping !== undefined) force = subtract(force, multiply(damping.symbol, momenta[k] as Expression));
    const extra = generalisedForce.get(name);
    return extra === undefined ? force : add(force, extra);
  });
  const acceleration = accelerations(mass, forces);

  const conservative = damping === undefined && generalisedForce.size === 0 && !dependsOn([lagrangian], [draft.time]);
  const action = momenta.map((momentum, k) => dot(momentum, velocities[k] as Expression)).reduce(add);
  return draft.finish({
    kind: "lagrangian",
    scalar: lagrangian,
    field: [...velocities, ...acceleration],
    facts: {
      separable:
        !dependsOn(massExpressions(mass), [...coordinates, ...velocities]) && !dependsOn(acceleration, velocities),
    },
    ...(damping === undefined ? {} : { damping: damping.name }),
    ...(generalisedForce.size === 0 ? {} : { generalisedForce }),
    ...(conservative ? { conservedEnergy: subtract(action, lagrangian) } : {}),
  });
}

const velocityList = (draft: SystemDraft): string =>
  draft.state
    .filter(({ role }) => role === "velocity")
    .map(({ name }) => name)
    .join(", ");
