import type { Kinds } from '../../model/kinds';
import type { At, Natives, StackView } from '../platform';

interface Taken {
  readonly address: string;
  readonly path: string;
}

const taken = new WeakMap<StackView, Map<string, Taken[]>>();

/** Takes a port of the host for a published entrance. One on every address clashes with one on a single address. */
export function takeHostPort<N extends Natives>(spec: Kinds['route'], at: At<N, 'route'>, address: string): void {
  const target = at.spec(spec.to).ports.find((one) => one.name === spec.port);
  const listen = spec.listen ?? target?.port ?? 0;
  const port = `${listen}/${target?.protocol ?? 'tcp'}`;
  const all = taken.get(at.stack) ?? new Map<string, Taken[]>();
  taken.set(at.stack, all);
  const same = all.get(port) ?? [];
  const clash = same.find((other) => meet(other.address, address));
  if (clash) at.problem('listen', `the port of the host is taken by ${clash.path}`, listen, 'choose another port, or another address');
  all.set(port, [...same, { address, path: at.path }]);
}

function meet(one: string, other: string): boolean {
  const everywhere = (address: string) => address === '0.0.0.0' || address === '::';
  return one === other || (one.includes(':') === other.includes(':') && (everywhere(one) || everywhere(other)));
}
