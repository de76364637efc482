/** What befit knows of the visitor: tags, signals and traits. */

import type { Profile } from "@befit/browser";
import { h } from "../dom";
import type { Highlights } from "./highlights";
import { duration, glance, type Readable, readable } from "./values";

export interface Tag {
  readonly name: string;
  /** Milliseconds since the epoch; undefined when the tag stays, or nobody says. */
  readonly until: number | undefined;
}

/** Tags as the server gives them: a list of names, of `{name, expires}`, or an object of names. */
export function tagsOf(tags: unknown): Tag[] {
  const named: [unknown, unknown][] = Array.isArray(tags)
    ? tags.map((tag) => (typeof tag === "string" ? [tag, undefined] : [nameOf(tag), tag]))
    : Object.entries(tags && typeof tags === "object" ? tags : {});
  return named
    .flatMap(([name, detail]) => (typeof name === "string" ? [{ name, until: momentOf(detail) }] : []))
    .sort((one, other) => one.name.localeCompare(other.name));
}

export function known(profile: Profile | undefined, highlights: Highlights, now: number): HTMLElement[] {
  if (!profile) return [h("p", { class: "panel-quiet" }, "Nothing yet. Look around, and it appears here.")];
  const tags = tagsOf(profile.tags);
  return [
    h("h3", {}, "Tags"),
    tags.length > 0
      ? h("ul", { class: "tags", "data-testid": "panel-tags" }, ...tags.map((tag) => chip(tag, highlights, now)))
      : h("p", { class: "panel-quiet" }, "None yet."),
    h("h3", {}, "Signals"),
    table("signal", profile.signals, highlights, now),
    ...(Object.keys(profile.traits).length > 0
      ? [h("h3", {}, "Traits"), table("trait", profile.traits, highlights, now)]
      : []),
  ];
}

function chip({ name, until }: Tag, highlights: Highlights, now: number): HTMLElement {
  const left = until === undefined || until <= now ? "" : `${duration((until - now) / 1000)} left`;
  return highlights.mark(`tag ${name}`, h("li", { class: "tag" }, name, left && h("small", {}, left)), now, name);
}

/** What says something comes first; what is still zero, empty or false stands below it, paler. */
function table(kind: string, values: Record<string, unknown>, highlights: Highlights, now: number): HTMLElement {
  const rows = Object.entries(values)
    .sort(([one, its], [other, others]) => Number(isIdle(its)) - Number(isIdle(others)) || one.localeCompare(other))
    .map(([name, value]) => {
      const cell = h("td", {}, shown(readable(value, now)));
      const row = h("tr", { "data-testid": `${kind}-${name}` }, h("th", { scope: "row" }, name), cell);
      if (isIdle(value)) row.className = "idle";
      return highlights.mark(`${kind} ${name}`, row, now, glance(value, now));
    });
  if (rows.length === 0) return h("p", { class: "panel-quiet" }, "None yet.");
  return h("table", { class: "values" }, h("tbody", {}, ...rows));
}

function isIdle(value: unknown): boolean {
  return value === 0 || value === false || value === "0s" || value === "" || value === null;
}

function shown(value: Readable): Node {
  if ("text" in value) return h("span", { title: value.exact }, value.text);
  const list = h("ul", { class: "bars" });
  for (const { name, share, score } of value.bars) {
    const meter = h("meter", { min: 0, max: 1, value: share, title: score.toFixed(2) });
    list.append(h("li", {}, h("span", {}, name), meter));
  }
  return list;
}

function nameOf(tag: unknown): unknown {
  return (tag as { name?: unknown } | null)?.name;
}

function momentOf(detail: unknown): number | undefined {
  const expires = typeof detail === "object" && detail ? (detail as { expires?: unknown }).expires : detail;
  const moment = typeof expires === "string" ? Date.parse(expires) : Number(expires);
  return moment > 0 ? moment : undefined;
}
