/** Requests at a steady rate from within a pod: each one a new connection to a Service. */
import { until } from '../support/run';
import { kubectlLater, type Namespace } from './kubectl';

/** How the requests went. */
export interface Counts {
  readonly succeeded: number;
  readonly failed: number;
  /** Requests a second, from the first to the last. */
  readonly rate: number;
}

/**
 * Four loops, each at most two requests a second, since each is several processes, until their file `stop` is there; each says when it has made
 * ten. A request that is lost fails at once or never ends: the time that each has is for a slow machine.
 */
const LOOPS = `
request() {
  ok=0; bad=0
  while [ ! -e "/tmp/$2.stop" ]; do
    if timeout 10 wget -q -O /dev/null "$1"; then ok=$((ok + 1)); else bad=$((bad + 1)); fi
    [ $((ok + bad)) -ne 10 ] || : >"/tmp/$2.begun.$3"
    sleep 0.5
  done
  echo "$ok $bad"
}
request "$0" "$1" 1 & request "$0" "$1" 2 & request "$0" "$1" 3 & request "$0" "$1" 4 &
wait`;

/** Sends requests while something else goes on. */
export async function underLoad(namespace: Namespace, url: string, meanwhile: () => Promise<void> | void): Promise<Counts> {
  const exec = ['exec', 'deployment/client', '--'];
  // of its own: the client may have others behind it
  const name = `load-${Date.now()}`;
  const start = Date.now();
  const ended = kubectlLater(['--namespace', namespace.name, ...exec, 'sh', '-c', LOOPS, url, name]);
  try {
    // some requests before, some after
    const begun = async () => Number(namespace.run(...exec, 'sh', '-c', `ls /tmp | grep -c "^$0.begun" || true`, name));
    await until('four loops make requests', begun, (loops) => loops === 4, 120_000);
    await meanwhile();
    await new Promise((resolve) => setTimeout(resolve, 8000));
  } finally {
    namespace.run(...exec, 'touch', `/tmp/${name}.stop`);
  }
  const loops = (await ended).trim().split('\n');
  if (loops.length !== 4) throw new Error(`the client in ${namespace.name} was disturbed, and said: ${loops.join('; ')}`);
  const sum = (index: number) => loops.reduce((total, line) => total + Number(line.split(' ')[index]), 0);
  const [succeeded, failed] = [sum(0), sum(1)];
  return { succeeded, failed, rate: (succeeded + failed) / ((Date.now() - start) / 1000) };
}
