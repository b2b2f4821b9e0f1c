/** Something that happens once and that others wait for. */
export class Signal {
  readonly given: Promise<void>;
  readonly give: () => void;

  constructor() {
    let resolve = (): void => undefined;
    this.given = new Promise((done) => void (resolve = done));
    this.give = resolve;
  }
}
