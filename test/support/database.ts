import { rm } from 'node:fs/promises';
import type { ClassifyJob } from '../../src/domain/job.ts';
import { newId } from '../../src/lib/ids.ts';
import { findClassifyJob, insertClassifyJob } from '../../src/store/classify-jobs.ts';
import { type Database, openDatabase } from '../../src/store/database.ts';
import { migrate } from '../../src/store/migrate.ts';
import { type DefaultTenant, ensureDefaultTenant, ensureProject } from '../../src/store/tenancy.ts';
import { temporaryDirectory } from './server.ts';

export interface TestDatabase {
  db: Database;
  dataDir: string;
  tenant: DefaultTenant;
  /** Id of a project of that name. */
  project(name: string): Promise<string>;
  /** Creates a PENDING job of a file that does not exist, or of that parse job. */
  addJob(projectId?: string, parseJobId?: string): Promise<string>;
  job(id: string, projectId?: string): Promise<ClassifyJob>;
  close(): Promise<void>;
}

/** A migrated database of its own in a temporary directory. */
export async function openTestDatabase(): Promise<TestDatabase> {
  const dataDir = await temporaryDirectory();
  const db = openDatabase({ dataDir });
  await migrate(db);
  const tenant = await ensureDefaultTenant(db);
  return {
    db,
    dataDir,
    tenant,
    project: (name) => ensureProject(db, name),
    async addJob(projectId = tenant.projectId, parseJobId) {
      const id = newId('classifyJob');
      const input = parseJobId ?? newId('file');
      await insertClassifyJob(db, {
        id,
        project_id: projectId,
        user_id: tenant.userId,
        document_input_type: parseJobId === undefined ? 'file_id' : 'parse_job_id',
        file_input: input,
        inputId: input,
        configuration: {
          rules: [{ type: 'invoice', description: 'has an invoice number and a total' }],
          mode: 'FAST',
          parsing_configuration: null,
        },
        configuration_id: null,
        parse_job_id: parseJobId ?? null,
        transaction_id: null,
      });
      return id;
    },
    async job(id, projectId = tenant.projectId) {
      const found = await findClassifyJob(db, projectId, id);
      if (found === null) throw new Error(`there is no job ${id}`);
      return JSON.parse(found.body);
    },
    async close() {
      await db.destroy();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
