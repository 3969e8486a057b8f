import { gather } from "../../core/expression/functions.js";
import { formula } from "../../core/formula/template.js";
import { energySystem } from "../energy-system.js";
import { catalogueSystem, checkSize } from "./catalogue-system.js";
import { checkEdges, type Edge, ringEdges } from "./graph-edges.js";

/** Options of {@link resistorNetwork}. */
export interface ResistorNetworkOptions {
  /** Number of nodes, at least 2. */
  readonly nodes: number;
  /** The two different nodes each resistor joins, counted from 0; by default a ring through all nodes. */
  readonly resistors?: readonly Edge[];
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
  const resistors = given ?? ringEdges(nodes);
  checkEdges("resistorNetwork, resistors", resistors, nodes);
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
