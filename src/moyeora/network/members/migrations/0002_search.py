"""The search index: a table of its own, in the SQL of each database.

No foreign key leads to the firms: Django empties tables that it knows, and would be refused.
Triggers hold the index to the firms instead.
"""

from django.db import migrations

from moyeora.network.members.search.documents import TIERS

POSTGRESQL = [
    """
    CREATE TABLE members_search (
        firm_id uuid NOT NULL,
        tier smallint NOT NULL,
        key bigint NOT NULL,
        latitude double precision NOT NULL,
        longitude double precision NOT NULL,
        facets text[] NOT NULL,
        words tsvector NOT NULL,
        PRIMARY KEY (firm_id, tier)
    ) PARTITION BY LIST (tier)
    """,
    *(
        f"CREATE TABLE members_search_{tier} PARTITION OF members_search FOR VALUES IN ({tier})"
        for tier in range(TIERS)
    ),
    # Inside the row and as they are: a search looks into the words of hundreds of rows, and the
    # planner must know what reading a row costs.
    "ALTER TABLE members_search ALTER words SET STORAGE MAIN",
    *(
        f"ALTER TABLE members_search_{tier} ALTER words SET STORAGE MAIN,"
        " SET (toast_tuple_target = 8160)"
        for tier in range(TIERS)
    ),
    # Without a list of pending entries, which every search would have to read through.
    "CREATE INDEX members_search_words ON members_search USING gin (words) WITH (fastupdate=off)",
    """
    CREATE FUNCTION members_search_forget() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'TRUNCATE' THEN
            DELETE FROM members_search;
        ELSE
            DELETE FROM members_search WHERE firm_id = OLD.id;
        END IF;
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER members_search_forget_row AFTER DELETE ON members_firm
    FOR EACH ROW EXECUTE FUNCTION members_search_forget()
    """,
    """
    CREATE TRIGGER members_search_forget_all AFTER TRUNCATE ON members_firm
    FOR EACH STATEMENT EXECUTE FUNCTION members_search_forget()
    """,
]
SQLITE = [
    """
    CREATE TABLE members_search (
        key integer PRIMARY KEY,
        firm_id char(32) NOT NULL UNIQUE,
        tier integer NOT NULL,
        latitude real NOT NULL,
        longitude real NOT NULL,
        facets text NOT NULL
    )
    """,
    "CREATE INDEX members_search_tier ON members_search (tier)",
    """
    CREATE VIRTUAL TABLE members_search_words
    USING fts5 (words, tokenize = "unicode61 remove_diacritics 0")
    """,
    """
    CREATE TRIGGER members_search_forget_words AFTER DELETE ON members_search BEGIN
        DELETE FROM members_search_words WHERE rowid = OLD.key;
    END
    """,
    """
    CREATE TRIGGER members_search_forget_row AFTER DELETE ON members_firm BEGIN
        DELETE FROM members_search WHERE firm_id = OLD.id;
    END
    """,
]
POSTGRESQL_BACK = [
    "DROP TRIGGER members_search_forget_row ON members_firm",
    "DROP TRIGGER members_search_forget_all ON members_firm",
    "DROP FUNCTION members_search_forget",
    "DROP TABLE members_search",
]
SQLITE_BACK = [
    "DROP TRIGGER members_search_forget_row",
    "DROP TABLE members_search",
    "DROP TABLE members_search_words",
]


def run(postgresql, sqlite):
    def execute(apps, schema_editor):
        for statement in postgresql if schema_editor.connection.vendor == "postgresql" else sqlite:
            schema_editor.execute(statement)

    return execute


class Migration(migrations.Migration):
    dependencies = [("members", "0001_initial")]
    operations = [migrations.RunPython(run(POSTGRESQL, SQLITE), run(POSTGRESQL_BACK, SQLITE_BACK))]
