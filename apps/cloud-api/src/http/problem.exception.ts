import { HttpException } from '@nestjs/common';

/** A field of the input that is not acceptable. */
export interface FieldProblem {
  /** Its name; nested names are joined by dots, and the body itself is `body`. */
  readonly field: string;
  /** What is allowed. */
  readonly message: string;
}

/** What a {@link ProblemException} may carry beside its detail. */
export interface ProblemExtras {
  readonly fields?: readonly FieldProblem[];
  readonly headers?: Readonly<Record<string, string>>;
}

/** A response other than success, sent as RFC 9457 problem details. */
export class ProblemException extends HttpException {
  /** Stable, for programs. */
  readonly code: string;
  /** The fields that are wrong; empty when it is not about fields. */
  readonly fields: readonly FieldProblem[];
  /** Headers of the answer. */
  readonly headers: Readonly<Record<string, string>>;

  /**
   * @param status HTTP status, 400 to 599
   * @param code stable, for programs
   * @param detail for people: what happened and the remedy
   */
  constructor(status: number, code: string, detail: string, { fields = [], headers = {} }: ProblemExtras = {}) {
    super(detail, status);
    this.code = code;
    this.fields = fields;
    this.headers = headers;
  }
}
