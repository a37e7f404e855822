import { type ShopSettings, settingsOf } from '../../domain/shop';
import type { Db } from '../database';

/** What every checkout offers; everything is off until staff have said otherwise. */
export async function readShop(db: Db): Promise<ShopSettings> {
  const [row] = await db.$queryRaw<{ settings: ShopSettings }[]>`SELECT settings FROM shop`;
  return settingsOf(row?.settings);
}

/** Replaces the settings as a whole. Checkouts that are written down already stay as they are. */
export async function saveShop(db: Db, { settings, at }: { settings: ShopSettings; at: Date }): Promise<void> {
  await db.$executeRaw`
    INSERT INTO shop ("only", settings, updated_at) VALUES (true, ${JSON.stringify(settings)}::jsonb, ${at})
    ON CONFLICT ("only") DO UPDATE SET settings = excluded.settings, updated_at = excluded.updated_at`;
}
