/** Who is visiting: signing in, and starting over as somebody new. */

import type { Befit } from "@befit/browser";

type Listener = () => void;

export class Visitor {
  private readonly listeners = new Set<Listener>();

  constructor(private readonly befit: Befit) {}

  get userId(): string | undefined {
    return this.befit.userId;
  }

  get anonymousId(): string {
    return this.befit.anonymousId;
  }

  /** From now on this browser belongs to `userId`; what it did before is theirs too. */
  signIn(userId: string): void {
    this.befit.identify(userId);
    this.changed();
  }

  /** A browser that nobody knows yet. */
  renew(): void {
    this.befit.reset();
    this.changed();
  }

  follow(listener: Listener): void {
    this.listeners.add(listener);
  }

  private changed(): void {
    for (const listener of this.listeners) listener();
  }
}
