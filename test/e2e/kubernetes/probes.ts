/** Small services of the stand-in program, and how they are asked from within. */
import type { Construct } from 'constructs';
import { HardenedService, type HardenedServiceProps, HardenedTask, type HardenedTaskProps } from '../../../lib';
import { run } from '../support/run';
import { type Namespace, patiently } from './kubectl';

/** The stand-in program, under the name that `.ci/images` gives it. */
export const PROBE = 'e2e/probe:1';
/** Next to nothing: the node has 2 cores. */
const SMALL = {
  resources: { cpu: { limit: '200m', reservation: '5m' }, memory: { limit: '32Mi', reservation: '16Mi' }, ephemeralStorage: '32Mi' },
  writable: [],
  shutdown: { grace: '5s', drain: '3s' },
} as const;

/** A service of the stand-in program, that listens on its ports and on no other. */
export function probe(scope: Construct, id: string, props: Partial<HardenedServiceProps> = {}): HardenedService {
  const ports = props.ports ?? { http: 8080 };
  return new HardenedService(scope, id, {
    image: PROBE,
    ports,
    replicas: 1,
    health: {
      http: { port: Object.keys(ports)[0] as string, path: '/livez' },
      interval: '1s',
      // it looks often, so that tests need not wait; a machine that stands still for a few seconds makes no service ill
      retries: 20,
      readiness: { path: '/ready', interval: '1s' },
    },
    rollout: { delay: '0s' },
    ...SMALL,
    ...props,
    env: { PROBE_PORTS: Object.values(ports).join(), ...props.env },
  });
}

/** A service with a shell and wget, that does nothing by itself. */
export function client(scope: Construct, id: string): HardenedService {
  return new HardenedService(scope, id, {
    image: 'busybox:1.37',
    command: ['sleep', '100000'],
    replicas: 1,
    ...SMALL,
    // sleep does not end when it is told to; requests are counted in files
    shutdown: { grace: '1s' },
    writable: [{ path: '/tmp', size: '8Mi' }],
    resources: { cpu: { limit: '500m', reservation: '5m' }, memory: { limit: '128Mi', reservation: '32Mi' } },
  });
}

/** A task of the stand-in program, which ends at once. */
export function probeTask(scope: Construct, id: string, exit: number, props: Partial<HardenedTaskProps> = {}): HardenedTask {
  const { resources, writable } = SMALL;
  return new HardenedTask(scope, id, {
    image: PROBE,
    attempts: 1,
    timeout: '2m',
    resources,
    writable,
    ...props,
    env: { PROBE_EXIT: exit, ...props.env },
  });
}

/** Whether the program in a service's pod can connect somewhere. */
export async function connects(namespace: Namespace, from: { name: string; port: number }, host: string, port: number): Promise<boolean> {
  const url = `http://127.0.0.1:${from.port}/connect?host=${host}&port=${port}`;
  const exec = ['--namespace', namespace.name, 'exec', `deployment/${from.name}`, '--container', from.name, '--'];
  return patiently(async () => {
    const { code, stdout, stderr } = await run('kubectl', [...exec, '/probe', 'get', url]);
    if (code === 0) return true;
    // what the program in the pod says, and not kubectl
    if (/^500 /m.test(stdout) || /^Get "http:.*(deadline exceeded|Client\.Timeout)/m.test(stderr)) return false;
    throw new Error(`${from.name} could not be asked for ${host}:${port}: ${stdout}${stderr}`);
  });
}

/** The same of a connection that there should be: a slow machine may need longer than the program waits. */
export async function connectsAtLast(...asked: Parameters<typeof connects>): Promise<boolean> {
  for (let tries = 0; tries < 5; tries++) if (await connects(...asked)) return true;
  return false;
}

/** What the client's pod gets from an address. */
export function fetchFrom(namespace: Namespace, url: string): string {
  return namespace.run('exec', 'deployment/client', '--', 'timeout', '10', 'wget', '-q', '-O', '-', url);
}
