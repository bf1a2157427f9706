import type { ObjectMeta } from 'kubernetes-types/meta/v1';

/** Metadata whose name and labels are certain. */
export type CustomMetadata = ObjectMeta & { name: string; labels: Record<string, string>; annotations?: Record<string, string> };

/** An ExternalSecret of the External Secrets Operator. @see https://external-secrets.io/latest/api/externalsecret/ */
export interface ExternalSecretManifest {
  /** Group and version. */
  apiVersion: 'external-secrets.io/v1';
  /** Kind. */
  kind: 'ExternalSecret';
  /** Name, namespace, labels, annotations. */
  metadata: CustomMetadata;
  /** What is read, and what becomes of it. */
  spec: {
    refreshPolicy?: 'CreatedOnce' | 'Periodic' | 'OnChange';
    refreshInterval?: string;
    secretStoreRef?: { name: string; kind: 'SecretStore' | 'ClusterSecretStore' };
    target: {
      name: string;
      creationPolicy?: 'Owner' | 'Orphan' | 'Merge' | 'None';
      deletionPolicy?: 'Delete' | 'Merge' | 'Retain';
      immutable?: boolean;
      template?: { engineVersion?: 'v2'; type?: string; data?: Record<string, string> };
    };
    data?: { secretKey: string; remoteRef: { key: string; property?: string; version?: string } }[];
    dataFrom?: { sourceRef: { generatorRef: { apiVersion: string; kind: string; name: string } } }[];
  };
}

/** A SecretStore of the External Secrets Operator. @see https://external-secrets.io/latest/api/secretstore/ */
export interface SecretStoreManifest {
  /** Group and version. */
  apiVersion: 'external-secrets.io/v1';
  /** Kind. */
  kind: 'SecretStore';
  /** Name, namespace, labels, annotations. */
  metadata: CustomMetadata;
  /** What is read, and how the operator logs in there. */
  spec: {
    provider: {
      vault?: {
        server: string;
        path: string;
        version: 'v1' | 'v2';
        auth: { kubernetes: { mountPath: string; role: string; serviceAccountRef: { name: string } } };
      };
      aws?: {
        service: 'SecretsManager' | 'ParameterStore';
        region: string;
        role?: string;
        auth: { jwt: { serviceAccountRef: { name: string } } };
      };
    };
  };
}

/** A generator of the External Secrets Operator. @see https://external-secrets.io/latest/api/generator/password/ */
export interface PasswordManifest {
  /** Group and version. */
  apiVersion: 'generators.external-secrets.io/v1alpha1';
  /** Kind. */
  kind: 'Password';
  /** Name, namespace, labels, annotations. */
  metadata: CustomMetadata;
  /** What is generated. */
  spec: { length: number; digits?: number; symbols?: number; symbolCharacters?: string; noUpper: boolean; allowRepeat: boolean };
}

/** A SealedSecret. @see https://github.com/bitnami-labs/sealed-secrets */
export interface SealedSecretManifest {
  /** Group and version. */
  apiVersion: 'bitnami.com/v1alpha1';
  /** Kind. */
  kind: 'SealedSecret';
  /** Name, namespace, labels, annotations. */
  metadata: CustomMetadata;
  /** Encrypted values, and the Secret that they become. */
  spec: { encryptedData: Record<string, string>; template: { metadata: CustomMetadata; type: string } };
}
