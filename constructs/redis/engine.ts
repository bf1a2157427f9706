import type { ExternalPeer } from '../../lib/model/edges/peers';

/**
 * Objects of the redis-operator in place of servers of ours. It has to be there, with its feature gate `GenerateConfigInInitContainer`.
 *
 * @see https://redis-operator.opstree.dev
 */
export interface RedisOperatorProps {
  /** Which operator. */
  readonly kind: 'redis-operator';
  /** The operator's pods. @default - `name: redis-operator` in the namespace `ot-operators` */
  readonly operator?: ExternalPeer;
  /** Who fetches the metrics of the servers, on their port 9121. @default - nobody */
  readonly metricsFrom?: ExternalPeer;
}
