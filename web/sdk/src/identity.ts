/** Who the visitor is: an anonymous id that outlives the visit, and the user id once they say so. The tabs share both. */

import { newId } from "./ids";
import type { Storage } from "./storage";
import type { Options } from "./types";

const ANONYMOUS = "befit_anonymous_id";
const USER = "befit_user_id";

export interface Visitor {
  anonymousId: string;
  userId?: string | undefined;
  identityToken?: string;
}

export interface Identity {
  /** Who it is now: read anew each time, as another tab may have changed it. */
  visitor(): Visitor;
  become(userId?: string, identityToken?: string): void;
  /** A new, unknown visitor. */
  reset(): void;
}

export function createIdentity(storage: Storage, options: Options): Identity {
  // A user id that needs a token is worth nothing without it, and tokens are not remembered: the site gives both on each page.
  let signed: Partial<Visitor> = {};
  function become(userId?: string, identityToken?: string): void {
    signed = identityToken ? { userId, identityToken } : {};
    storage.set(USER, identityToken ? "" : userId);
  }
  const anonymousId = () => storage.get(ANONYMOUS) ?? "";
  storage.set(ANONYMOUS, options.anonymousId ?? (anonymousId() || newId()));
  if (options.userId) become(options.userId, options.identityToken);
  return {
    visitor: () => ({ anonymousId: anonymousId(), userId: storage.get(USER), ...signed }),
    become,
    reset() {
      storage.set(ANONYMOUS, newId());
      become();
    },
  };
}
