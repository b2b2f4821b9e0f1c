/** A client that is made with the client of another kind, as that one (its base) knows it. */
export interface Dependent {
  /** What can give bases back when they are wanted. */
  readonly relief: Relief;
  /** The base was detached, and the dependent goes with it. @param renewed whether another base is in its place */
  baseDetached(renewed: boolean): void;
  /** The base has to be disposed now: the dependent goes first, in use or not. Settles when it is gone. */
  force(): Promise<void>;
}

/** The clients of a kind that hold clients of another one. */
export interface Relief {
  /** Evicts idle clients until so many are being disposed. @returns how many are, `wanted` at most */
  relieve(wanted: number): number;
}
