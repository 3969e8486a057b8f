import { escapeMarkup, splitSuperscripts } from "./text.js";

const svgNamespace = "http://www.w3.org/2000/svg";

/** Attributes of an element; undefined ones are left out. */
export type Attributes = Readonly<Record<string, string | number | undefined>>;

/** A piece of text in a drawing. */
class DrawingText {
  readonly nodeType = 3;
  parentNode: DrawingElement | null = null;

  constructor(readonly textContent: string) {}

  get outerHTML(): string {
    return escapeMarkup(this.textContent);
  }
}

type DrawingNode = DrawingElement | DrawingText;

/** An SVG element with the part of the DOM's interface that drawing needs. */
export class DrawingElement {
  readonly nodeType = 1;
  readonly namespaceURI = svgNamespace;
  readonly attributes = new Map<string, string>();
  readonly childNodes: DrawingNode[] = [];
  parentNode: DrawingElement | null = null;

  constructor(
    readonly ownerDocument: DrawingDocument,
    readonly tagName: string,
  ) {}

  get children(): DrawingElement[] {
    return this.childNodes.filter((node) => node instanceof DrawingElement);
  }

  get textContent(): string {
    return this.childNodes.map((node) => node.textContent).join("");
  }

  set textContent(text: string) {
    for (const node of this.childNodes.splice(0)) node.parentNode = null;
    if (text !== "") this.appendChild(new DrawingText(text));
  }

  get outerHTML(): string {
    const attributes = [...this.attributes].map(([name, value]) => ` ${name}="${escapeMarkup(value)}"`).join("");
    const content = this.innerHTML;
    return content === ""
      ? `<${this.tagName}${attributes}/>`
      : `<${this.tagName}${attributes}>${content}</${this.tagName}>`;
  }

  get innerHTML(): string {
    return this.childNodes.map((node) => node.outerHTML).join("");
  }

  getAttribute(name: string): string | null {
    return this.attributes.get(name) ?? null;
  }

  hasAttribute(name: string): boolean {
    return this.attributes.has(name);
  }

  setAttribute(name: string, value: string | number): void {
    this.attributes.set(name, String(value));
  }

  removeAttribute(name: string): void {
    this.attributes.delete(name);
  }

  appendChild<Node extends DrawingNode>(node: Node): Node {
    return this.insertBefore(node, null);
  }

  insertBefore<Node extends DrawingNode>(node: Node, next: DrawingNode | null): Node {
    const former = node.parentNode;
    if (former !== null) former.childNodes.splice(former.childNodes.indexOf(node), 1);
    const index = next === null ? this.childNodes.length : this.childNodes.indexOf(next);
    this.childNodes.splice(index, 0, node);
    node.parentNode = this;
    return node;
  }

  append(...nodes: readonly DrawingNode[]): void {
    for (const node of nodes) this.appendChild(node);
  }

  /** Every element below this one, in document order. */
  *descendants(): Generator<DrawingElement> {
    for (const child of this.children) {
      yield child;
      yield* child.descendants();
    }
  }
}

/**
 * A document just large enough for Observable Plot to draw in. Plot needs one, and a browser's (or an emulation of it,
 * hundreds of times this size) would make figures depend on where they are drawn: with this one they are the same text in
 * Node, in a browser and in a worker.
 */
export class DrawingDocument {
  readonly documentElement: DrawingElement = new DrawingElement(this, "svg");

  createElementNS(_namespace: string, name: string): DrawingElement {
    return new DrawingElement(this, name);
  }

  createTextNode(text: string): DrawingText {
    return new DrawingText(text);
  }
}

/** A new element with attributes and content; `^n` in text becomes a superscript. */
export function element(
  name: string,
  attributes: Attributes,
  ...content: readonly (DrawingElement | string)[]
): DrawingElement {
  const result = new DrawingElement(sharedDocument, name);
  for (const [key, value] of Object.entries(attributes)) if (value !== undefined) result.setAttribute(key, value);
  for (const part of content) {
    if (typeof part === "string") appendText(result, part);
    else result.appendChild(part);
  }
  return result;
}

const sharedDocument = new DrawingDocument();

/** Replaces `^n` by a raised number in every text element below `root` that Plot has written. */
export function raiseSuperscripts(root: DrawingElement): void {
  for (const node of [...root.descendants()]) {
    const text = node.textContent;
    if (node.tagName !== "text" || node.children.length > 0 || !text.includes("^")) continue;
    node.textContent = "";
    appendText(node, text);
  }
}

function appendText(parent: DrawingElement, text: string): void {
  const raise = 0.4;
  const size = 0.72;
  let wasRaised = false;
  for (const part of splitSuperscripts(text)) {
    if (part.raised) {
      parent
        .appendChild(element("tspan", { dy: `${-raise}em`, "font-size": `${size}em` }))
        .appendChild(new DrawingText(part.text));
    } else if (wasRaised) {
      parent.appendChild(element("tspan", { dy: `${raise * size}em` })).appendChild(new DrawingText(part.text));
    } else parent.appendChild(new DrawingText(part.text));
    wasRaised = part.raised;
  }
}
