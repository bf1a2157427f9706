import { acknowledge, type BackupProps, Environments } from '../../../lib';
import { deployStack } from '../../../lib/stack/pulumi';
import { BackedUpShop } from './backup-shop';

const {
  E2E_NAMESPACE: namespace = 'e2e',
  E2E_ENDPOINT: endpoint = '',
  E2E_RECIPIENT: recipient = '',
  E2E_DESTROY: reason,
  E2E_BACKUP: backup = '{}',
} = process.env;

deployStack('backup', { platform: 'docker', environment: Environments.staging, namespace }, (root) => {
  new BackedUpShop(root, {
    endpoint,
    recipient: recipient as `age1${string}`,
    pitr: true,
    backup: JSON.parse(backup) as Partial<BackupProps>,
  });
  if (reason !== undefined) acknowledge(root, { 'destroy.guard': reason });
});
