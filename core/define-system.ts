import {
  type BlockDeclaration,
  type Declarations,
  describeGiven,
  entriesOf,
  inputBlocks,
  type ParameterDeclaration,
  parameterBlocks,
  refuseUnknownKeys,
  type StateDeclaration,
  stateBlocks,
} from "./block-declarations.js";
import { formatShape, InputError } from "./errors.js";
import { type Expression, type Shape, sameShape } from "./expression/expression.js";
import { broadcast, symbol } from "./expression/functions.js";
import { type AnyExpressionSource, type ExpressionSource, readSource } from "./expression-source.js";
import { reservedNames } from "./formula/functions.js";
import { dependsOn } from "./structure-proofs.js";
import {
  type BlockNames,
  type DynamicalSystem,
  type InputBlock,
  type ParameterBlock,
  type StateBlock,
  type StateRole,
  type SystemFacts,
  TIME,
} from "./system.js";

/** What every constructor of a system takes. */
export interface SystemDeclaration<Parameters, Input, Names extends string> {
  /** A name for people to read; it appears in error texts, figures and printed equations. */
  readonly name: string;
  /**
   * Parameter arrays by name, trained or fixed: a shape, `{ shape, default, unit }`, or a number, which declares a scalar
   * with that default.
   */
  readonly parameters?: Parameters;
  /** External input arrays by name. */
  readonly input?: Input;
  /** Scalars the motion conserves, by name; integrators' drifts are measured against them. */
  readonly invariants?: Readonly<Record<string, ExpressionSource<Names>>>;
}

/** A {@link SystemDeclaration} of any names. */
interface AnyDeclaration {
  readonly name: string;
  readonly parameters?: unknown;
  readonly input?: unknown;
  readonly invariants?: Readonly<Record<string, AnyExpressionSource>>;
}

/** A group of state blocks in a declaration, with the role of its blocks. */
export type StateGroups = Readonly<Record<string, StateRole>>;

/** What a constructor adds to a draft to make it a system. */
export type SystemParts = Pick<DynamicalSystem, "kind"> &
  Partial<
    Pick<
      DynamicalSystem,
      | "scalar"
      | "kinetic"
      | "damping"
      | "generalisedForce"
      | "timeConstants"
      | "inverse"
      | "rates"
      | "decomposition"
      | "twist"
    >
  > & {
    /** One expression per state block, in the order of the blocks. */
    readonly field: readonly Expression[];
    readonly facts?: Partial<Omit<SystemFacts, "timeDependent">>;
    /** The energy, where the structure conserves it. */
    readonly conservedEnergy?: Expression;
  };

const IDENTIFIER = /^[A-Za-z][A-Za-z0-9_]*$/;

/** The name of the velocity block of a coordinate block. */
export const velocityName = (coordinate: string): string => `${coordinate}_dot`;

/**
 * A system under construction: its blocks, checked, and the names its formulas may use. Constructors read their formulas
 * through it and turn it into a {@link DynamicalSystem} by {@link SystemDraft.finish}.
 */
export class SystemDraft {
  readonly name: string;
  readonly state: readonly StateBlock[];
  readonly parameters: readonly ParameterBlock[];
  readonly input: readonly InputBlock[];
  /** Every symbol a formula may use, by name: the blocks' and the time. */
  readonly scope: ReadonlyMap<string, Expression>;
  /** Names the system in error texts. */
  readonly #label: string;
  readonly #invariants: Readonly<Record<string, AnyExpressionSource>>;

  /**
   * @param maker the constructor's name, for error texts
   * @param declaration what the user gave
   * @param groups the options that hold state blocks, with their roles
   * @param options further options the constructor knows
   * @param velocities whether each coordinate block NAME brings a velocity block NAME_dot
   * @throws InputError for an unknown option, a name that is no identifier, reserved or taken twice, a shape, bounds or
   * default that do not fit, or a system without state
   */
  constructor(
    maker: string,
    declaration: AnyDeclaration,
    groups: StateGroups,
    options: readonly string[],
    velocities = false,
  ) {
    const { name, parameters = {}, input = {}, invariants = {} } = declaration;
    if (typeof name !== "string" || name.trim() === "") {
      throw new InputError({
        field: `${maker}, name`,
        given: describeGiven(name),
        expected: "a text that is not empty",
      });
    }
    this.name = name;
    this.#label = `${maker} "${name}"`;
    const known = ["name", "parameters", "input", "invariants", ...Object.keys(groups), ...options];
    refuseUnknownKeys(this.#label, declaration, known);
    const given = declaration as unknown as Readonly<Record<string, Declarations<StateDeclaration>>>;
    const declared = Object.entries(groups).flatMap(([group, role]) =>
      stateBlocks(this.at(group), given[group] as Declarations<StateDeclaration>, role),
    );
    this.state = velocities ? [...declared, ...declared.map(velocityBlock)] : declared;
    this.parameters = parameterBlocks(this.at("parameters"), parameters as Declarations<ParameterDeclaration>);
    this.input = inputBlocks(this.at("input"), input as Declarations<BlockDeclaration>);
    for (const group of Object.keys(groups)) {
      if (Object.keys(given[group] as object).length === 0) {
        throw new InputError({ field: this.at(group), given: "no block", expected: "at least one named block" });
      }
    }
    this.#checkNames(declared);
    const blocks = [...this.state, ...this.parameters, ...this.input];
    this.scope = new Map([...blocks.map((block) => [block.name, block.symbol] as const), [TIME, symbol(TIME)]]);
    for (const [invariant] of entriesOf(this.at("invariants"), invariants))
      this.#checkIdentifier(invariant, "invariants");
    this.#invariants = invariants;
  }

  /** The symbol of the time. */
  get time(): Expression {
    return symbol(TIME);
  }

  /** An option of this system, as error texts name it. */
  at(option: string): string {
    return `${this.#label}, ${option}`;
  }

  /** Symbols of the state blocks, all or those of one role. */
  symbols(role?: StateRole): Expression[] {
    return this.state.filter((block) => role === undefined || block.role === role).map((block) => block.symbol);
  }

  /**
   * Reads a formula or function as an expression of the given shape; a scalar fills the shape.
   *
   * @throws InputError for a formula that cannot be read, an unknown symbol, or another shape
   */
  read(option: string, source: AnyExpressionSource, shape: Shape = []): Expression {
    const field = this.at(option);
    const expression = readSource(field, source, this.scope);
    if (sameShape(expression.shape, shape)) return expression;
    if (expression.shape.length === 0) return broadcast(expression, shape);
    throw new InputError({
      field,
      given: `an expression of the shape ${formatShape(expression.shape)}`,
      expected: shape.length === 0 ? "a scalar" : `the shape ${formatShape(shape)}, or a scalar`,
      ...(shape.length === 0 ? { remedy: "sum(...) adds all entries" } : {}),
    });
  }

  /**
   * Reads one expression per given block, of its shape.
   *
   * @throws InputError for a name that is no such block, or for a block without an expression unless `optional`
   */
  readEach(
    option: string,
    sources: Readonly<Record<string, AnyExpressionSource | undefined>>,
    blocks: readonly StateBlock[],
    optional = false,
  ): Map<string, Expression> {
    const entries = entriesOf(this.at(option), sources);
    const names = blocks.map(({ name }) => name);
    const unknown = entries.find(([name]) => !names.includes(name));
    const missing = optional ? undefined : names.find((name) => sources[name] === undefined);
    if (unknown !== undefined || missing !== undefined) {
      throw new InputError({
        field: this.at(option),
        given: unknown === undefined ? `nothing for "${missing}"` : `the unknown block "${unknown[0]}"`,
        expected: `${optional ? "some" : "one expression for each"} of ${names.join(", ")}`,
      });
    }
    const result = new Map<string, Expression>();
    for (const { name, shape } of blocks) {
      const source = sources[name];
      if (source !== undefined) result.set(name, this.read(`${option}.${name}`, source, shape));
    }
    return result;
  }

  /** Puts the finished system together. */
  finish<N extends BlockNames>(parts: SystemParts): DynamicalSystem<N> {
    const { field, facts, conservedEnergy, ...rest } = parts;
    const invariants = new Map<string, Expression>();
    if (conservedEnergy !== undefined) invariants.set("energy", conservedEnergy);
    const ownEnergy = parts.kind === "hamiltonian" || parts.kind === "lagrangian";
    for (const [name, source] of Object.entries(this.#invariants)) {
      if (ownEnergy && name === "energy") {
        throw new InputError({
          field: this.at("invariants"),
          given: 'the name "energy"',
          expected: "another name",
          remedy: "it stands for the energy, which is there by itself where the system conserves it",
        });
      }
      invariants.set(name, this.read(`invariants.${name}`, source));
    }
    return {
      name: this.name,
      time: parts.kind === "map" ? "discrete" : "continuous",
      state: this.state,
      parameters: this.parameters,
      input: this.input,
      ...rest,
      field: new Map(this.state.map(({ name }, k) => [name, field[k] as Expression])),
      invariants,
      facts: { separable: false, gradient: false, timeDependent: dependsOn(field, [this.time]), ...facts },
    };
  }

  #checkIdentifier(name: string, group: string): void {
    if (IDENTIFIER.test(name)) return;
    throw new InputError({
      field: this.at(group),
      given: `the name ${JSON.stringify(name)}`,
      expected: "an ASCII letter followed by letters, digits and underscores",
    });
  }

  #checkNames(declared: readonly StateBlock[]): void {
    const taken = new Map<string, string>();
    const groups = [
      ["state", declared],
      ["parameters", this.parameters],
      ["input", this.input],
    ] as const;
    for (const { name, role } of declared)
      if (role === "coordinate") taken.set(velocityName(name), `the velocity of ${name}`);
    for (const [group, blocks] of groups) {
      for (const { name } of blocks) {
        this.#checkIdentifier(name, group);
        const reserved = taken.get(name) ?? reservedFor(name);
        if (reserved !== undefined) {
          throw new InputError({
            field: this.at(group),
            given: `the name "${name}"`,
            expected: `a name that is not reserved for ${reserved}`,
          });
        }
        taken.set(name, `another block of the same system (${group})`);
      }
    }
  }
}

/** What a name is reserved for in every system, if it is. */
function reservedFor(name: string): string | undefined {
  if (name in {}) return "the properties of every JavaScript object";
  return reservedNames.has(name) ? "the formula language" : undefined;
}

/** The velocity block of a coordinate block. */
function velocityBlock({ name, shape }: StateBlock): StateBlock {
  const velocity = velocityName(name);
  return { name: velocity, shape, role: "velocity", symbol: symbol(velocity, shape) };
}
