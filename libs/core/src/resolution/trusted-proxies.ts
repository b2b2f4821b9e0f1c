import { BlockList, isIP } from 'node:net';
import { OptionsInvalidError } from '../errors/usage.errors.js';

const LOOPBACK = ['127.0.0.0/8', '::1'];
const MAPPED_IPV4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/** A set of addresses and CIDR ranges of peers that may forward requests of others. */
export class TrustedProxies {
  /** Name of the option that lists them, for messages. */
  readonly option: string;
  readonly #peers = new BlockList();

  /**
   * @param option name of the option, for the message
   * @param entries addresses (`10.0.0.1`, `::1`), ranges (`10.0.0.0/8`) or `loopback`; at least one
   * @throws `MT_OPTIONS_INVALID`
   */
  constructor(option: string, entries: readonly string[]) {
    this.option = option;
    const list = Array.isArray(entries) ? (entries as readonly string[]) : [];
    if (list.length === 0)
      throw new OptionsInvalidError(option, entries, 'at least one address, CIDR range or "loopback"');
    for (const entry of list.flatMap((item) => (item === 'loopback' ? LOOPBACK : [item]))) this.#add(option, entry);
  }

  /** Whether a peer is in the set; IPv4 addresses mapped to IPv6 count as IPv4. */
  include(address: string | undefined): boolean {
    if (address === undefined) return false;
    const plain = MAPPED_IPV4.exec(address)?.[1] ?? address;
    const version = isIP(plain);
    return version !== 0 && this.#peers.check(plain, version === 4 ? 'ipv4' : 'ipv6');
  }

  #add(option: string, entry: string): void {
    const [address = '', bits, ...rest] = String(entry).split('/');
    const version = isIP(address);
    const max = version === 4 ? 32 : 128;
    const prefix = bits === undefined ? max : Number(bits);
    const valid =
      version !== 0 && rest.length === 0 && bits !== '' && Number.isInteger(prefix) && prefix >= 0 && prefix <= max;
    if (!valid)
      throw new OptionsInvalidError(option, entry, 'an IP address, a CIDR range such as 10.0.0.0/8, or "loopback"');
    this.#peers.addSubnet(address, prefix, version === 4 ? 'ipv4' : 'ipv6');
  }
}
