import type { Client } from 'pg';

/** What a role may do that no grant to it or revocation from it would change. */
interface Excess {
  excess: string;
  /** The statement that takes it away, and the role that can run it. */
  remedy: string;
  by: string;
}

/**
 * What the roles may do beyond the grants of `db:roles`, with the statements that take it away: a sentence for all the
 * roles of which the same is true. None if there is nothing.
 */
export async function describeExcess(client: Client, names: string[]): Promise<string[]> {
  const rolesThat = new Map<string, string[]>();
  for (const name of names) {
    const { rows } = await client.query<Excess>(EXCESS, [name]);
    if (rows.length === 0) continue;
    const may = rows.map(({ excess }) => excess).join(', ');
    const remedies = rows.map(({ remedy, by }) => `as ${by}: ${remedy};`).join(' ');
    const rest = `may do more than db:roles can take away (${may}). To take it away, run ${remedies}`;
    rolesThat.set(rest, [...(rolesThat.get(rest) ?? []), name]);
  }
  return [...rolesThat].map(
    ([rest, [first, ...others]]) => `The role${others.length > 0 ? 's' : ''} ${[first, ...others].join(', ')} ${rest}`,
  );
}

/** The grants by which a role has a privilege, but not the owner's: EXCESS names owners and their members itself. */
const lenders = (privilege: string, acl: string, owner: string) => `
  SELECT string_agg(DISTINCT CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END, ', ') AS lenders
  FROM aclexplode(${acl}) WHERE privilege_type = '${privilege}' AND grantee <> ${owner}
    AND (grantee = 0 OR pg_has_role(me.oid, grantee, 'USAGE'))`;

/** A membership counts as well: a member of a role can switch to it with SET ROLE. */
const EXCESS = `
  WITH me AS (SELECT * FROM pg_roles WHERE rolname = $1),
    others AS (SELECT r.* FROM pg_roles r, me WHERE NOT me.rolsuper AND r.oid <> me.oid
      AND pg_has_role(me.oid, r.oid, 'MEMBER')),
    db AS (SELECT *, datdba::regrole::text AS owner FROM pg_database WHERE datname = current_database()),
    -- The owner of the schema is by default the role of whoever owns the database.
    schema AS (SELECT n.*, CASE nspowner::regrole::text WHEN 'pg_database_owner' THEN db.owner
      ELSE nspowner::regrole::text END AS owner FROM pg_namespace n, db WHERE nspname = 'public')
  SELECT 'the attribute ' || a.attribute AS excess,
      format('ALTER ROLE %I NO%s', me.rolname, a.attribute) AS remedy, 'a superuser' AS by
    FROM me, LATERAL (VALUES ('SUPERUSER', rolsuper), ('CREATEROLE', rolcreaterole), ('CREATEDB', rolcreatedb),
      ('REPLICATION', rolreplication)) a (attribute, has)
    WHERE a.has
  UNION ALL SELECT 'membership of ' || o.rolname, format('REVOKE %s FROM %I', (
        SELECT string_agg(DISTINCT m.roleid::regrole::text, ', ') FROM pg_auth_members m
        WHERE m.member = me.oid AND pg_has_role(m.roleid, o.oid, 'MEMBER')), me.rolname), 'a superuser'
    FROM others o, me WHERE o.rolsuper OR o.rolcreaterole
      OR o.rolname ~ '^pg_(read|write)_all_data$|^pg_(read|write)_server_files$|^pg_execute_server_program$|^pg_maintain$'
      OR o.oid IN (SELECT relowner FROM pg_class WHERE relnamespace = 'public'::regnamespace)
      OR o.oid = (SELECT datdba FROM db)
      OR (o.oid = (SELECT nspowner FROM schema) AND o.rolname <> 'pg_database_owner')
  UNION ALL SELECT 'ownership of ' || relname,
      format('ALTER TABLE %I OWNER TO %I', relname, current_user), 'a superuser'
    FROM pg_class, me WHERE relnamespace = 'public'::regnamespace AND relowner = me.oid AND relkind IN ('r', 'S', 'v')
  UNION ALL SELECT 'ownership of the database',
      format('ALTER DATABASE %I OWNER TO %I', datname, current_user), 'a superuser'
    FROM db, me WHERE datdba = me.oid
  UNION ALL SELECT 'ownership of the schema public',
      format('ALTER SCHEMA public OWNER TO %I', current_user), 'a superuser'
    FROM schema, me WHERE nspowner = me.oid
  UNION ALL SELECT 'temporary tables', format('REVOKE TEMPORARY ON DATABASE %I FROM %s', datname, lenders), db.owner
    FROM db, me, LATERAL (${lenders('TEMPORARY', "coalesce(datacl, acldefault('d', datdba))", 'datdba')}) l
    WHERE NOT me.rolsuper AND lenders IS NOT NULL
  UNION ALL SELECT 'new objects in the schema public',
      format('REVOKE CREATE ON SCHEMA public FROM %s', lenders), schema.owner
    FROM schema, me, LATERAL (${lenders('CREATE', "coalesce(nspacl, acldefault('n', nspowner))", 'nspowner')}) l
    WHERE NOT me.rolsuper AND lenders IS NOT NULL`;
