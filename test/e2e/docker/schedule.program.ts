import { Environments, HardenedTask } from '../../../lib';
import { deployStack } from '../../../lib/stack/pulumi';

const { E2E_NAMESPACE: namespace = 'e2e', E2E_SUSPEND: suspend } = process.env;

const RESIDENT = `trap 'exit 0' TERM; while true; do "$@"; sleep 1 & wait $!; done`;
const TASK = ['sh', '-c', 'echo "at $TZ as $(id -u) $(touch /here 2>&1)"'];

deployStack('shop', { platform: 'docker', environment: Environments.test, namespace }, (root) => {
  new HardenedTask(root, 'Backup', {
    image: 'busybox:1.37',
    command: TASK,
    pids: 32,
    schedule: {
      cron: '* * * * *',
      timeZone: 'Asia/Tokyo',
      suspend: suspend !== undefined,
      resident: ['sh', '-c', RESIDENT, 'resident', ...TASK],
    },
  });
});
