import { must } from '../support/run';

/** @see https://www.rfc-editor.org/rfc/rfc5737: addresses for documentation, which nobody has */
const [HOST, BEYOND] = ['198.51.100.1', '198.51.100.2'];

/**
 * Something that listens on port 8080 behind the host, in none of the engine's networks, as the internet is: the host has
 * to forward to it. Needs root on the engine's host. It is gone with its container.
 */
export async function placeBeyond(name: string): Promise<string> {
  await must('docker', ['run', '--detach', '--name', name, '--network', 'none', 'veogen/backend:1.0.0']);
  const pid = (await must('docker', ['inspect', '--format', '{{.State.Pid}}', name])).trim();
  const cable = `e2e${pid}`;
  const inside = (...args: string[]) => must('nsenter', ['--target', pid, '--net', 'ip', ...args]);
  await must('ip', ['link', 'add', cable, 'type', 'veth', 'peer', 'name', 'out', 'netns', pid]);
  await must('ip', ['address', 'add', `${HOST}/30`, 'dev', cable]);
  await must('ip', ['link', 'set', cable, 'up']);
  await inside('address', 'add', `${BEYOND}/30`, 'dev', 'out');
  await inside('link', 'set', 'out', 'up');
  await inside('route', 'add', 'default', 'via', HOST);
  return BEYOND;
}
