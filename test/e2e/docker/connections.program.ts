import { ConfigFiles, ConfigSecret, Environments, HardenedService, HardenedTask, interpolate, PersistentVolume } from '../../../lib';
import { deployStack } from '../../../lib/stack/pulumi';

const {
  E2E_STACK: stack = 'e2e',
  E2E_PORT: port = '8080',
  E2E_VERSION: version = '1',
  E2E_FAILS: fails = '',
  E2E_GREETING: greeting = 'hello',
} = process.env;

/** Waits for nothing: the database is there. Writes what a migration would, also what it should not. */
const MIGRATION = [
  'wget -q -O /dev/null "http://$(echo $DATABASE_URL | sed "s/.*@//; s/.app$//")/health" || exit 9',
  'echo "migrating to $VERSION"',
  'if [ -n "$FAILS" ]; then echo "cannot log in as $DATABASE_URL with $(cat $TOKEN_FILE)"; exit "$FAILS"; fi',
].join('; ');

/** No namespace: what is not scoped by the stack itself would clash with another stack of the host. */
deployStack(stack, { platform: 'docker', environment: Environments.test }, (root) => {
  const secrets = new ConfigSecret(root, 'Secrets', { name: 'shop', keys: ['password', 'token', 'api-key'] });
  const config = new ConfigFiles(root, 'Config', { files: { greeting, empty: '', bytes: Uint8Array.from([0xff, 0x00, 0xfe]) } });
  const site = new ConfigFiles(root, 'Site', { files: { 'nginx.conf': nginx(greeting), 'style.css': 'a { }\n' } });
  const small = { shutdown: { grace: '1s' }, resources: { memory: { limit: '96Mi' } } } as const;
  const quick = { interval: '5s', timeout: '3s', retries: 60, startPeriod: '1s' } as const;
  const busybox = { ...small, image: 'busybox:1.37', ports: { http: 8080 } } as const;

  const database = new HardenedService(root, 'Database', {
    ...small,
    image: 'veogen/backend:1.0.0',
    ports: { postgres: 5432 },
    health: { http: { port: 'postgres', path: '/ready' }, ...quick },
    env: { PROBE_PORTS: '5432', PROBE_READY_AFTER: '20s', POSTGRES_PASSWORD_FILE: secrets.file('password') },
    mounts: [{ volume: new PersistentVolume(root, 'Data', { size: '1Gi', keep: true, name: `${stack}-data` }), path: '/var/lib/data' }],
  });
  database.network.offer({ DATABASE_URL: interpolate`postgresql://app:${secrets.key('api-key')}@${database.endpoint('postgres')}/app` });

  const migrate = new HardenedTask(root, 'Migrate', {
    ...small,
    image: 'busybox:1.37',
    command: ['sh', '-c', MIGRATION],
    attempts: 2,
    timeout: '60s',
    env: { VERSION: version, FAILS: fails, TOKEN_FILE: secrets.file('token') },
  });
  migrate.network.allowTo(database);

  const api = new HardenedService(root, 'Api', {
    ...busybox,
    // shows its files: what the process sees is what a request gets
    command: ['sh', '-c', `echo ${version} > /tmp/version; exec httpd -f -p 8080 -h /`],
    health: { exec: ['wget', '-q', '-O', '/dev/null', 'http://127.0.0.1:8080/tmp/version'], ...quick },
    env: { TOKEN_FILE: secrets.file('token') },
    // /run is scratch, and the secret lies below it; /etc has files of the engine, such as resolv.conf
    writable: ['/tmp', '/run', '/etc/app/scratch'].map((path) => ({ path, size: '8Mi' })),
    files: {
      '/etc/app/greeting': config.file('greeting'),
      '/etc/app/deep/bytes': config.file('bytes'),
      '/etc/app/deep/empty': config.file('empty'),
      '/usr/local/bin/greet': config.file('greeting', { executable: true }),
      '/etc/app.conf': config.file('empty'),
    },
  });
  api.network.allowTo(database);
  api.startAfter(migrate);
  api.publish({ port: 'http', listen: Number(port) });

  const web = new HardenedService(root, 'Web', {
    ...small,
    image: 'nginx:1.27-alpine',
    ports: { http: 8080 },
    files: { '/etc/nginx/nginx.conf': site.file('nginx.conf'), '/srv/style.css': site.file('style.css') },
    health: { http: { port: 'http', path: '/style.css' }, ...quick },
  });
  web.network.allowTo(api);
  web.publish({ port: 'http', listen: Number(port) + 1 });

  new HardenedService(root, 'Worker', { ...busybox, command: ['sleep', '86400'], init: true, env: { API_KEY: secrets.key('api-key') } });
});

function nginx(greeting: string): string {
  return `pid /tmp/nginx.pid;
events {}
http {
  include /etc/nginx/mime.types;
  access_log off;
  client_body_temp_path /tmp/a; proxy_temp_path /tmp/b; fastcgi_temp_path /tmp/c; uwsgi_temp_path /tmp/d; scgi_temp_path /tmp/e;
  server { listen 8080; root /srv; add_header X-Greeting "${greeting}"; }
}
`;
}
