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
import { negate } from "../core/expression/functions.js";
import type { ExpressionSource } from "../core/expression-source.js";
import { dependsOn, inverseMassOf } from "../core/structure-proofs.js";
import type { DynamicalSystem, KineticStructure, StateBlock } from "../core/system.js";
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
}

/**
 * A Hamiltonian system: dq/dt = dH/dp, dp/dt = -dH/dq. The state is all coordinates, then all momenta.
 *
 * Proved on the graph where it can be: that H is separable, and that the kinetic energy is sum p^2 / (2 mass) with masses
 * that depend on parameters only. The invariant "energy" is H, where H does not depend on `t`.
 *
 * @throws InputError for momenta that do not pair with the coordinates, a declaration that does not hold together (see
 * {@link SystemDraft}), or a formula that cannot be read or is no scalar
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
  const draft = new SystemDraft("hamiltonianSystem", declaration, groups, ["hamiltonian"]);
  checkPairs(draft);
  const hamiltonian = draft.read("hamiltonian", declaration.hamiltonian);
  const [coordinates, momenta] = [draft.symbols("coordinate"), draft.symbols("momentum")];
  const velocities = gradient(hamiltonian, momenta);
  const forces = gradient(hamiltonian, coordinates).map(negate);
  const kinetic = kineticStructure(draft, inverseMassOf(velocities, momenta, coordinates, draft.time));
  return draft.finish({
    kind: "hamiltonian",
    scalar: hamiltonian,
    field: [...velocities, ...forces],
    facts: { separable: !dependsOn(velocities, coordinates) && !dependsOn(forces, momenta) },
    ...(kinetic === undefined ? {} : { kinetic }),
    ...(dependsOn([hamiltonian], [draft.time]) ? {} : { conservedEnergy: hamiltonian }),
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
