import { serviceArgs } from '../../lib/platforms/swarm/translate';

const lookup = {
  name: 'web',
  network: (name: string) => name,
  volume: () => undefined,
  config: () => undefined,
  secret: () => undefined,
  value: String,
};

test.each([
  ['5m0s', '5m'],
  ['1h0m0s', '1h'],
  ['1h1m0s', '1h1m'],
  ['1m30s', '1m30s'],
  ['90s', '1m30s'],
  ['10s', '10s'],
  ['0s', '0s'],
  ['500ms', '500ms'],
])('%s is handed over as the provider reads it back: %s', (written, read) => {
  const step = { delay: written, monitor: written };
  const args = serviceArgs(
    'web',
    {
      image: 'web',
      healthcheck: { test: ['CMD', 'true'], interval: written, timeout: written, start_period: written },
      deploy: { restart_policy: { delay: written, window: written }, update_config: step, rollback_config: step },
    },
    lookup,
  );
  expect(args).toMatchObject({
    taskSpec: {
      containerSpec: { healthcheck: { interval: read, timeout: read, startPeriod: read } },
      restartPolicy: { delay: read, window: read },
    },
    updateConfig: { delay: read, monitor: read },
    rollbackConfig: { delay: read, monitor: read },
  });
});
