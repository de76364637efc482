/** Random ids of 128 bits. Not `crypto.randomUUID`, which does not exist on plain-http pages. */

export function newId(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join("");
}
