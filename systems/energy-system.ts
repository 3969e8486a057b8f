import type {
  BlockDeclaration,
  Declarations,
  DefaultedNames,
  NamesOf,
  NoBlocks,
  ParameterDeclaration,
  StateDeclaration,
} from "../core/block-declarations.js";
import { type SystemDeclaration, SystemDraft } from "../core/define-system.js";
import { blocksWithoutLegendreForm, energyDescent } from "../core/energy-descent.js";
import { InputError } from "../core/errors.js";
import type { Expression } from "../core/expression/expression.js";
import type { ExpressionSource } from "../core/expression-source.js";
import { dependsOn } from "../core/structure-proofs.js";
import type { DynamicalSystem } from "../core/system.js";

/** What {@link energySystem} takes. */
export interface EnergySystemDeclaration<S, P, I>
  extends SystemDeclaration<P, I, NamesOf<S> | NamesOf<P> | NamesOf<I>> {
  /** State blocks by name: a shape, or `{ shape, bounds, unit }`. */
  readonly state: S;
  /**
   * For blocks that are potentials u, their rate s = rho(u), of the block's own symbol alone. The energy must then be a
   * function of the rate, with the integral of rho^-1(s) ds written as sum(s*u) - sum(R(u)), R' = rho.
   */
  readonly rates?: Partial<Readonly<Record<NamesOf<S>, ExpressionSource<NamesOf<S>>>>>;
  /** The energy E, a scalar of state, parameters, input and `t`. */
  readonly energy: ExpressionSource<NamesOf<S> | NamesOf<P> | NamesOf<I>>;
}

/**
 * A system that runs down an energy: dz/dt = -dE/dz for every state block z. Blocks with bounds are kept inside them by
 * projection. A block u with a rate s = rho(u) follows du/dt = -dE/ds instead, as the membrane potentials of Hopfield's
 * continuous network do (Hopfield 1984): its stationary states are the same, and it does not slow down where rho saturates.
 *
 * @throws InputError for a declaration that does not hold together (see {@link SystemDraft}), a formula that cannot be
 * read or is no scalar, or an energy that depends on a potential otherwise than through its rate
 */
export function energySystem<
  const S extends Declarations<StateDeclaration>,
  const P extends Declarations<ParameterDeclaration> = NoBlocks,
  const I extends Declarations<BlockDeclaration> = NoBlocks,
>(
  declaration: EnergySystemDeclaration<S, P, I>,
): DynamicalSystem<{ state: NamesOf<S>; parameters: NamesOf<P>; input: NamesOf<I>; defaults: DefaultedNames<P> }> {
  const draft = new SystemDraft("energySystem", declaration, { state: "state" }, ["energy", "rates"]);
  const energy = draft.read("energy", declaration.energy);
  const field = (rates?: ReadonlyMap<string, Expression>): Expression[] => energyDescent(energy, draft.state, rates);
  if (declaration.rates === undefined) {
    return draft.finish({ kind: "energy", scalar: energy, field: field(), facts: { gradient: true } });
  }
  const rates = draft.readEach("rates", declaration.rates, draft.state, true);
  checkRates(draft, energy, rates);
  return draft.finish({ kind: "energy", scalar: energy, field: field(rates), rates });
}

function checkRates(draft: SystemDraft, energy: Expression, rates: ReadonlyMap<string, Expression>): void {
  for (const { name, symbol: potential } of draft.state) {
    const rate = rates.get(name);
    const others = [...draft.scope.values()].filter((each) => each !== potential);
    if (rate === undefined || !dependsOn([rate], others)) continue;
    throw new InputError({
      field: draft.at(`rates.${name}`),
      given: "an expression of other symbols",
      expected: `a function of ${name} alone`,
    });
  }
  const [bad] = blocksWithoutLegendreForm(energy, draft.state, rates);
  if (bad === undefined) return;
  throw new InputError({
    field: draft.at("energy"),
    given: `a dependence on ${bad} that is not through its rate`,
    expected: `sum(s*${bad}) - sum(R(${bad})) with R' = rho and otherwise the rate s = rho(${bad})`,
  });
}
