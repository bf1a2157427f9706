import { usePort } from '../problems';
import type { HealthProps, ProbeProps } from './props';
import { isObject, type Reading } from './reading';
import type { CheckSpec, HealthSpec, PortSpec, ProbeSpec } from './spec';

/** Fills in everything that a user left out of a health check. */
export function resolveHealth(props: HealthProps, ports: readonly PortSpec[], read: Reading): HealthSpec | undefined {
  const check = resolveCheck(props, ports, read);
  if (!check) return undefined;
  const interval = read.duration('interval', props.interval, 10_000, { min: 1000, wholeSeconds: true });
  const timeout = read.duration('timeout', props.timeout, Math.min(5000, interval), { min: 1000, wholeSeconds: true });
  if (timeout > interval)
    read.problem(
      'timeout',
      'must not be longer than the interval',
      props.timeout ?? `${timeout / 1000}s`,
      `use at most '${interval / 1000}s'`,
    );
  const retries = read.integer('retries', props.retries, 3, 1, 100);
  const startPeriod = read.duration('startPeriod', props.startPeriod, 30_000, { wholeSeconds: true });
  const said = (which: 'liveness' | 'readiness') => read.object(which, props[which], "{ interval: '5s' }");
  const recoveryPeriod = Math.max(startPeriod, read.duration('recoveryPeriod', props.recoveryPeriod, startPeriod, { wholeSeconds: true }));
  const [live, ready] = [said('liveness'), said('readiness')];
  if (props.liveness || props.readiness) read.r.feature('health.probes');
  const base = { check, initialDelay: 0, period: interval / 1000, timeout: timeout / 1000, failureThreshold: retries };
  const startupPeriod = Math.min(base.period, 5);
  // the period, and then as many failures as would be allowed later: never stricter than Docker's reading
  const startup: ProbeSpec = {
    check,
    initialDelay: 0,
    period: startupPeriod,
    timeout: Math.min(base.timeout, startupPeriod),
    failureThreshold: Math.max(1, Math.ceil((recoveryPeriod / 1000 + base.period * retries) / startupPeriod)),
  };
  const liveness = resolveProbe(live, base, read.at('liveness'));
  const readiness = resolveProbe(
    ready,
    { ...base, period: Math.min(base.period, 5), timeout: Math.min(base.timeout, 5) },
    read.at('readiness'),
  );
  return { check, interval, timeout, retries, startPeriod, recoveryPeriod, startup, liveness, readiness };
}

function resolveCheck(props: HealthProps, ports: readonly PortSpec[], read: Reading): CheckSpec | undefined {
  const given = [props.http, props.tcp, props.heartbeat, props.exec].filter((one) => one !== undefined).length;
  if (given !== 1) {
    read.problem('', 'needs exactly one of http, tcp, heartbeat and exec', given, 'keep the one that tells best');
    return undefined;
  }
  if (props.exec !== undefined) {
    read.r.feature('health.exec');
    const exec = read.textList('exec', props.exec);
    if (props.exec.length === 0)
      read.problem('exec', 'needs a command', props.exec, "give the program and its arguments: ['/bin/check', '--quick']");
    return { exec };
  }
  if (props.heartbeat !== undefined) {
    read.r.feature('health.heartbeat');
    const heartbeat = read.object('heartbeat', props.heartbeat, "{ path: '/tmp/heartbeat', maxAge: '60s' }");
    const maxAge = read.duration('heartbeat.maxAge', heartbeat.maxAge ?? 'none', 60_000, { min: 1000, wholeSeconds: true });
    return { heartbeat: { path: read.path('heartbeat.path', heartbeat.path), maxAge } };
  }
  const name = (isObject(props.http) ? props.http : isObject(props.tcp) ? props.tcp : undefined)?.port;
  const tcp = ports.filter((one) => one.protocol === 'tcp');
  const port = tcp.find((one) => one.name === name);
  if (!port) {
    read.problem(props.http ? 'http.port' : 'tcp.port', 'must be the name of a TCP port of this container', name, usePort(tcp));
    return undefined;
  }
  if (!props.http) {
    read.r.feature('health.tcp');
    return { tcp: { port } };
  }
  read.r.feature('health.http');
  checkPath('http.path', props.http.path, read);
  return { http: { port, path: props.http.path } };
}

/** Reports a path of an HTTP request that is none. */
export function checkPath(where: string, path: string, read: Reading): void {
  if (!/^\/[\x21-\x7e]*$/.test(path))
    read.problem(where, 'must be an absolute path of printable characters', path, "put a slash in front, as in '/health'");
}

function resolveProbe(props: ProbeProps, base: ProbeSpec, read: Reading): ProbeSpec {
  let check = base.check;
  if (props.path !== undefined) {
    if ('http' in check) {
      checkPath('path', props.path, read);
      check = { http: { ...check.http, path: props.path } };
    } else read.problem('path', 'only an HTTP check has a path', props.path, 'leave it out, or check by http');
  }
  const period = read.seconds('interval', props.interval, base.period * 1000, 1);
  const timeout = read.seconds('timeout', props.timeout, Math.min(base.timeout, period) * 1000, 1);
  if (timeout > period)
    read.problem('timeout', 'must not be longer than the interval', props.timeout ?? `${timeout}s`, `use at most '${period}s'`);
  return {
    check,
    period,
    timeout,
    initialDelay: read.seconds('initialDelay', props.initialDelay, 0),
    failureThreshold: read.integer('retries', props.retries, base.failureThreshold, 1, 100),
  };
}
