/** Requests at a steady rate from within a pod: each one a new connection to a Service. */
import { kubectlLater, type Namespace } from './kubectl';

/** How the requests went. */
export interface Counts {
  readonly succeeded: number;
  readonly failed: number;
}

/** Four loops, each at most 50 requests a second, until /tmp/stop is there. */
const LOOPS = `
rm -f /tmp/stop
request() {
  ok=0; bad=0
  while [ ! -e /tmp/stop ]; do
    if timeout 5 wget -q -O /dev/null "$1"; then ok=$((ok + 1)); else bad=$((bad + 1)); fi
    sleep 0.02
  done
  echo "$ok $bad"
}
request "$0" & request "$0" & request "$0" & request "$0" &
wait`;

/** Sends requests while something else goes on. */
export async function underLoad(namespace: Namespace, url: string, meanwhile: () => Promise<void> | void): Promise<Counts> {
  const exec = ['--namespace', namespace.name, 'exec', 'deployment/client', '--'];
  const ended = kubectlLater([...exec, 'sh', '-c', LOOPS, url]);
  // some requests before, some after
  await new Promise((resolve) => setTimeout(resolve, 3000));
  try {
    await meanwhile();
    await new Promise((resolve) => setTimeout(resolve, 8000));
  } finally {
    namespace.run(...exec.slice(2), 'touch', '/tmp/stop');
  }
  const loops = (await ended).trim().split('\n');
  if (loops.length !== 4) throw new Error(`the client in ${namespace.name} was disturbed, and said: ${loops.join('; ')}`);
  const sum = (index: number) => loops.reduce((total, line) => total + Number(line.split(' ')[index]), 0);
  return { succeeded: sum(0), failed: sum(1) };
}
