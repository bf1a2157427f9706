import { isIPv4, isIPv6 } from 'node:net';

/** An IPv4 network as two numbers. */
export interface Range {
  /** First address. */
  readonly first: number;
  /** How many addresses. */
  readonly size: number;
}

/** Takes `172.20.0.0/16` apart; `undefined` if it is no network, also where bits of the host part are set. */
export function parseCidr(text: unknown): Range | undefined {
  const match = typeof text === 'string' ? /^(\d+\.\d+\.\d+\.\d+)\/(\d|[12]\d|3[0-2])$/.exec(text) : null;
  if (!match || !isIPv4(match[1] as string)) return undefined;
  const size = 2 ** (32 - Number(match[2]));
  const first = toNumber(match[1] as string);
  return first % size === 0 ? { first, size } : undefined;
}

/** Whether a text is a network in CIDR notation, IPv4 or IPv6. */
export function isCidr(text: unknown): boolean {
  if (parseCidr(text)) return true;
  const match = typeof text === 'string' ? /^([^/]+)\/(\d{1,3})$/.exec(text) : null;
  return match !== null && isIPv6(match[1] as string) && Number(match[2]) <= 128;
}

/** Whether an address lies within a network. */
export function contains(range: Range, address: string): boolean {
  const n = toNumber(address);
  return n >= range.first && n < range.first + range.size;
}

/** Whether two networks have an address in common. */
export function overlap(one: Range, other: Range): boolean {
  return one.first < other.first + other.size && other.first < one.first + one.size;
}

/** Whether an address can be a host's: it lies within the network, and is not its first or last address. */
export function isHostAddress(range: Range, address: string): boolean {
  if (!isIPv4(address)) return false;
  const n = toNumber(address);
  const reserved = range.size > 2 ? 1 : 0;
  return n >= range.first + reserved && n < range.first + range.size - reserved;
}

function toNumber(address: string): number {
  return address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
}
