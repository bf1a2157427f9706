/** The Pulumi program of rotation.test.ts: one consumer of each kind of value, and one of none. */
import { ConfigFiles, ConfigSecret, Environments, ExistingSecret, interpolate } from '../../../lib';
import { deployStack } from '../../../lib/stack/pulumi';
import { client, probe, probeTask } from './probes';

const { E2E_NAMESPACE: namespace = '', E2E_VERSION: version = '1', E2E_TEXT: text = 'a', E2E_EXIT: exit = '0' } = process.env;

deployStack(
  'rotation',
  {
    platform: 'kubernetes',
    environment: Environments.test,
    namespace,
    kubernetes: { imagePullPolicy: 'IfNotPresent', createNamespace: false },
  },
  (root) => {
    const configured = new ConfigSecret(root, 'Configured', { keys: ['password', 'user'] });
    const existing = new ExistingSecret(root, 'Existing', { existing: 'existing', version });
    const settings = new ConfigFiles(root, 'Settings', { files: { 'app.conf': text, 'blob.bin': Uint8Array.from([0, 255, 254]) } });
    const file = { PASSWORD_FILE: configured.file('password') };
    const url = interpolate`sql://${configured.key('user')}:${configured.key('password')}@db/`;
    const all = [
      probe(root, 'by-file', { env: file }),
      probe(root, 'by-text', { env: { URL: url } }),
      probe(root, 'by-existing', { env: { TOKEN_FILE: existing.file('token') } }),
      probe(root, 'by-config', { files: settings.filesIn('/etc/app') }),
    ];
    const migrate = probeTask(root, 'migrate', Number(exit));
    const after = probe(root, 'after', { env: { EXIT: exit } });
    after.startAfter(migrate);
    const asking = client(root, 'client');
    for (const one of [...all, after]) asking.network.allowTo(one, { gate: 'none' });
  },
);
