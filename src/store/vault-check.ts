import { sql } from 'kysely';
import { now } from '../lib/clock.ts';
import type { Vault } from '../lib/vault.ts';
import type { Database } from './database.ts';

const NAME = 'encryption-check';

/**
 * Makes sure that the vault has the key that the secrets in this database were encrypted with, so that a wrong one is
 * noticed at the start and not by webhooks that are sent without their signature. A new key may take over a database
 * that holds no secrets.
 *
 * @throws AppError `unavailable` when the key is another one.
 */
export async function checkVault(db: Database, vault: Vault): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    const value = vault.seal('', NAME);
    const inserted = await transaction
      .insertInto('secrets')
      .values({ name: NAME, value, created_at: now() })
      .onConflict((conflict) => conflict.column('name').doNothing())
      .executeTakeFirst();
    if (inserted.numInsertedOrUpdatedRows === 1n) return;
    const row = await transaction
      .selectFrom('secrets')
      .select('value')
      .where('name', '=', NAME)
      .executeTakeFirstOrThrow();
    try {
      vault.open(row.value, NAME);
    } catch (error) {
      const { rows } = await sql<{ used: number }>`select
        exists (select 1 from webhook_configs) or exists (select 1 from webhook_endpoints) as used`.execute(
        transaction,
      );
      if (rows[0]!.used) throw error;
      await transaction.updateTable('secrets').set({ value }).where('name', '=', NAME).execute();
    }
  });
}
