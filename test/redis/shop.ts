import { Construct } from 'constructs';
import { acknowledge, Environments, ExistingSecret, HardenedService, Redis, type RedisProps } from '../../lib';
import { type Json, Views } from '../apps/views';

/** A shop with a Redis, and an app that may connect to it. */
export class Shop extends Construct {
  readonly redis: Redis;

  constructor(scope: Construct, props: Partial<RedisProps> & { readonly certificate?: boolean } = {}) {
    super(scope, 'shop');
    acknowledge(this, { 'no-new-privileges': 'the engines have it in daemon.json', 'start.ready': 'everybody tries again' });
    const { certificate, ...own } = props;
    const tls = certificate && { secret: new ExistingSecret(this, 'Tls', { existing: 'certificate' }) };
    this.redis = new Redis(this, 'Redis', { size: '5Gi', ...own, ...(tls && { tls }) });
    const app = new HardenedService(this, 'App', { image: 'shop/app:1.0.0', command: ['/app'], ports: { http: 8080 } });
    app.network.allowTo(this.redis);
  }
}

/** The shop on every target. */
export function views(props: ConstructorParameters<typeof Shop>[1] = {}, environment = Environments.staging): Views {
  return new Views('shop', (scope) => new Shop(scope, props), environment);
}

/** The files of the servers' configuration. */
export function config(all: Views): Record<string, string> {
  return all.kind('ConfigMap', 'shop-redis-config').data;
}

/** The parameters of the servers, in a file of lines. */
export function parameters(text: string): Record<string, string> {
  const lines = text.trim().split('\n');
  return Object.fromEntries(lines.map((line) => /^(\S+) (.*)$/.exec(line)?.slice(1) as [string, string]));
}

/** Paths of the secret files of a service of a Compose file or stack file. */
export function secretsOf(service: Json): string[] {
  return service.secrets.map(({ target }: { target: string }) => target.replace('/run/secrets/', '')).sort();
}
