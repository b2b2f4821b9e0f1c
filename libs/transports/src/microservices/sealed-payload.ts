/** A record of Nest's: data, with what the transport sends beside it. */
interface TransportRecord {
  readonly data: unknown;
}

const RECORDS = new Set(['RmqRecord', 'NatsRecord', 'MqttRecord']);

/** Seals data; of a record of Nest's its data, so that its headers and options stay with the transport. */
export function sealedPayload(data: unknown, seal: (data: unknown) => unknown): unknown {
  if (!isRecord(data)) return seal(data);
  const copy = Object.create(Object.getPrototypeOf(data) as object) as object;
  return Object.assign(copy, data, { data: seal(data.data) });
}

/** By name: the package that declares the classes is the application's, and senders over another transport need not load it. */
function isRecord(data: unknown): data is TransportRecord {
  if (typeof data !== 'object' || data === null) return false;
  const prototype = Object.getPrototypeOf(data) as { readonly constructor?: unknown } | null;
  const { constructor } = prototype ?? {};
  return typeof constructor === 'function' && RECORDS.has(constructor.name) && Object.hasOwn(data, 'data');
}
