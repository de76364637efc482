/** What a page is: its title, its content, and what is told once it stands. */

export interface Page {
  readonly title: string;
  readonly content: readonly Node[];
  /** Called once the page stands. */
  tell?(): void;
  /** Called when the visitor leaves for another page. */
  leave?(): void;
}
