"""PostgreSQL keeps the books itself: booked rows are insert-only and every transaction sums to zero at commit.

Does nothing on other databases. TRUNCATE is refused everywhere but in a test database, where Django empties tables
between transactional tests.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION ledger_insert_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' AND current_database() ~ '^test_' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'booked rows of % are insert-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER ledger_transaction_insert_only BEFORE UPDATE OR DELETE ON ledger_transaction
    FOR EACH ROW EXECUTE FUNCTION ledger_insert_only();
CREATE TRIGGER ledger_transaction_no_truncate BEFORE TRUNCATE ON ledger_transaction
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_insert_only();
CREATE TRIGGER ledger_entry_insert_only BEFORE UPDATE OR DELETE ON ledger_entry
    FOR EACH ROW EXECUTE FUNCTION ledger_insert_only();
CREATE TRIGGER ledger_entry_no_truncate BEFORE TRUNCATE ON ledger_entry
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_insert_only();

CREATE FUNCTION ledger_sums_to_zero() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    rest numeric;
BEGIN
    SELECT coalesce(sum(amount_minor), 0) INTO rest FROM ledger_entry WHERE transaction_id = NEW.transaction_id;
    IF rest <> 0 THEN
        RAISE EXCEPTION 'ledger transaction % sums to % fen, not zero', NEW.transaction_id, rest
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER ledger_entry_sums_to_zero AFTER INSERT ON ledger_entry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_sums_to_zero();
"""
BACKWARD = """
DROP TRIGGER ledger_entry_sums_to_zero ON ledger_entry;
DROP FUNCTION ledger_sums_to_zero();
DROP TRIGGER ledger_entry_no_truncate ON ledger_entry;
DROP TRIGGER ledger_entry_insert_only ON ledger_entry;
DROP TRIGGER ledger_transaction_no_truncate ON ledger_transaction;
DROP TRIGGER ledger_transaction_insert_only ON ledger_transaction;
DROP FUNCTION ledger_insert_only();
"""


def run(sql):
    def forward(apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(sql, params=None)

    return forward


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_books")]

    operations = [migrations.RunPython(run(FORWARD), run(BACKWARD))]
