import { describeGiven, refuseUnknownKeys } from "../core/block-declarations.js";
import { InputError } from "../core/errors.js";
import type { Expression, Shape } from "../core/expression/expression.js";
import { constantValue, symbolName } from "../core/expression/primitives/leaves.js";
import { printFormula } from "../core/formula/index.js";
import type { DynamicalSystem, InputBlock, ParameterBlock, StateBlock, StateRole } from "../core/system.js";
import { energySystem } from "./energy-system.js";
import { forceSystem } from "./force-system.js";
import { hamiltonianSystem } from "./hamiltonian-system.js";
import { lagrangianSystem } from "./lagrangian-system.js";
import { mapSystem } from "./map-system.js";
import { skewGradientSystem } from "./skew-gradient-system.js";

/** Version of the JSON form; it changes whenever older programs could not read a newer form. */
export const SYSTEM_JSON_FORMAT = 1;

/** A block in the JSON form; a bound of `null` is open. */
export interface BlockJson {
  readonly shape: Shape;
  readonly unit?: string;
  readonly bounds?: readonly [low: number | null, high: number | null];
  readonly default?: number | readonly number[];
}

type BlocksJson = Readonly<Record<string, BlockJson>>;
type FormulasJson = Readonly<Record<string, string>>;

interface CommonJson {
  readonly format: typeof SYSTEM_JSON_FORMAT;
  readonly name: string;
  readonly parameters: BlocksJson;
  readonly input: BlocksJson;
  readonly invariants: FormulasJson;
}

/** What the JSON form of each kind holds besides the common part: the options of its constructor. */
type KindJson =
  | { readonly kind: "energy"; readonly state: BlocksJson; readonly energy: string; readonly rates?: FormulasJson }
  | {
      readonly kind: "hamiltonian";
      readonly coordinates: BlocksJson;
      readonly momenta: BlocksJson;
      readonly hamiltonian: string;
      readonly damping?: string;
    }
  | {
      readonly kind: "lagrangian";
      readonly coordinates: BlocksJson;
      readonly lagrangian: string;
      readonly damping?: string;
      readonly force: FormulasJson;
    }
  | {
      readonly kind: "skew-gradient";
      readonly activators: BlocksJson;
      readonly inhibitors: BlocksJson;
      readonly timeConstants: Readonly<Record<string, number | string>>;
      readonly potential: string;
    }
  | {
      readonly kind: "force";
      readonly state: BlocksJson;
      readonly force: FormulasJson;
      readonly energy?: string;
      readonly twist?: FormulasJson;
    }
  | { readonly kind: "map"; readonly state: BlocksJson; readonly next: FormulasJson; readonly inverse?: FormulasJson };

/** A system as plain data: what its constructor takes, every formula as text. */
export type SystemJson = CommonJson & KindJson;

function blockJson(block: StateBlock | ParameterBlock | InputBlock): BlockJson {
  const { shape, unit, bounds, default: value } = block as StateBlock & ParameterBlock;
  const open = (bound: number): number | null => (Number.isFinite(bound) ? bound : null);
  return {
    shape: [...shape],
    ...(unit === undefined ? {} : { unit }),
    ...(bounds === undefined ? {} : { bounds: [open(bounds[0]), open(bounds[1])] }),
    ...(value === undefined ? {} : { default: typeof value === "number" ? value : [...value] }),
  };
}

const blocksJson = (blocks: readonly (StateBlock | ParameterBlock | InputBlock)[]): BlocksJson =>
  Object.fromEntries(blocks.map((block) => [block.name, blockJson(block)]));

function kindJson(system: DynamicalSystem, print: (expression: Expression) => string): KindJson {
  const ofRole = (role: StateRole): BlocksJson => blocksJson(system.state.filter((block) => block.role === role));
  const printAll = (formulas: ReadonlyMap<string, Expression>): FormulasJson =>
    Object.fromEntries([...formulas].map(([name, expression]) => [name, print(expression)]));
  const scalar = system.scalar === undefined ? "" : print(system.scalar);
  switch (system.kind) {
    case "energy":
      return {
        kind: system.kind,
        state: ofRole("state"),
        energy: scalar,
        ...(system.rates === undefined ? {} : { rates: printAll(system.rates) }),
      };
    case "hamiltonian":
      return {
        kind: system.kind,
        coordinates: ofRole("coordinate"),
        momenta: ofRole("momentum"),
        hamiltonian: scalar,
        ...(system.damping === undefined ? {} : { damping: system.damping }),
      };
    case "lagrangian":
      return {
        kind: system.kind,
        coordinates: ofRole("coordinate"),
        lagrangian: scalar,
        ...(system.damping === undefined ? {} : { damping: system.damping }),
        force: printAll(system.generalisedForce ?? new Map()),
      };
    case "skew-gradient":
      return {
        kind: system.kind,
        activators: ofRole("activator"),
        inhibitors: ofRole("inhibitor"),
        timeConstants: Object.fromEntries(
          [...(system.timeConstants ?? [])].map(([name, constant]) => [
            name,
            constantValue(constant) ?? (symbolName(constant) as string),
          ]),
        ),
        potential: scalar,
      };
    case "force":
      return {
        kind: system.kind,
        state: ofRole("state"),
        force: printAll(system.decomposition?.nonConservative ?? system.field),
        ...(system.decomposition === undefined ? {} : { energy: print(system.decomposition.energy) }),
        ...(system.twist === undefined ? {} : { twist: printAll(system.twist) }),
      };
    case "map":
      return {
        kind: system.kind,
        state: ofRole("state"),
        next: printAll(system.field),
        ...(system.inverse === undefined ? {} : { inverse: printAll(system.inverse) }),
      };
    case "native":
      throw new InputError({
        field: `system "${system.name}"`,
        given: "a native system",
        expected: "a system given by formulas",
        remedy: "functions written by hand have no JSON form",
      });
  }
}

/**
 * A system as plain data for checkpoints, workers and sharing. {@link systemFromJson} gives the same system back, down to
 * the nodes of its graphs.
 *
 * @throws InputError for a native system, or for formulas beyond the limits of {@link systemFromJson}
 */
export function systemToJson(system: DynamicalSystem): SystemJson {
  const blocks = [...system.state, ...system.parameters, ...system.input];
  const avoid = blocks.map(({ name }) => name);
  const print = (expression: Expression): string => printFormula(expression, { avoid });
  const conserved = system.kind === "hamiltonian" || system.kind === "lagrangian";
  const declared = [...system.invariants].filter(([name]) => !(conserved && name === "energy"));
  const json: SystemJson = {
    format: SYSTEM_JSON_FORMAT,
    name: system.name,
    parameters: blocksJson(system.parameters),
    input: blocksJson(system.input),
    invariants: Object.fromEntries(declared.map(([name, expression]) => [name, print(expression)])),
    ...kindJson(system, print),
  };
  systemFromJson(json);
  return json;
}

const FIELD = "system in JSON";

function refuse(field: string, given: unknown, expected: string, remedy?: string): never {
  throw new InputError({
    field,
    given: describeGiven(given),
    expected,
    ...(remedy === undefined ? {} : { remedy }),
  });
}

function readObject(field: string, value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) refuse(field, value, "an object");
  return value as Readonly<Record<string, unknown>>;
}

function readText(field: string, value: unknown): string {
  return typeof value === "string" ? value : refuse(field, value, "a text");
}

/** Blocks as their constructor takes them. */
function readBlocks(field: string, value: unknown): object {
  const blocks = Object.entries(readObject(field, value)).map(([name, given]) => {
    const block = readObject(`${field}.${name}`, given);
    const { bounds } = block;
    if (!Array.isArray(bounds)) return [name, block] as const;
    const [low, high] = bounds as [unknown, unknown];
    return [name, { ...block, bounds: [low ?? Number.NEGATIVE_INFINITY, high ?? Number.POSITIVE_INFINITY] }] as const;
  });
  return Object.fromEntries(blocks);
}

function readFormulas(field: string, value: unknown): object {
  const formulas = Object.entries(readObject(field, value));
  return Object.fromEntries(formulas.map(([name, formula]) => [name, readText(`${field}.${name}`, formula)]));
}

type Reader = (field: string, value: unknown) => unknown;

/** How a kind is read: its constructor, and the options that have to or may be there. */
interface KindReader {
  readonly make: (declaration: never) => DynamicalSystem;
  readonly required: Readonly<Record<string, Reader>>;
  readonly optional?: Readonly<Record<string, Reader>>;
}

const COMMON: Readonly<Record<string, Reader>> = {
  name: readText,
  parameters: readBlocks,
  input: readBlocks,
  invariants: readFormulas,
};

const KINDS: Readonly<Record<KindJson["kind"], KindReader>> = {
  energy: {
    make: energySystem,
    required: { state: readBlocks, energy: readText },
    optional: { rates: readFormulas },
  },
  hamiltonian: {
    make: hamiltonianSystem,
    required: { coordinates: readBlocks, momenta: readBlocks, hamiltonian: readText },
    optional: { damping: readText },
  },
  lagrangian: {
    make: lagrangianSystem,
    required: { coordinates: readBlocks, lagrangian: readText, force: readFormulas },
    optional: { damping: readText },
  },
  "skew-gradient": {
    make: skewGradientSystem,
    required: { activators: readBlocks, inhibitors: readBlocks, timeConstants: readObject, potential: readText },
  },
  force: {
    make: forceSystem,
    required: { state: readBlocks, force: readFormulas },
    optional: { energy: readText, twist: readFormulas },
  },
  map: { make: mapSystem, required: { state: readBlocks, next: readFormulas }, optional: { inverse: readFormulas } },
};

/**
 * Reads a system from its JSON form, which may come from a stranger: formulas are parsed within the parser's limits and
 * never evaluated as code.
 *
 * @param json the parsed JSON
 * @throws InputError for another format version, an unknown kind, missing or additional entries, or whatever the constructor
 * of the kind refuses
 */
export function systemFromJson(json: unknown): DynamicalSystem {
  const { format, kind, ...options } = readObject(FIELD, json) as { format?: unknown; kind?: unknown };
  if (format !== SYSTEM_JSON_FORMAT) {
    refuse(`${FIELD}, format`, format, String(SYSTEM_JSON_FORMAT), "a newer version of eqprop may read it");
  }
  if (typeof kind !== "string" || !Object.hasOwn(KINDS, kind)) {
    return refuse(`${FIELD}, kind`, kind, Object.keys(KINDS).join(", "));
  }
  const { make, required, optional } = KINDS[kind as KindJson["kind"]];
  const needed = { ...COMMON, ...required };
  const absent = Object.keys(needed).find((key) => !Object.hasOwn(options, key));
  if (absent !== undefined) refuse(`${FIELD}, ${absent}`, undefined, `an entry of every ${kind} system`);
  const readers: Readonly<Record<string, Reader>> = { ...needed, ...optional };
  refuseUnknownKeys(FIELD, options, Object.keys(readers));
  const declaration = Object.entries(options).map(([key, value]) => {
    return [key, (readers[key] as Reader)(`${FIELD}, ${key}`, value)] as const;
  });
  return make(Object.fromEntries(declaration) as never);
}
