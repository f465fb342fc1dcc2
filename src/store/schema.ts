import type { ColumnType, Generated } from 'kysely';
import type { Timestamp } from '../lib/clock.ts';

/** The tables. Points in time are text whose order is time order; JSON is text; null means what the comment says. */
export interface Tables {
  organizations: { id: string; name: string; created_at: Timestamp; updated_at: Timestamp };
  projects: {
    id: string;
    organization_id: string;
    name: string;
    /** 1 for the project that keys without another one belong to. */
    is_default: number;
    /** Since when keys of the project are refused; null = enabled. */
    disabled_at: Timestamp | null;
    /** `ProjectSettings` as JSON. */
    settings: ColumnType<string, string | undefined>;
    created_at: Timestamp;
    updated_at: Timestamp;
  };
  users: { id: string; name: string; created_at: Timestamp };
  api_keys: {
    id: string;
    project_id: string;
    user_id: string;
    name: string;
    /** First 16 hex digits of the hash, for finding the row; the whole hash is then compared in constant time. */
    lookup: string;
    /** SHA-256 of the key, hex. The key itself is never stored. */
    hash: string;
    /** The last four characters, so that people can tell keys apart. */
    hint: string;
    /** `environment`: set by PIGEONHOLE_API_KEY and replaced when that changes. */
    origin: 'created' | 'environment';
    created_at: Timestamp;
    revoked_at: Timestamp | null;
  };
  sessions: {
    /** SHA-256 of the cookie's value, hex. */
    hash: string;
    api_key_id: string;
    created_at: Timestamp;
    expires_at: Timestamp;
  };
  /** Keys the server made for itself, shared by all its processes. */
  secrets: { name: string; value: string; created_at: Timestamp };
  files: {
    id: string;
    project_id: string;
    name: string;
    /** Extension of the name without dot, lower case; null = the name has none. */
    file_type: string | null;
    external_file_id: string | null;
    purpose: string | null;
    size_bytes: number;
    /** SHA-256 of the bytes, hex. */
    content_hash: string;
    blob_key: string;
    created_at: Timestamp;
    updated_at: Timestamp;
  };
  /** The job row is also the queue entry, rendered like classify jobs. */
  parse_jobs: {
    id: string;
    project_id: string;
    status: string;
    created_at: Timestamp;
    body: string;
    /** What is read: `dfl-…`, or a URL until it has been fetched. */
    input_id: string;
    /** `ParseRequest` as JSON. */
    request: string;
    /** As of classify jobs, and so is `attempt`. */
    claimable_at: Timestamp | null;
    attempt: number;
    /** With `cache_key`: which result it has; null = none yet. The result may be gone: it can be read again. */
    content_hash: string | null;
    cache_key: string | null;
  };
  /** What was read from a content in one way: any number of jobs share it. */
  parse_results: {
    project_id: string;
    /** SHA-256 of the bytes that were read, hex. */
    content_hash: string;
    /** Options and parser version the text depends on. */
    cache_key: string;
    blob_key: string;
    /** Of the blob and the gist together. */
    size_bytes: number;
    /** What the engine has made of it; null = nothing yet. */
    gist: ColumnType<Uint8Array | null, undefined, Uint8Array>;
    /** When a job last read it, or not long before. */
    used_at: Timestamp;
  };
  /**
   * The job row is also the queue entry. `body` is the job as its reader sees it, rendered when it changes, so that
   * reading and listing never parse nor build JSON; the other columns are for finding and running.
   */
  classify_jobs: {
    id: string;
    project_id: string;
    status: string;
    configuration_id: string | null;
    transaction_id: string | null;
    created_at: Timestamp;
    body: string;
    /** The input: `dfl-…`, `pjb-…`, or a URL until it has been fetched. */
    input_id: string;
    /**
     * From when on a worker may take the job: its creation, the end of a lease or of a back-off; `WAITING` until the
     * parse job it is about has ended. Null = terminal.
     */
    claimable_at: Timestamp | null;
    /** Leases given out so far; the number of the current lease fences off earlier ones. */
    attempt: number;
    /** Scores, evidence, engine and timings of the result as JSON; null = none yet. */
    details: string | null;
    /** The group the job was created with; null = it was created alone. */
    group_id: ColumnType<string | null, string | null | undefined>;
  };
  /** What people said the answers of jobs should have been; a row goes with its job. */
  feedback: {
    job_id: string;
    project_id: string;
    /** Which jobs learn from it: `feedbackScope`. */
    scope: string;
    /** What the job has read. */
    parse_job_id: string;
    /** Null = no rule fits. */
    type: string | null;
    created_at: Timestamp;
    updated_at: Timestamp;
  };
  /** Jobs created by one request. */
  job_groups: {
    id: string;
    /** `bulk`: `POST /api/v2/classify/bulk`; `v1`: a job of the v1 classifier, which has many files. */
    kind: 'bulk' | 'v1';
    project_id: string;
    user_id: string;
    /** Idempotency key of the request; null = none. */
    transaction_id: string | null;
    /** What the group shows of its request, as JSON. */
    request: string;
    /** Jobs in the group; those in none of the three counts below are open. */
    total: number;
    completed: Generated<number>;
    failed: Generated<number>;
    cancelled: Generated<number>;
    /** Why the first job that failed did; null = none has. */
    error_message: string | null;
    created_at: Timestamp;
    /** When the last job ended so far. */
    updated_at: Timestamp;
  };
  /** How many jobs there are, by status: exact, because it changes with the jobs. */
  job_counts: { project_id: string; kind: 'classify' | 'parse'; status: string; jobs: number };
  /** How many completed jobs there are by the type they found; '' = no rule fits. */
  type_counts: { project_id: string; type: string; jobs: number };
  /** Every status every job has had, in order; old ones are deleted. */
  job_events: {
    sequence: Generated<number>;
    project_id: string;
    kind: 'classify' | 'parse';
    job_id: string;
    status: string;
    created_at: Timestamp;
  };
  configurations: {
    id: string;
    project_id: string;
    product_type: string;
    name: string;
    /** When the current parameters were saved. */
    version: Timestamp;
    /** As JSON, with defaults filled in. */
    parameters: string;
    created_at: Timestamp;
    updated_at: Timestamp;
  };
  /** What every configuration has been since it was made, the current version included. */
  configuration_versions: { configuration_id: string; version: Timestamp; name: string; parameters: string };
  /** Saved webhook configurations. `sealed` is `WebhookSettings` as JSON, encrypted for the id. */
  webhook_configs: { id: string; project_id: string; sealed: string; created_at: Timestamp; updated_at: Timestamp };
  /** Where events of jobs go, as it was said when the jobs were created; never changed. */
  webhook_endpoints: {
    id: string;
    project_id: string;
    /** The saved configuration it was copied from; null = it came with the request. */
    config_id: string | null;
    /** Project and origin of the URL: deliveries in one lane wait for each other, those in different lanes never do. */
    lane: string;
    /** Host name and port of the URL, which are all that is shown of it. */
    host: string;
    /** Names of events as JSON; null = all. */
    events: string | null;
    /** `WebhookSettings` as JSON, encrypted for the id. */
    sealed: string;
  };
  /** The endpoints of jobs that have not ended. */
  job_webhooks: { job_id: string; endpoint_id: string };
  /** Events on their way to endpoints, written in the transaction that makes them happen; ended ones are the log. */
  webhook_deliveries: {
    id: string;
    project_id: string;
    job_id: string;
    endpoint_id: string;
    /** That of the endpoint. */
    lane: string;
    /** The same for all endpoints of a job, and again when it is delivered again. */
    event_id: string;
    event_type: string;
    /** Status of the job in this event. */
    job_status: string;
    happened_at: Timestamp;
    status: 'pending' | 'delivered' | 'failed';
    /** From when on it may be sent: its creation, the end of a lease or of a wait. Null = it has ended. */
    claimable_at: Timestamp | null;
    /** Leases given out so far; the number of the current lease fences off earlier ones. */
    lease: Generated<number>;
    /** `Attempt[]` as JSON, oldest first. */
    attempts: Generated<string>;
    /** The delivery that this one repeats; null = it is the first of its event to its endpoint. */
    redelivery_of: string | null;
    created_at: Timestamp;
    ended_at: Timestamp | null;
  };
}
