"""The sum of a transaction's entries is looked at once per statement instead of once per entry.

A chunk writes thousands of entries in one COPY, each transaction whole, so the rows just written must balance by
themselves; what was there before did. Stricter than before: an unbalanced transaction is refused at once, and nothing
but the new rows is read. Only PostgreSQL.
"""

from django.db import migrations

FORWARD = """
DROP TRIGGER ledger_entry_sums_to_zero ON ledger_entry;
CREATE OR REPLACE FUNCTION ledger_sums_to_zero() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wrong record;
BEGIN
    SELECT transaction_id, sum(amount_minor) AS rest INTO wrong FROM written
    GROUP BY transaction_id HAVING sum(amount_minor) <> 0 LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'ledger transaction % sums to % fen, not zero', wrong.transaction_id, wrong.rest
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER ledger_entry_sums_to_zero AFTER INSERT ON ledger_entry
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION ledger_sums_to_zero();
"""
BACKWARD = """
DROP TRIGGER ledger_entry_sums_to_zero ON ledger_entry;
CREATE OR REPLACE FUNCTION ledger_sums_to_zero() RETURNS trigger LANGUAGE plpgsql AS $$
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


def run(sql):
    def forward(apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(sql, params=None)

    return forward


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_insert_only_and_balanced")]

    operations = [migrations.RunPython(run(FORWARD), run(BACKWARD))]
