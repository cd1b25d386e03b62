"""The steps that make the ledger's tables: numbered, forward only, each in its transaction.

A step that was released is never edited: add one. {id} is the database's own type of a key that never comes again.
"""

import time

from gitops.errors import Invalid

STEPS = (
    # 1
    (
        """CREATE TABLE klepaas_command (uid TEXT PRIMARY KEY, actor_email TEXT NOT NULL, client_id TEXT NOT NULL, fingerprint TEXT NOT NULL,
            actor TEXT NOT NULL, channel TEXT NOT NULL, verb TEXT NOT NULL, app TEXT, environment TEXT, command TEXT NOT NULL,
            resolved BOOLEAN NOT NULL, attempts TEXT NOT NULL, status TEXT NOT NULL, "commit" TEXT, review TEXT, receipt TEXT, error TEXT,
            event BIGINT, result TEXT, created {time} NOT NULL, updated {time} NOT NULL, UNIQUE (actor_email, client_id))""",
        "CREATE INDEX klepaas_command_place ON klepaas_command (app, environment, created)",
        "CREATE INDEX klepaas_command_status ON klepaas_command (status, created)",
        "CREATE INDEX klepaas_command_created ON klepaas_command (created)",
        'CREATE INDEX klepaas_command_commit ON klepaas_command ("commit")',
        """CREATE TABLE klepaas_event (id {id}, kind TEXT NOT NULL, app TEXT, environment TEXT, data TEXT NOT NULL, at {time} NOT NULL)""",
        "CREATE INDEX klepaas_event_at ON klepaas_event (at)",
        """CREATE TABLE klepaas_sync (id {id}, app TEXT NOT NULL, environment TEXT NOT NULL, revision TEXT NOT NULL, status TEXT NOT NULL,
            result TEXT NOT NULL, started {time} NOT NULL, finished {time}, UNIQUE (app, environment, started))""",
        "CREATE INDEX klepaas_sync_started ON klepaas_sync (started)",
        """CREATE TABLE klepaas_state (app TEXT NOT NULL, environment TEXT NOT NULL, state TEXT NOT NULL, updated {time} NOT NULL,
            PRIMARY KEY (environment, app))""",
        """CREATE TABLE klepaas_review (id TEXT PRIMARY KEY, command_uid TEXT NOT NULL UNIQUE, environment TEXT NOT NULL, app TEXT, branch TEXT NOT NULL,
            base TEXT NOT NULL, head TEXT NOT NULL, author_email TEXT NOT NULL, author_name TEXT NOT NULL, title TEXT NOT NULL, required BIGINT NOT NULL,
            forge TEXT NOT NULL, url TEXT, status TEXT NOT NULL, "commit" TEXT, closed_by TEXT, created {time} NOT NULL, closed {time})""",
        "CREATE INDEX klepaas_review_status ON klepaas_review (status, created)",
        """CREATE TABLE klepaas_approval (id {id}, review TEXT NOT NULL, email TEXT NOT NULL, name TEXT NOT NULL, head TEXT NOT NULL, at {time} NOT NULL,
            UNIQUE (review, email))""",
        "CREATE TABLE klepaas_user (email TEXT PRIMARY KEY, name TEXT NOT NULL, scopes TEXT NOT NULL, created {time} NOT NULL)",
        """CREATE TABLE klepaas_token (id TEXT PRIMARY KEY, hash TEXT NOT NULL UNIQUE, email TEXT NOT NULL, name TEXT NOT NULL, scopes TEXT NOT NULL,
            agent BOOLEAN NOT NULL, created {time} NOT NULL, expires {time}, used {time}, revoked {time})""",
        "CREATE INDEX klepaas_token_email ON klepaas_token (email)",
        "CREATE TABLE klepaas_link (hash TEXT PRIMARY KEY, email TEXT NOT NULL, expires {time} NOT NULL, used {time})",
        "CREATE TABLE klepaas_session (hash TEXT PRIMARY KEY, email TEXT NOT NULL, created {time} NOT NULL, expires {time} NOT NULL, ended {time})",
        "CREATE INDEX klepaas_session_email ON klepaas_session (email)",
        "CREATE TABLE klepaas_claim (name TEXT PRIMARY KEY, until {time} NOT NULL)",
    ),
    # 2: conversations
    (
        """CREATE TABLE klepaas_conversation (id TEXT PRIMARY KEY, email TEXT NOT NULL, title TEXT NOT NULL, context TEXT NOT NULL, created {time} NOT NULL,
            updated {time} NOT NULL)""",
        "CREATE INDEX klepaas_conversation_email ON klepaas_conversation (email, updated)",
        """CREATE TABLE klepaas_message (id {id}, conversation TEXT NOT NULL, email TEXT NOT NULL, text TEXT NOT NULL, language TEXT, kind TEXT NOT NULL,
            readings TEXT NOT NULL, parser TEXT, model TEXT, latency {time}, tokens_in BIGINT, tokens_out BIGINT, outcome TEXT, at {time} NOT NULL)""",
        "CREATE INDEX klepaas_message_email ON klepaas_message (email, id)",
        "CREATE INDEX klepaas_message_conversation ON klepaas_message (conversation, id)",
        """CREATE TABLE klepaas_preview (id TEXT PRIMARY KEY, email TEXT NOT NULL, channel TEXT NOT NULL, conversation TEXT, message BIGINT, command TEXT NOT NULL,
            hash TEXT NOT NULL, risk TEXT NOT NULL, status TEXT NOT NULL, outcome TEXT, created {time} NOT NULL, expires {time} NOT NULL, settled {time})""",
        "CREATE INDEX klepaas_preview_conversation ON klepaas_preview (conversation, status)",
        "CREATE INDEX klepaas_preview_message ON klepaas_preview (message)",
        "CREATE INDEX klepaas_preview_expires ON klepaas_preview (expires)",
        """CREATE TABLE klepaas_feedback (id {id}, message BIGINT NOT NULL, email TEXT NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL, was TEXT NOT NULL,
            meant TEXT, note TEXT, status TEXT NOT NULL, settled_by TEXT, at {time} NOT NULL)""",
        "CREATE INDEX klepaas_feedback_status ON klepaas_feedback (status, id)",
    ),
    # 3: what is asked of controllers
    (
        "CREATE TABLE klepaas_question (id TEXT PRIMARY KEY, environment TEXT NOT NULL, app TEXT, asked {time} NOT NULL, answer TEXT)",
        "CREATE INDEX klepaas_question_asked ON klepaas_question (asked)",
    ),
    # 4: reviews at a forge, and what forges tell
    (
        "ALTER TABLE klepaas_review ADD COLUMN number BIGINT",
        """CREATE TABLE klepaas_delivery (id TEXT PRIMARY KEY, digest TEXT NOT NULL UNIQUE, event TEXT NOT NULL, repository TEXT, facts TEXT NOT NULL,
            status TEXT NOT NULL, outcome TEXT NOT NULL, received {time} NOT NULL, tried {time} NOT NULL)""",
        "CREATE INDEX klepaas_delivery_status ON klepaas_delivery (status, tried)",
        "CREATE INDEX klepaas_delivery_received ON klepaas_delivery (received)",
        """CREATE TABLE klepaas_arrival (app TEXT NOT NULL, environment TEXT NOT NULL, facts TEXT NOT NULL, at {time} NOT NULL, PRIMARY KEY (environment, app))""",
    ),
    # 5: who signs in from elsewhere, and the audit
    (
        "ALTER TABLE klepaas_user ADD COLUMN teams TEXT NOT NULL DEFAULT '[]'",
        "ALTER TABLE klepaas_session ADD COLUMN id TEXT",
        "ALTER TABLE klepaas_session ADD COLUMN provider TEXT",
        "ALTER TABLE klepaas_session ADD COLUMN address TEXT",
        "ALTER TABLE klepaas_session ADD COLUMN browser TEXT",
        """CREATE TABLE klepaas_identity (provider TEXT NOT NULL, subject TEXT NOT NULL, email TEXT NOT NULL, token TEXT, checked {time} NOT NULL,
            PRIMARY KEY (provider, subject))""",
        "CREATE INDEX klepaas_identity_email ON klepaas_identity (email)",
        """CREATE TABLE klepaas_audit (number BIGINT PRIMARY KEY, at {time} NOT NULL, email TEXT, name TEXT, agent BOOLEAN NOT NULL, address TEXT, request TEXT,
            door TEXT NOT NULL, verb TEXT NOT NULL, app TEXT, environment TEXT, args TEXT NOT NULL, outcome TEXT NOT NULL, code TEXT, "commit" TEXT, review TEXT,
            previous TEXT NOT NULL, hash TEXT NOT NULL)""",
        "CREATE INDEX klepaas_audit_at ON klepaas_audit (at)",
        "CREATE INDEX klepaas_audit_email ON klepaas_audit (email, number)",
        "CREATE INDEX klepaas_audit_place ON klepaas_audit (environment, app, number)",
        "CREATE TABLE klepaas_checkpoint (number BIGINT PRIMARY KEY, hash TEXT NOT NULL, at {time} NOT NULL, signature TEXT NOT NULL)",
        "CREATE TABLE klepaas_failure (source TEXT PRIMARY KEY, count BIGINT NOT NULL, since {time} NOT NULL, until {time} NOT NULL)",
    ),
    # 6: notifications
    (
        """CREATE TABLE klepaas_notice (id {id}, channel TEXT NOT NULL, language TEXT NOT NULL, bundle TEXT, news TEXT NOT NULL, count BIGINT NOT NULL, status TEXT NOT NULL,
            due {time} NOT NULL, attempts BIGINT NOT NULL, later {time} NOT NULL, error TEXT, created {time} NOT NULL, settled {time})""",
        "CREATE INDEX klepaas_notice_waiting ON klepaas_notice (status, channel, due, id)",
        "CREATE INDEX klepaas_notice_bundle ON klepaas_notice (bundle)",
        "CREATE TABLE klepaas_told (about TEXT PRIMARY KEY, said TEXT NOT NULL, at {time} NOT NULL)",
        "CREATE INDEX klepaas_told_at ON klepaas_told (at)",
    ),
    # 7: alerts
    (
        """CREATE TABLE klepaas_alert (id TEXT PRIMARY KEY, source TEXT NOT NULL, fingerprint TEXT NOT NULL, status TEXT NOT NULL, app TEXT, environment TEXT, name TEXT NOT NULL,
            severity TEXT, summary TEXT NOT NULL, labels TEXT NOT NULL, url TEXT, began {time} NOT NULL, ended {time}, heard {time} NOT NULL, seen {time} NOT NULL, acknowledged {time},
            acknowledged_by TEXT, silence TEXT, silenced_until {time}, silenced_by TEXT, answered TEXT)""",
        "CREATE INDEX klepaas_alert_status ON klepaas_alert (status, began)",
        "CREATE INDEX klepaas_alert_fingerprint ON klepaas_alert (source, fingerprint, status)",
        "CREATE INDEX klepaas_alert_seen ON klepaas_alert (seen)",
    ),
    # 8: what merging a review would do
    (
        "ALTER TABLE klepaas_question ADD COLUMN review TEXT",
    ),
    # 9: what a commit did
    (
        "CREATE INDEX klepaas_sync_revision ON klepaas_sync (revision)",
    ),
    # 10: who approved a review at its forge
    (
        "ALTER TABLE klepaas_review ADD COLUMN there TEXT NOT NULL DEFAULT '[]'",
    ),
    # 11: which request and which trace a command is part of
    (
        "ALTER TABLE klepaas_command ADD COLUMN request TEXT",
        "ALTER TABLE klepaas_command ADD COLUMN trace TEXT",
    ),
    # 12: whose commit a sync is about, which may be an older one than the revision
    (
        'ALTER TABLE klepaas_sync ADD COLUMN "commit" TEXT',
        'CREATE INDEX klepaas_sync_commit ON klepaas_sync ("commit")',
    ),
    # 13: what a cluster reported about an app
    (
        "CREATE INDEX klepaas_event_cluster ON klepaas_event (environment, app, id) WHERE kind = 'cluster'",
    ),
)


def migrate(store, schema):
    """Take the steps that are missing; Invalid when there are more than this code knows."""
    while _step(store, schema):
        pass


def _step(store, schema):
    with store.migrating():
        store.database.execute_sql("CREATE TABLE IF NOT EXISTS klepaas_schema (version BIGINT NOT NULL, at DOUBLE PRECISION NOT NULL)")
        version = schema.select().count()
        if version > len(STEPS):
            raise Invalid("ledger_newer", there=version, known=len(STEPS))
        if version == len(STEPS):
            return False
        for statement in STEPS[version]:
            store.database.execute_sql(statement.format(id=store.ID, time="DOUBLE PRECISION"))
        schema.insert(version=version + 1, at=time.time()).execute()
        return True
