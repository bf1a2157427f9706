// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of Compose
import { parse } from 'yaml';
import { Environments, ExistingSecret, NetworkSegment, PersistentVolume } from '../../lib';
import { ComposeExpression, compose, composeFile } from '../../lib/platforms/compose';
import { proberBinary } from '../../lib/platforms/prober/prober';
import { sentences, service, tree } from './build';

describe('composeFile', () => {
  test('writes a hardened service in full', () => {
    const root = tree();
    service(root, 'Api', {
      ports: { http: 8080 },
      health: { http: { port: 'http', path: '/live?full=$1' }, interval: '90s' },
      env: { GREETING: 'yes', PRICE: '$5' },
      pids: 50,
      shutdown: { grace: '2m' },
    });
    const file = composeFile(root, { name: 'shop' });
    expect(parse(file.text)).toEqual({
      name: 'shop',
      services: {
        api: {
          image: 'example/app:1.2.3',
          environment: { GREETING: 'yes', PRICE: '$$5' },
          user: '65532:65532',
          cap_drop: ['ALL'],
          read_only: true,
          stop_grace_period: '2m0s',
          healthcheck: {
            test: ['CMD', '/.ironhull/prober', 'http', '8080', '/live?full=$$1', '--timeout', '4500'],
            interval: '1m30s',
            timeout: '5s',
            retries: 3,
            start_period: '30s',
          },
          configs: [{ source: 'prober', target: '/.ironhull/prober' }],
          logging: { driver: 'json-file', options: { 'max-size': '10m', 'max-file': '3' } },
          security_opt: ['no-new-privileges:true'],
          tmpfs: ['/tmp:rw,noexec,nosuid,nodev,size=67108864,mode=1777,uid=65532,gid=65532'],
          cpu_shares: 102,
          memswap_limit: '256m',
          deploy: {
            replicas: 1,
            resources: { limits: { cpus: '0.5', memory: '256m', pids: 50 }, reservations: { cpus: '0.1', memory: '256m' } },
          },
          restart: 'always',
          networks: { api_alone: {} },
        },
      },
      networks: { api_alone: { name: 'shop_api_alone', driver: 'bridge', internal: true } },
      configs: { prober: { file: './prober-amd64' } },
    });
    expect([...file.files]).toEqual([['prober-amd64', { content: proberBinary('amd64'), mode: 0o755 }]]);
    expect(composeFile(root, { name: 'shop' }).text).toBe(file.text);
  });

  test('brings the prober of the architecture, and none where nobody needs it', () => {
    const root = tree();
    service(root, 'Worker', { health: { exec: ['/bin/check'] } });
    expect(composeFile(root).files.size).toBe(0);
    expect(composeFile(root).text).not.toContain('prober');
    service(root, 'Api', { ports: { http: 8080 }, health: { tcp: { port: 'http' } } });
    expect([...composeFile(root, { architecture: 'arm64' }).files.keys()]).toEqual(['prober-arm64']);
  });

  test('names volumes and networks by the stack, so that another project finds them', () => {
    const root = tree();
    const network = new NetworkSegment(root, 'Backplane', { subnet: '10.9.0.0/24', gateway: '10.9.0.1', mtu: 1400, internal: true });
    const volume = new PersistentVolume(root, 'shop-data', { size: '1Gi' });
    const remote = new PersistentVolume(root, 'Remote', { size: '1Gi', shared: true, driver: 'nfs', driverOptions: { share: 'a:/b' } });
    service(root, 'Api', {
      networks: [{ network, address: '10.9.0.7', aliases: ['web'] }],
      mounts: [
        { volume, path: '/data' },
        { volume: remote, path: '/remote', readOnly: true },
      ],
    });
    const file = parse(composeFile(root, { name: 'shop' }).text);
    expect(file.volumes).toEqual({
      'shop-data': { name: 'shop-data' },
      remote: { name: 'shop_remote', driver: 'nfs', driver_opts: { share: 'a:/b' } },
    });
    expect(file.networks).toEqual({
      backplane: {
        name: 'shop_backplane',
        driver: 'bridge',
        driver_opts: { 'com.docker.network.driver.mtu': '1400' },
        ipam: { config: [{ subnet: '10.9.0.0/24', gateway: '10.9.0.1' }] },
        internal: true,
      },
    });
    expect(file.services.api.networks).toEqual({ backplane: { aliases: ['web'], ipv4_address: '10.9.0.7' } });
    expect(file.services.api.volumes).toEqual([
      { type: 'volume', source: 'shop-data', target: '/data' },
      { type: 'volume', source: 'remote', target: '/remote', read_only: true },
    ]);
  });

  test('starts a service after those that it connects to, when they are well', () => {
    const root = tree();
    const well = service(root, 'Database', { ports: { sql: 5432 }, health: { tcp: { port: 'sql' } } });
    const plain = service(root, 'Cache', { ports: { cache: 6379 } });
    const api = service(root, 'Api');
    api.network.allowTo(well);
    api.network.allowTo(plain);
    const { services } = parse(composeFile(root).text);
    expect(services.api.depends_on).toEqual({ database: { condition: 'service_healthy' }, cache: { condition: 'service_started' } });
  });

  test('puts sidecars into the namespaces of their service', () => {
    const root = tree();
    const api = service(root, 'Api');
    api.addSidecar('watch', { image: 'example/watch:1', shareProcesses: true });
    api.addSidecar('proxy', { image: 'example/proxy:1' });
    const { services } = parse(composeFile(root).text);
    expect(services['api-watch']).toMatchObject({
      network_mode: 'service:api',
      pid: 'service:api',
      depends_on: { api: { condition: 'service_started', restart: true } },
      security_opt: ['no-new-privileges:true'],
    });
    expect(services['api-watch']).not.toHaveProperty('networks');
    expect(services['api-proxy']).not.toHaveProperty('pid');
    service(root, 'ApiProxy');
    expect(sentences(() => composeFile(root)).join()).toContain('the workload name is taken by');
  });

  test('publishes on the loopback address unless told otherwise', () => {
    const root = tree();
    const api = service(root, 'Api', { ports: { http: 8080, dns: { port: 5353, protocol: 'udp' } } });
    api.publish({ port: 'http' });
    api.publish({ port: 'dns', listen: 53, address: '0.0.0.0' });
    expect(parse(composeFile(root).text).services.api.ports).toEqual([
      { target: 8080, published: 8080, host_ip: '127.0.0.1', protocol: 'tcp' },
      { target: 5353, published: 53, host_ip: '0.0.0.0', protocol: 'udp' },
    ]);
  });

  test('refers to secrets by variables that have to be set', () => {
    const root = tree();
    const secrets = new ExistingSecret(root, 'Secrets', { existing: 'shop-secrets' });
    service(root, 'Api', { env: { TOKEN: secrets.key('api-token') } });
    const text = composeFile(root).text;
    expect(parse(text).services.api.environment.TOKEN).toBe('${SHOP_SECRETS_API_TOKEN:?set it to the value of the secret}');
  });

  test('is edited through tune, where Compose may put variables in', () => {
    const root = tree();
    const api = service(root, 'Api');
    api.tune(compose, ({ service: native }) => {
      native.image = new ComposeExpression('example/app:${TAG:-1}');
      native.hostname = 'a$b';
      native['x-note'] = { kept: true };
    });
    expect(parse(composeFile(root).text).services.api).toMatchObject({
      image: 'example/app:${TAG:-1}',
      hostname: 'a$$b',
      'x-note': { kept: true },
    });
  });

  test('reads the same with YAML 1.1 and 1.2', () => {
    const awkward =
      'yes no on off y n ~ null true 1e3 0x1f 0o17 017 12:30 190:20:30 1_000 .5 +1 .inf 2024-01-01 = << - ? * & ! % @ ` # a:_b a_#b'
        .split(' ')
        .concat('', ' lead', 'trail ', 'two\nlines\n', '\ttab', '$', '$$', '"', "'", '\\', '{a}', '[a]', 'ü', '\u0085', '999:999');
    const root = tree();
    service(root, 'Api', { args: awkward.map((text) => text.replace('_', ' ')), env: { NO: 'no', Y: 'y', ON: '1' } });
    const text = composeFile(root).text;
    const expected = awkward.map((one) => one.replace('_', ' ').replaceAll('$', '$$$$'));
    for (const version of ['1.1', '1.2'] as const) {
      const { api } = parse(text, { version }).services;
      expect(api.command).toEqual(expected);
      expect(api.environment).toEqual({ NO: 'no', ON: '1', Y: 'y' });
      expect(api.user).toBe('65532:65532');
    }
  });
});

describe('what a Compose file cannot do', () => {
  test('is reported with its way out', () => {
    const root = tree();
    const api = service(root, 'Api', {
      replicas: 2,
      ports: { http: 8080 },
      rollout: { order: 'start-first' },
      sidecars: { a: { image: 'a:1' } },
    });
    api.publish({ port: 'http' });
    expect(sentences(() => composeFile(root))).toEqual(
      expect.arrayContaining([
        "Api: Compose cannot do 'sidecar.replicated': a sidecar shares the namespaces of the first replica only; leave it out, or acknowledge 'sidecar.replicated' with a reason",
        "Api: Compose cannot do 'rollout': Compose stops the old container before it starts the new one; leave it out, or acknowledge 'rollout' with a reason",
      ]),
    );
  });

  test('a port of the host needs a single replica', () => {
    const root = tree(Environments.production);
    service(root, 'Api', { ports: { http: 8080 }, acknowledge: { 'unpinned-image': 'only a test of this library' } }).publish({
      port: 'http',
    });
    expect(sentences(() => composeFile(root))).toEqual([
      'Api: publish http.replicas: only one replica can have a port of the host, got 3; 3 is the default of production: set replicas to 1, or publish a gateway in front of it, or choose another environment',
    ]);
  });

  test('two services cannot have one port of the host', () => {
    const root = tree();
    for (const id of ['A', 'B']) service(root, id, { ports: { http: 8080 } }).publish({ port: 'http' });
    expect(sentences(() => composeFile(root)).join()).toMatch(/port of the host is taken by A: publish http, got 8080/);
  });

  test('a late-bound value is a problem, or a variable where that was acknowledged', () => {
    const late = { apply: () => late };
    const root = tree();
    service(root, 'Api', { env: { LATE: late } });
    expect(sentences(() => composeFile(root)).join()).toContain("Compose cannot do 'late-bound'");
    const accepted = tree();
    service(accepted, 'Api', { env: { LATE: late }, acknowledge: { 'late-bound': 'the script that deploys sets the variable' } });
    expect(parse(composeFile(accepted).text).services.api.environment.LATE).toMatch(/^\$\{LATE:\?[^-]+\}$/);
  });
});
