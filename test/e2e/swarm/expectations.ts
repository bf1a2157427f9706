import { readFileSync } from 'node:fs';
import { type Inspected, inspect } from '../support/docker';
import { until } from '../support/run';
import { containerOf } from './engine';

/** What differs from run to run. */
interface Run {
  readonly stack: string;
  readonly label: string;
  readonly subnet: string;
  /** The gateway's, on the host. */
  readonly port: number;
}

/** The whole system as it was written, value by value; and the gateway works. */
export async function expectSystem({ stack, label, subnet, port }: Run): Promise<void> {
  const container = await containerOf(`${stack}_backend`);
  expectBackend(await inspect('service', `${stack}_backend`), container);
  expectMounts(readFileSync(`/proc/${container.State.Pid}/mounts`, 'utf8'));
  expectDatabase(await inspect('service', `${stack}_database`), label, `${stack}_data`);
  expectNetwork(await inspect('network', `${stack}_network`), subnet);
  const gateway = await inspect('service', `${stack}_gateway`);
  expect(gateway.Spec.EndpointSpec.Ports).toEqual([{ Protocol: 'tcp', TargetPort: 8080, PublishedPort: port, PublishMode: 'host' }]);
  const url = `http://127.0.0.1:${port}`;
  const connected = () => fetch(`${url}/connect?host=backend&port=8000`).then((response) => response.text(), String);
  await until('the gateway reaches the backend', connected, (said) => said.includes('connected'), 60_000);
  expect((await fetch(`${url}/write?path=/tmp/a`)).status).toBe(200);
}

/** The changed health check, and the only tmpfs that is left. */
export async function expectChanged(stack: string, tmpfs: object): Promise<void> {
  const { Spec } = await inspect('service', `${stack}_backend`);
  expect(Spec.TaskTemplate.ContainerSpec.Healthcheck.Test).toContain('/livez');
  const { HostConfig } = await containerOf(`${stack}_backend`);
  const mounts = HostConfig.Mounts.map((mount: { Target: string; TmpfsOptions?: object }) => [mount.Target, mount.TmpfsOptions]);
  expect(mounts).toEqual([['/tmp', tmpfs]]);
}

/** V6 as the engine has to report it, whichever way it came there. */
function expectBackend(service: Inspected, container: Inspected): void {
  const { TaskTemplate: task, Mode, UpdateConfig, RollbackConfig, EndpointSpec } = service.Spec;
  const spec = task.ContainerSpec;
  expect(Mode).toEqual({ Replicated: { Replicas: 3 } });
  expect(EndpointSpec.Mode).toBe('dnsrr');
  expect(task.Placement.Constraints).toEqual(['node.role == manager']);
  expect(task.Placement.Preferences).toEqual([{ Spread: { SpreadDescriptor: 'node.labels.zone' } }]);
  expect(task.RestartPolicy).toMatchObject({ Condition: 'on-failure', Delay: 1e9, MaxAttempts: 3 });
  expect(UpdateConfig).toEqual({
    Parallelism: 3,
    Delay: 1e9,
    FailureAction: 'rollback',
    Monitor: 3e9,
    MaxFailureRatio: expect.closeTo(0.1, 6),
    Order: 'start-first',
  });
  expect(RollbackConfig).toEqual({ Parallelism: 3, FailureAction: 'pause', Monitor: 1e9, MaxFailureRatio: 0, Order: 'stop-first' });
  expect(task.Resources.Limits).toMatchObject({ NanoCPUs: 5e8, MemoryBytes: 384 * 2 ** 20 });
  expect(task.Resources.Reservations).toMatchObject({ NanoCPUs: 1e7, MemoryBytes: 32 * 2 ** 20 });
  expect(task.LogDriver).toEqual({ Name: 'json-file', Options: { 'max-size': '50m', 'max-file': '5' } });
  expect(spec.User).toBe('1001:1001');
  expect(spec.ReadOnly).toBe(true);
  expect(spec.Init).toBe(true);
  expect(spec.StopGracePeriod).toBe(30e9);
  expect(spec.CapabilityDrop).toEqual(['ALL']);
  expect(spec.CapabilityAdd).toEqual(['CAP_NET_BIND_SERVICE']);
  expect(spec.Sysctls).toEqual({ 'net.core.somaxconn': '65535' });
  expect(spec.Healthcheck).toEqual({
    Test: ['CMD', '/.ironhull/prober', 'http', '8000', '/health', '--timeout', '2500'],
    Interval: 4e9,
    Timeout: 3e9,
    StartPeriod: 5e9,
    Retries: 5,
  });
  expect(spec.Env).toEqual(
    expect.arrayContaining(['PROBE_PORTS=8000', 'AWKWARD=costs $5, $HOME and $$', 'DATABASE_URL=postgres://u:p$ss@db/veogen']),
  );
  expect(spec.Labels).toMatchObject({ 'prometheus.io/scrape': 'true', 'prometheus.io/port': '8000', 'prometheus.io/path': '/metrics' });
  expect(spec.Configs[0].File).toMatchObject({ Name: '/.ironhull/prober', Mode: 0o555 });
  const tmpfs = Object.fromEntries(
    spec.Mounts.filter((mount: Inspected) => mount.Type === 'tmpfs').map((mount: Inspected) => [
      mount.Target,
      mount.TmpfsOptions.SizeBytes,
    ]),
  );
  expect(tmpfs).toEqual({ '/tmp': 100 * 2 ** 20, '/app/temp': 64 * 2 ** 20 });
  expect(container.State.Health.Status).toBe('healthy');
}

/** What the kernel made of it: scratch directories are noexec and anybody may write to them. */
function expectMounts(mounts: string): void {
  for (const path of ['/tmp', '/app/temp']) {
    const line = mounts.split('\n').find((one) => one.startsWith(`tmpfs ${path} `)) ?? '';
    expect(line).toMatch(/\brw\b.*\bnosuid\b.*\bnodev\b.*\bnoexec\b/);
  }
}

/** The database, pinned to its node, with its volume. */
function expectDatabase(service: Inspected, label: string, volume: string): void {
  const task = service.Spec.TaskTemplate;
  expect(task.Placement.Constraints).toEqual([`node.labels.${label} == true`]);
  const mounts = task.ContainerSpec.Mounts.filter((mount: Inspected) => mount.Type === 'volume');
  expect(mounts).toEqual([expect.objectContaining({ Source: volume, Target: '/var/lib/postgresql/data' })]);
  expect(task.Networks[0].Aliases).toEqual(expect.arrayContaining(['database', 'postgres']));
  expect(service.Spec.UpdateConfig).toMatchObject({ Parallelism: 0, Order: 'stop-first' });
}

/** The attachable overlay with its subnet. */
function expectNetwork(network: Inspected, subnet: string): void {
  expect(network.Driver).toBe('overlay');
  expect(network.Scope).toBe('swarm');
  expect(network.Attachable).toBe(true);
  expect(network.IPAM.Config[0].Subnet).toBe(subnet);
  expect(network.Options['com.docker.network.driver.mtu']).toBe('1400');
}
