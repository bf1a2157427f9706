import { deployStack, StackConfig } from '../lib/stack/pulumi';
import { SYSTEMS, type SystemName } from './systems';

/** Deploys one system in one environment on one platform: what `Pulumi.<stack>.yaml` says. */
const { system, ...target } = StackConfig.read({ systems: Object.keys(SYSTEMS) as SystemName[] });
deployStack(system, target, (root) => void SYSTEMS[system].build(root));
