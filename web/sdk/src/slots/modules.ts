/** How module types become DOM: the page's own renderers, and a plain one for banners and messages. */

import { attempt } from "../attempt";
import type { Decision, Props, Renderer } from "../types";

export interface Modules {
  define<P>(type: string, renderer: Renderer<P>): void;
  /** undefined when nobody knows the type. */
  render(decision: Decision): Node | undefined;
}

export function createModules(defined: () => void): Modules {
  const renderers = new Map<string, Renderer>([
    ["banner", simple],
    ["message", simple],
  ]);
  return {
    define(type, renderer) {
      renderers.set(type, renderer as unknown as Renderer);
      defined();
    },
    render: (decision) => renderers.get(decision.type)?.(decision.props, decision),
  };
}

/** `{title, text, cta, url}` as text and one link; classes `befit-TYPE`, `befit-title`, `befit-text`, `befit-cta`. */
function simple({ title, text, cta, url }: Props, { type }: Decision): Node {
  const box = element("div", type, "");
  if (title) box.append(element("strong", "title", title));
  if (text) box.append(element("p", "text", text));
  const href = safeUrl(url);
  if (cta && href) box.append(Object.assign(element("a", "cta", cta), { href }));
  return box;
}

function element(tag: string, name: string, text: unknown): HTMLElement {
  return Object.assign(document.createElement(tag), { className: `befit-${name}`, textContent: text });
}

/** The address when it is http, https or relative to the page; undefined for `javascript:` and everything else. */
export function safeUrl(url: unknown): string | undefined {
  const { protocol, href } = attempt(() => new URL(url as string, document.baseURI)) ?? {};
  return url && /^https?:$/.test(protocol ?? "") ? href : undefined;
}
