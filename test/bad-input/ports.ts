import { Peers } from '../../lib';
import { type BadInput, props, service } from './case';

const WEB = { ports: { http: 8080 } };

/** Ports and health. */
export const PORTS: readonly BadInput[] = [
  props('port 0', { ports: { http: 0 } }, 'ports.http: a port must be a whole number from 1 to 65535, got 0; choose one of 1024 or higher'),
  props(
    'a port beyond 65535',
    { ports: { http: 65536 } },
    'ports.http: a port must be a whole number from 1 to 65535, got 65536; choose one of 1024 or higher',
  ),
  props(
    'half a port',
    { ports: { http: 80.5 } },
    'ports.http: a port must be a whole number from 1 to 65535, got 80.5; choose one of 1024 or higher',
  ),
  props(
    'a port below 1024',
    { ports: { http: 80 } },
    "ports.http: a port below 1024 needs the capability NET_BIND_SERVICE, got 80; listen on 1024 or higher, or add 'NET_BIND_SERVICE' to capabilities",
  ),
  props(
    'one port by two names',
    { ports: { http: 8080, web: 8080 } },
    'ports.web: the port is taken by "http", got 8080; give each name a port of its own',
  ),
  props(
    "a port's name in capitals",
    { ports: { HTTP: 8080 } },
    `ports.HTTP: a port's name has at most 15 lower case letters, digits and single dashes, one letter among them, got "HTTP"; use a name such as 'http'`,
  ),
  props(
    "a port's name of 16 characters",
    { ports: { abcdefghijklmnop: 8080 } },
    `ports.abcdefghijklmnop: a port's name has at most 15 lower case letters, digits and single dashes, one letter among them, got "abcdefghijklmnop"; use a name such as 'http'`,
  ),
  props(
    "a port's name without a letter",
    { ports: { '8080': 8080 } },
    `ports.8080: a port's name has at most 15 lower case letters, digits and single dashes, one letter among them, got "8080"; use a name such as 'http'`,
  ),
  props(
    'a port that a sidecar takes',
    { ...WEB, sidecars: { proxy: { image: 'team/proxy:1', ports: { web: 8080 } } } },
    'sidecars.proxy.ports.web: the port is taken by "#-web" in the same network namespace, got 8080; choose another',
  ),
  props(
    "a port's name that a sidecar takes",
    { ...WEB, sidecars: { proxy: { image: 'team/proxy:1', ports: { http: 8081 } } } },
    'sidecars.proxy.ports.http: the name of the port is taken in this workload, got "http"; choose another',
  ),
  props(
    'a sidecar with a name that is none',
    { sidecars: { My_Proxy: { image: 'team/proxy:1' } } },
    `sidecars.My_Proxy: a sidecar's name must be a DNS label of at most 40 characters, got "My_Proxy"; use lower case letters, digits and dashes`,
  ),
  props(
    'a sidecar without a tag',
    { sidecars: { proxy: { image: 'team/proxy' } } },
    'sidecars.proxy.image: an image needs a tag that says which version it is, got "team/proxy"; add a tag other than latest, and a digest',
  ),
  {
    mistake: 'a sidecar with the name of the service',
    build: (s) => service(s, { name: `the-proxy`, sidecars: { 'the-proxy': { image: 'team/proxy:1' } } }),
    message: 'app/#/Web: sidecars.the-proxy: the name is taken in this workload, got "the-proxy"; choose another',
  },
  {
    mistake: 'two sidecars with one name',
    build: (s) => service(s, { sidecars: { proxy: { image: 'team/proxy:1' } } }).addSidecar('proxy', { image: 'team/proxy:1' }),
    message: 'app/#/Web: sidecars.proxy: two sidecars have the same name, got "proxy"; choose another',
  },
  props(
    'health of two kinds',
    { ...WEB, health: { http: { port: 'http', path: '/' }, tcp: { port: 'http' } } },
    'health: needs exactly one of http, tcp, heartbeat and exec, got 2; keep the one that tells best',
  ),
  props(
    'health of no kind',
    { ...WEB, health: { interval: '5s' } },
    'health: needs exactly one of http, tcp, heartbeat and exec, got 0; keep the one that tells best',
  ),
  props(
    'health at an unknown port',
    { ...WEB, health: { tcp: { port: 'htp' } } },
    'health.tcp.port: must be the name of a TCP port of this container, got "htp"; use one of http',
  ),
  props(
    'health at a UDP port',
    { ports: { dns: { port: 5353, protocol: 'udp' } }, health: { tcp: { port: 'dns' } } },
    'health.tcp.port: must be the name of a TCP port of this container, got "dns"; give it a port of that name',
  ),
  props(
    'health at a path that is none',
    { ...WEB, health: { http: { port: 'http', path: 'health' } } },
    `health.http.path: must be an absolute path of printable characters, got "health"; put a slash in front, as in '/health'`,
  ),
  props(
    'health by no command',
    { health: { exec: [] } },
    "health.exec: needs a command, got []; give the program and its arguments: ['/bin/check', '--quick']",
  ),
  props(
    'a timeout longer than the interval',
    { ...WEB, health: { tcp: { port: 'http' }, interval: '5s', timeout: '10s' } },
    `health.timeout: must not be longer than the interval, got "10s"; use at most '5s'`,
  ),
  props(
    'an interval below a second',
    { ...WEB, health: { tcp: { port: 'http' }, interval: '500ms' } },
    'health.interval: must be at least 1s, got "500ms"; give it more time',
  ),
  props(
    'an interval of a second and a half',
    { ...WEB, health: { tcp: { port: 'http' }, interval: '1500ms' } },
    `health.interval: must be whole seconds, got "1500ms"; use '2s'`,
  ),
  props(
    'an interval that is no duration',
    { ...WEB, health: { tcp: { port: 'http' }, interval: '5 seconds' } },
    `health.interval: must be a duration, got "5 seconds"; write it as '30s', '5m' or '1h'`,
  ),
  props(
    'no retries',
    { ...WEB, health: { tcp: { port: 'http' }, retries: 0 } },
    'health.retries: must be a whole number from 1 to 100, got 0; use a whole number, such as 3',
  ),
  props(
    'a path of a probe by TCP',
    { ...WEB, health: { tcp: { port: 'http' }, readiness: { path: '/ready' } } },
    'health.readiness.path: only an HTTP check has a path, got "/ready"; leave it out, or check by http',
  ),
  props(
    'a probe with a timeout longer than its interval',
    { ...WEB, health: { tcp: { port: 'http' }, liveness: { interval: '2s', timeout: '3s' } } },
    `health.liveness.timeout: must not be longer than the interval, got "3s"; use at most '2s'`,
  ),
  props(
    'metrics at an unknown port',
    { ...WEB, metrics: { port: 'metrics' } },
    'metrics.port: the workload has no TCP port of that name, got "metrics"; use one of http',
  ),
  props(
    'metrics at an unknown port, for Prometheus',
    { ...WEB, metrics: { port: 'metrics', from: Peers.pods({ app: 'prometheus' }) } },
    'metrics.port: the workload has no TCP port of that name, got "metrics"; use one of http',
  ),
  props(
    'metrics for nobody',
    { ...WEB, metrics: { port: 'http', from: {} } },
    'metrics.from: must be a peer outside, got "an object"; use one of Peers, or let a service in with network.allowFrom',
  ),
  props(
    'metrics at a path that is none',
    { ...WEB, metrics: { port: 'http', path: 'metrics' } },
    `metrics.path: must be an absolute path of printable characters, got "metrics"; put a slash in front, as in '/health'`,
  ),
];
