/** Shows what just changed: an element whose text differs from the one shown before it glows for a moment. */

const GLOW_MS = 3000;

export class Highlights {
  private readonly texts = new Map<string, string>();
  private readonly changes = new Map<string, number>();

  /** `key` says what the element shows, whichever element shows it; `now` is in milliseconds. Returns the element. */
  mark<T extends HTMLElement>(key: string, element: T, now: number, text = element.textContent ?? ""): T {
    const before = this.texts.get(key);
    this.texts.set(key, text);
    if (before !== undefined && before !== text) this.changes.set(key, now);
    const elapsed = now - (this.changes.get(key) ?? Number.NEGATIVE_INFINITY);
    if (elapsed < GLOW_MS) {
      element.classList.add("changed");
      element.style.animationDelay = `-${elapsed}ms`;
    }
    return element;
  }

  /** What is new from now on is no change: the panel was just opened, or the visitor is another. */
  forget(): void {
    this.texts.clear();
    this.changes.clear();
  }
}
