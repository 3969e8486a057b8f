import type {
  BlockDeclaration,
  Declarations,
  DefaultedNames,
  NamesOf,
  NoBlocks,
  ParameterDeclaration,
} from "../core/block-declarations.js";
import { type SystemDeclaration, SystemDraft } from "../core/define-system.js";
import { gradient } from "../core/expression/derivatives.js";
import type { Expression } from "../core/expression/expression.js";
import { multiply, negate, subtract } from "../core/expression/functions.js";
import type { ExpressionSource } from "../core/expression-source.js";
import { dependsOn, inverseMassOf } from "../core/structure-proofs.js";
import type { DynamicalSystem, KineticStructure, StateBlock } from "../core/system.js";
import { readDamping } from "./damping.js";
import { checkPairs } from "./pairs.js";

/** What {@link hamiltonianSystem} takes. */
export interface HamiltonianSystemDeclaration<Q, M, P, I>
  extends SystemDeclaration<P, I, NamesOf<Q> | NamesOf<M> | NamesOf<P> | NamesOf<I>> {
  /** Coordinate blocks by name: a shape, or `{ shape, unit }`. */
  readonly coordinates: Q;
  /** Momentum blocks, paired with the coordinates in order and of their shapes. */
  readonly momenta: M;
  /** The Hamiltonian H, a scalar of coordinates, momenta, parameters, input and `t`. */
  readonly hamiltonian: ExpressionSource<NamesOf<Q> | NamesOf<M> | NamesOf<P> | NamesOf<I>>;
  /** The scalar parameter gamma of damping proportional to the momentum; none by default. */
  readonly damping?: NoInfer<NamesOf<P>>;
}

/**
 * A Hamiltonian system: dq/dt = dH/dp, dp/dt = -dH/dq. The state is all coordinates, then all momenta. With damping,
 * dp/dt = -dH/dq - gamma p, which are the canonical equations of e^(gamma t) H(q, e^(-gamma t) P) with P = e^(gamma t) p: volumes of n
 * coordinates shrink as e^(-n gamma t), and the symplectic form as e^(-gamma t).
 *
 * Proved on the graph where it can be: that the field is separable (never with damping), and that the kinetic energy is
 * sum p^2 / (2 mass) with masses that depend on parameters only. The invariant "energy" is H, where H does not depend on `t`
 * and there is no damping.
 *
 * @throws InputError for momenta that do not pair with the coordinates, damping that is no scalar parameter, a declaration that
 * does not hold together (see {@link SystemDraft}), or a formula that cannot be read or is no scalar
 */
export function hamiltonianSystem<
  const Q extends Declarations<BlockDeclaration>,
  const M extends Declarations<BlockDeclaration>,
  const P extends Declarations<ParameterDeclaration> = NoBlocks,
  const I extends Declarations<BlockDeclaration> = NoBlocks,
>(
  declaration: HamiltonianSystemDeclaration<Q, M, P, I>,
): DynamicalSystem<{
  state: NamesOf<Q> | NamesOf<M>;
  parameters: NamesOf<P>;
  input: NamesOf<I>;
  defaults: DefaultedNames<P>;
}> {
  const groups = { coordinates: "coordinate", momenta: "momentum" } as const;
  const draft = new SystemDraft("hamiltonianSystem", declaration, groups, ["hamiltonian", "damping"]);
  checkPairs(draft);
  const hamiltonian = draft.read("hamiltonian", declaration.hamiltonian);
  const [coordinates, momenta] = [draft.symbols("coordinate"), draft.symbols("momentum")];
  const velocities = gradient(hamiltonian, momenta);
  const damping = readDamping(draft, declaration.damping);
  const forces = gradient(hamiltonian, coordinates).map((slope, k) => {
    const force = negate(slope);
    return damping === undefined ? force : subtract(force, multiply(damping.symbol, momenta[k] as Expression));
  });
  const conservative = damping === undefined && !dependsOn([hamiltonian], [draft.time]);
  const kinetic = kineticStructure(draft, inverseMassOf(velocities, momenta, coordinates, draft.time));
  return draft.finish({
    kind: "hamiltonian",
    scalar: hamiltonian,
    field: [...velocities, ...forces],
    facts: { separable: !dependsOn(velocities, coordinates) && !dependsOn(forces, momenta) },
    ...(kinetic === undefined ? {} : { kinetic }),
    ...(damping === undefined ? {} : { damping: damping.name }),
    ...(conservative ? { conservedEnergy: hamiltonian } : {}),
  });
}

function kineticStructure(
  draft: SystemDraft,
  inverseMasses: ReturnType<typeof inverseMassOf>,
): KineticStructure | undefined {
  if (inverseMasses === undefined) return undefined;
  const momenta = draft.state.filter(({ role }) => role === "momentum");
  const inverseMass = new Map(inverseMasses.map((inverse, k) => [(momenta[k] as StateBlock).name, inverse] as const));
  return { inverseMass };
}
