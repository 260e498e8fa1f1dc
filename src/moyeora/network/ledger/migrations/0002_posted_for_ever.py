"""What was posted is never changed or deleted, and a transfer has the currency of its accounts.

Held by the database itself, so that no code of ours and no shell can slip past.
"""

from django.db import migrations

SQLITE = """
CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table}
BEGIN SELECT RAISE(ABORT, '{table}: what was posted is never changed'); END;
CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table}
BEGIN SELECT RAISE(ABORT, '{table}: what was posted is never deleted'); END;
"""
SQLITE_CURRENCY = """
CREATE TRIGGER ledger_transfer_currency BEFORE INSERT ON ledger_transfer
WHEN (SELECT count(*) FROM ledger_account a WHERE a.id IN (NEW.debit_id, NEW.credit_id)
      AND a.currency = NEW.currency
      AND a.consortium_id = (SELECT consortium_id FROM ledger_posting p WHERE p.id = NEW.posting_id)
     ) <> 2
BEGIN SELECT RAISE(ABORT, 'ledger_transfer: two accounts of one book and one currency'); END;
CREATE TRIGGER ledger_account_currency BEFORE UPDATE ON ledger_account
BEGIN SELECT RAISE(ABORT, 'ledger_account: an account stays what it is'); END;
"""
POSTGRESQL = """
CREATE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '%: what was posted is never changed or deleted', TG_TABLE_NAME
      USING ERRCODE = 'integrity_constraint_violation'; END $$;
CREATE FUNCTION ledger_one_currency() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT count(*) FROM ledger_account a WHERE a.id IN (NEW.debit_id, NEW.credit_id)
      AND a.currency = NEW.currency
      AND a.consortium_id = (SELECT consortium_id FROM ledger_posting p WHERE p.id = NEW.posting_id)
     ) <> 2
  THEN RAISE EXCEPTION 'ledger_transfer: two accounts of one book and one currency'
       USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER ledger_transfer_currency BEFORE INSERT ON ledger_transfer
  FOR EACH ROW EXECUTE FUNCTION ledger_one_currency();
"""
POSTGRESQL_TABLE = """
CREATE TRIGGER {table}_for_ever BEFORE UPDATE OR DELETE ON {table}
  FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();
"""
TABLES = ("ledger_posting", "ledger_transfer")


def forwards(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    if vendor == "sqlite":
        script = "".join(SQLITE.format(table=table) for table in TABLES) + SQLITE_CURRENCY
        for statement in script.split("END;"):
            if statement.strip():
                schema_editor.execute(statement + "END;")
    else:
        script = POSTGRESQL + "".join(
            POSTGRESQL_TABLE.format(table=table) for table in (*TABLES, "ledger_account")
        )
        schema_editor.execute(script, params=None)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]
    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
