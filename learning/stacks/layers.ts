import {
  type BlockDeclaration,
  type Declarations,
  describeGiven,
  entriesOf,
  inputBlocks,
  type ParameterDeclaration,
  parameterBlocks,
  refuseUnknownKeys,
} from "../../core/block-declarations.js";
import { formatShape, InputError } from "../../core/errors.js";
import { type Expression, type Shape, sameShape } from "../../core/expression/expression.js";
import { broadcast, constant, symbol } from "../../core/expression/functions.js";
import { substituteOne } from "../../core/expression/transform.js";
import { type AnyExpressionSource, readSource } from "../../core/expression-source.js";
import { reservedNames } from "../../core/formula/functions.js";
import type { DynamicalSystem } from "../../core/system.js";
import type { AnyStackDeclaration, HamiltonianLayer, LayerDeclaration } from "./declaration.js";

/** A layer with a state. Its expressions are of the stack's symbols. */
export interface ReadHamiltonianLayer {
  readonly kind: "hamiltonian";
  readonly name: string;
  readonly system: DynamicalSystem;
  /**
   * What drives the system's inputs during a step, by input: of stack inputs and of the states of layers below after
   * the step.
   */
  readonly input: ReadonlyMap<string, Expression>;
  /** By state block. */
  readonly initial: ReadonlyMap<string, Expression>;
}

/**
 * A layer without a state, or the mean of one over all steps. Its expression is of stack inputs and states after the
 * step.
 */
export interface ReadOrdinaryLayer {
  readonly kind: "ordinary" | "pooling";
  readonly name: string;
  readonly value: Expression;
}

/** A layer whose formulas have been read. */
export type ReadLayer = ReadHamiltonianLayer | ReadOrdinaryLayer;

/** The layers of a stack, and the parameters they declare by their names in the stack. */
export interface ReadLayers {
  readonly layers: readonly ReadLayer[];
  readonly parameters: Readonly<Record<string, ParameterDeclaration>>;
}

/** How a block of a layer, or of its system, is called in the stack. */
export const nameIn = (layer: string, block: string): string => `${layer}_${block}`;

const OPTIONS = {
  hamiltonian: ["system", "parameters", "input", "initial"],
  ordinary: ["parameters", "value"],
  pooling: ["parameters", "mean"],
} as const;

function kindOf(field: string, layer: LayerDeclaration): keyof typeof OPTIONS {
  if (typeof layer === "object" && layer !== null && !Array.isArray(layer)) {
    const kind =
      "system" in layer ? "hamiltonian" : "value" in layer ? "ordinary" : "mean" in layer ? "pooling" : undefined;
    if (kind !== undefined) {
      refuseUnknownKeys(field, layer, OPTIONS[kind]);
      return kind;
    }
  }
  const expected = "a layer: { system, ... }, { value } or { mean }";
  throw new InputError({ field, given: describeGiven(layer), expected });
}

/**
 * Reads the layers of a stack from the bottom up.
 *
 * @throws InputError for a layer that is none, an unknown option, a formula that cannot be read or has another shape
 * than what it stands for, a name that is taken, or an input of a system that nothing drives
 */
export function readLayers(label: string, declaration: AnyStackDeclaration): ReadLayers {
  const inputs = inputBlocks(`${label}, input`, (declaration.input ?? {}) as Declarations<BlockDeclaration>);
  const inputScope: ReadonlyMap<string, Expression> = new Map(inputs.map(({ name, symbol: own }) => [name, own]));
  const scope = new Map(inputScope);
  const meanings = new Map<Expression, Expression>();
  const parameters: Record<string, ParameterDeclaration> = {};
  const entries = entriesOf(`${label}, layers`, declaration.layers);
  const layers = entries.map(([name, layer]): ReadLayer => {
    const field = `${label}, layers.${name}`;
    if (reservedNames.has(name)) {
      const expected = "a name that is not reserved for the formula language";
      throw new InputError({ field, given: `the name "${name}"`, expected });
    }
    const kind = kindOf(field, layer);
    const reader = new LayerReader(field, name, layer, inputScope, scope, meanings);
    Object.assign(parameters, reader.parameters);
    if (kind === "hamiltonian") {
      const read = readHamiltonianLayer(reader, layer as HamiltonianLayer);
      for (const block of read.system.state) {
        scope.set(nameIn(name, block.name), symbol(nameIn(name, block.name), block.shape));
      }
      return read;
    }
    const option = kind === "ordinary" ? "value" : "mean";
    const value = reader.read(
      option,
      (layer as unknown as Readonly<Record<string, AnyExpressionSource>>)[option] as string,
    );
    if (kind === "ordinary") {
      scope.set(name, symbol(name, value.shape));
      meanings.set(symbol(name, value.shape), value);
    }
    return { kind, name, value };
  });
  if (!layers.some(({ kind }) => kind === "hamiltonian")) {
    throw new InputError({
      field: `${label}, layers`,
      given: "no layer with a system",
      expected: "at least one, to learn by its echo",
    });
  }
  return { layers, parameters };
}

/** Reads the formulas of one layer, in which its parameters have their short names. */
class LayerReader {
  /** The layer's own parameters and its system's, by their names in the stack. */
  readonly parameters: Record<string, ParameterDeclaration> = {};
  private readonly own = new Map<string, Expression>();
  private readonly systems = new Map<string, Expression>();

  constructor(
    readonly field: string,
    readonly name: string,
    layer: LayerDeclaration,
    private readonly inputs: ReadonlyMap<string, Expression>,
    private readonly scope: ReadonlyMap<string, Expression>,
    private readonly meanings: ReadonlyMap<Expression, Expression>,
  ) {
    const group = `${field}, parameters`;
    const declared = (layer.parameters ?? {}) as Declarations<ParameterDeclaration>;
    const taken = "system" in layer ? layer.system.parameters : [];
    for (const block of parameterBlocks(group, declared)) {
      if (scope.has(block.name) || taken.some((other) => other.name === block.name)) {
        throw new InputError({
          field: group,
          given: `the name "${block.name}"`,
          expected: "a name that no input, layer below or parameter of the system has",
        });
      }
      this.own.set(block.name, block.symbol);
      this.parameters[nameIn(name, block.name)] = declared[block.name] as ParameterDeclaration;
    }
    for (const { name: block, shape, symbol: own, default: value, unit } of taken) {
      this.systems.set(block, own);
      this.parameters[nameIn(name, block)] = {
        shape,
        ...(value === undefined ? {} : { default: value }),
        ...(unit === undefined ? {} : { unit }),
      };
    }
  }

  /**
   * @param atStart whether the formula is of the initial state: then it may name the system's parameters, and no layer
   * @returns the expression in the stack's symbols
   */
  read(option: string, source: AnyExpressionSource, atStart = false): Expression {
    const short = [...this.own, ...(atStart ? this.systems : [])];
    const scope = new Map([...(atStart ? this.inputs : this.scope), ...short]);
    const renamed = short.map(([name, own]) => [own, symbol(nameIn(this.name, name), own.shape)] as const);
    const expression = readSource(`${this.field}, ${option}`, source, scope);
    return substituteOne(expression, new Map([...(atStart ? [] : this.meanings), ...renamed]));
  }

  /** {@link read}, of the given shape; a scalar fills it. */
  readAs(option: string, source: AnyExpressionSource, shape: Shape, atStart = false): Expression {
    const expression = this.read(option, source, atStart);
    if (sameShape(expression.shape, shape) || expression.shape.length === 0) return broadcast(expression, shape);
    throw new InputError({
      field: `${this.field}, ${option}`,
      given: `an expression of the shape ${formatShape(expression.shape)}`,
      expected: `the shape ${formatShape(shape)}, or a scalar`,
    });
  }

  /** The group of sources of an option, which has some of the given names. */
  group(
    option: string,
    given: object,
    names: readonly string[],
  ): Readonly<Record<string, AnyExpressionSource | number>> {
    const unknown = entriesOf(`${this.field}, ${option}`, given as Readonly<Record<string, never>>).find(
      ([name]) => !names.includes(name),
    );
    if (unknown === undefined) return given as Readonly<Record<string, AnyExpressionSource | number>>;
    throw new InputError({
      field: `${this.field}, ${option}`,
      given: `the unknown block "${unknown[0]}"`,
      expected: names.length === 0 ? "none" : `some of ${names.join(", ")}`,
    });
  }
}

function readHamiltonianLayer(
  reader: LayerReader,
  { system, input = {}, initial = {} }: HamiltonianLayer,
): ReadHamiltonianLayer {
  const sources = reader.group(
    "input",
    input,
    system.input.map(({ name }) => name),
  );
  const drives = system.input.map((block): [string, Expression] => {
    const source = Object.hasOwn(sources, block.name) ? sources[block.name] : undefined;
    if (source === undefined) {
      throw new InputError({
        field: `${reader.field}, input.${block.name}`,
        given: "nothing",
        expected: `what drives the system's input: an expression of the shape ${formatShape(block.shape)}`,
      });
    }
    return [block.name, reader.readAs(`input.${block.name}`, source as AnyExpressionSource, block.shape)];
  });
  const starts = reader.group(
    "initial",
    initial,
    system.state.map(({ name }) => name),
  );
  const initialState = system.state.map((block): [string, Expression] => {
    const start = (Object.hasOwn(starts, block.name) ? starts[block.name] : undefined) ?? 0;
    if (typeof start === "number") return [block.name, constant(start, block.shape)];
    return [block.name, reader.readAs(`initial.${block.name}`, start, block.shape, true)];
  });
  return { kind: "hamiltonian", name: reader.name, system, input: new Map(drives), initial: new Map(initialState) };
}
