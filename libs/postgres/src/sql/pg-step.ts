/** A statement whose result is not read: as text, and as the messages that run it. */
export interface BatchStep {
  readonly text: string;
  /** For `$1`, `$2`, ... */
  readonly values: readonly string[];
  /** Parse, Bind and Execute, without names. */
  readonly messages: Uint8Array;
}

/** Of the message Parse, around its text: type, length, name, end of the text, number of types. */
const PARSE_FRAME = 9;
/** Of the message Bind, around its values: type, length, portal, name, numbers of formats, of values and of result formats. */
const BIND_FRAME = 13;
const EXECUTE = framed('E', 10);

/**
 * Makes a step. All of it goes to the server in one piece, since each piece costs the driver a buffer and a write.
 *
 * @internal
 */
export function batchStep(text: string, values: readonly string[] = []): BatchStep {
  return { text, values, messages: Buffer.concat([parseOf(text), bindOf(values), EXECUTE]) };
}

function parseOf(text: string): Buffer {
  const message = framed('P', PARSE_FRAME + Buffer.byteLength(text));
  message.write(text, 6);
  return message;
}

function bindOf(values: readonly string[]): Buffer {
  const message = framed(
    'B',
    values.reduce((size, value) => size + 4 + Buffer.byteLength(value), BIND_FRAME),
  );
  message.writeInt16BE(values.length, 9);
  let at = 11;
  for (const value of values) {
    const length = message.write(value, at + 4);
    message.writeInt32BE(length, at);
    at += 4 + length;
  }
  return message;
}

/** A message of zeros, but for its type and its length, which does not count the type. */
function framed(type: string, size: number): Buffer {
  const message = Buffer.alloc(size);
  message.write(type);
  message.writeInt32BE(size - 1, 1);
  return message;
}
