import { gather } from "../../core/expression/functions.js";
import { formula } from "../../core/formula/template.js";
import { energySystem } from "../energy-system.js";
import { catalogueSystem, checkOption, checkSize } from "./catalogue-system.js";

/** Options of {@link resistorNetwork}. */
export interface ResistorNetworkOptions {
  /** Number of nodes, at least 2. */
  readonly nodes: number;
  /** The two different nodes each resistor joins, counted from 0; by default a ring through all nodes. */
  readonly resistors?: readonly (readonly [from: number, to: number])[];
}

/**
 * Resistors between nodes that also leak to ground, with currents fed into the nodes. The voltages settle where half the
 * dissipated power minus the power fed in is least (a co-content):
 *
 * E = sum over resistors of conductance (u_from - u_to)^2 / 2 + sum leak u^2 / 2 - current . u.
 *
 * @throws InputError for fewer than two nodes or a resistor that does not join two of them
 */
export function resistorNetwork({ nodes, resistors: given }: ResistorNetworkOptions) {
  checkSize("resistorNetwork, nodes", nodes, 2);
  const resistors = given ?? ring(nodes);
  const isNode = (node: number): boolean => Number.isInteger(node) && node >= 0 && node < nodes;
  const isResistor = ([from, to]: readonly [number, number]): boolean => isNode(from) && isNode(to) && from !== to;
  const fits = resistors.length > 0 && resistors.every(isResistor);
  checkOption("resistorNetwork, resistors", resistors, fits, `pairs of different nodes from 0 to ${nodes - 1}`);
  const system = energySystem({
    name: `resistor network of ${nodes} nodes`,
    state: { u: { shape: [nodes], unit: "V" } },
    parameters: {
      conductance: { shape: [resistors.length], default: 1, unit: "S" },
      leak: { shape: [nodes], default: 0.1, unit: "S" },
    },
    input: { current: { shape: [nodes], unit: "A" } },
    energy: ({ u, conductance, leak, current }) => {
      const from = gather(
        u,
        resistors.map(([node]) => node),
      );
      const to = gather(
        u,
        resistors.map(([, node]) => node),
      );
      return formula`sum(${conductance}*(${from} - ${to})^2)/2 + sum(${leak}*${u}^2)/2 - dot(${current}, ${u})`;
    },
  });
  return catalogueSystem(system, {
    initial: { u: 0 },
    input: { current: Array.from({ length: nodes }, (_, node) => (node === 0 ? 1 : 0)) },
  });
}

const ring = (nodes: number): [number, number][] =>
  Array.from({ length: nodes === 2 ? 1 : nodes }, (_, node) => [node, (node + 1) % nodes]);
