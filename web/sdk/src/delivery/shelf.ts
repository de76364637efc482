/** Events that this or an earlier page could not deliver, shared by the tabs. They stay until the server has them. */

import { attempt } from "../attempt";
import type { Storage } from "../storage";

export interface Shelf {
  read(): string[];
  /** Changes what is there, as far as there is or will be something. */
  change(to: (events: string[]) => string[]): void;
}

export function createShelf(storage: Storage, key: string): Shelf {
  const read = (): string[] => attempt(() => JSON.parse(storage.get(key) ?? "")) ?? [];
  return {
    read,
    change(to) {
      const before = read();
      const after = to(before);
      if (before[0] || after[0]) storage.set(key, after[0] && JSON.stringify(after));
    },
  };
}
