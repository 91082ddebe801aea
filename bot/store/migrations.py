"""The numbered list of migrations, in SQL that SQLite and PostgreSQL both understand. Forward only: add at the end, never edit."""

from typing import NamedTuple


class Migration(NamedTuple):
    """One step of the schema."""

    number: int
    name: str
    statements: tuple[str, ...]


MIGRATIONS: tuple[Migration, ...] = (
    Migration(
        1,
        "conversations, inbox, messages, outbox, tickets, stretches, consents",
        (
            """CREATE TABLE conversation (
                id TEXT PRIMARY KEY, channel TEXT NOT NULL, address TEXT NOT NULL, owner TEXT NOT NULL, via TEXT,
                version BIGINT NOT NULL, seq BIGINT NOT NULL, ticket TEXT, number TEXT, topic TEXT,
                created BIGINT NOT NULL, touched BIGINT NOT NULL, UNIQUE (channel, address))""",
            # Two stages: received (body kept, done empty), then done (body emptied, answer's span of messages known).
            """CREATE TABLE inbox (
                conversation TEXT NOT NULL, external TEXT NOT NULL, digest TEXT NOT NULL, body TEXT, received BIGINT NOT NULL,
                done BIGINT, first_seq BIGINT, last_seq BIGINT, owner TEXT, PRIMARY KEY (conversation, external))""",
            "CREATE INDEX inbox_waiting ON inbox (received) WHERE done IS NULL",
            """CREATE TABLE message (
                conversation TEXT NOT NULL, seq BIGINT NOT NULL, id TEXT NOT NULL, sender TEXT NOT NULL, at BIGINT NOT NULL, body TEXT,
                decision TEXT, item TEXT, facet TEXT, confidence REAL, revision TEXT, PRIMARY KEY (conversation, seq))""",
            "CREATE INDEX message_kept ON message (at) WHERE body IS NOT NULL",
            """CREATE TABLE outbox (
                conversation TEXT NOT NULL, seq BIGINT NOT NULL, channel TEXT NOT NULL, state TEXT NOT NULL, tries BIGINT NOT NULL,
                due BIGINT NOT NULL, PRIMARY KEY (conversation, seq))""",
            "CREATE INDEX outbox_waiting ON outbox (channel, due) WHERE state = 'waiting'",
            """CREATE TABLE ticket (
                id TEXT PRIMARY KEY, number TEXT NOT NULL UNIQUE, conversation TEXT NOT NULL, kind TEXT NOT NULL, reason TEXT NOT NULL,
                state TEXT NOT NULL, node TEXT, region TEXT, consent TEXT, fields TEXT, opened BIGINT NOT NULL, accepted BIGINT,
                closed BIGINT, accepted_by TEXT, result TEXT)""",
            "CREATE INDEX ticket_state ON ticket (state, opened)",
            "CREATE INDEX ticket_conversation ON ticket (conversation)",
            """CREATE TABLE ticket_event (
                ticket TEXT NOT NULL, at BIGINT NOT NULL, who TEXT NOT NULL, what TEXT NOT NULL)""",
            "CREATE INDEX ticket_event_ticket ON ticket_event (ticket, at)",
            """CREATE TABLE stretch (
                conversation TEXT NOT NULL, owner TEXT NOT NULL, started BIGINT NOT NULL, ended BIGINT, who TEXT, why TEXT)""",
            "CREATE INDEX stretch_conversation ON stretch (conversation, started)",
            "CREATE TABLE consent (conversation TEXT NOT NULL, kind TEXT NOT NULL, version TEXT NOT NULL, at BIGINT NOT NULL)",
            "CREATE INDEX consent_conversation ON consent (conversation)",
        ),
    ),
    Migration(
        2,
        "sheets of finished guides",
        (
            # Found by the hash of a secret token; the body is emptied when its time is over.
            """CREATE TABLE sheet (
                token TEXT PRIMARY KEY, conversation TEXT NOT NULL, body TEXT, made BIGINT NOT NULL, expires BIGINT NOT NULL)""",
            "CREATE INDEX sheet_conversation ON sheet (conversation)",
            "CREATE INDEX sheet_kept ON sheet (expires) WHERE body IS NOT NULL",
        ),
    ),
    Migration(
        3,
        "guides put aside",
        (
            # Found by the hash of a code that holds once; the body is emptied by use and when its time is over.
            """CREATE TABLE parked (
                code TEXT PRIMARY KEY, conversation TEXT NOT NULL, body TEXT, made BIGINT NOT NULL, expires BIGINT NOT NULL)""",
            "CREATE INDEX parked_conversation ON parked (conversation)",
            "CREATE INDEX parked_kept ON parked (expires) WHERE body IS NOT NULL",
        ),
    ),
    Migration(
        4,
        "published changes of data: each kind's revisions, at most one of them in force",
        (
            """CREATE TABLE revision (
                kind TEXT NOT NULL, number BIGINT NOT NULL, at BIGINT NOT NULL, who TEXT NOT NULL, note TEXT NOT NULL, body TEXT NOT NULL,
                active BIGINT NOT NULL, PRIMARY KEY (kind, number))""",
            "CREATE UNIQUE INDEX revision_active ON revision (kind) WHERE active = 1",
        ),
    ),
    Migration(
        5,
        "delivery: claims, attempts, what cannot be delivered; files that citizens sent",
        (
            # State: waiting → sending (a worker's until `lease`) → sent | waiting again | held | blocked | dead | void (nothing left to send).
            "ALTER TABLE outbox ADD COLUMN worker TEXT",
            "ALTER TABLE outbox ADD COLUMN lease BIGINT",
            "ALTER TABLE outbox ADD COLUMN parts BIGINT NOT NULL DEFAULT 0",
            "ALTER TABLE outbox ADD COLUMN unknowns BIGINT NOT NULL DEFAULT 0",
            "ALTER TABLE outbox ADD COLUMN error TEXT",
            "ALTER TABLE outbox ADD COLUMN external TEXT",
            "ALTER TABLE outbox ADD COLUMN settled BIGINT",
            "CREATE INDEX outbox_unfinished ON outbox (conversation, seq) WHERE state IN ('waiting', 'sending')",
            "CREATE INDEX outbox_leases ON outbox (channel, lease) WHERE state = 'sending'",
            "CREATE INDEX outbox_stuck ON outbox (conversation, state) WHERE state IN ('held', 'blocked', 'dead')",
            "ALTER TABLE conversation ADD COLUMN blocked BIGINT",
            # The platform's reference of a file, for staff; emptied with the words.
            """CREATE TABLE attachment (
                conversation TEXT NOT NULL, seq BIGINT NOT NULL, place BIGINT NOT NULL, kind TEXT NOT NULL, ref TEXT, name TEXT, size BIGINT NOT NULL,
                PRIMARY KEY (conversation, seq, place))""",
        ),
    ),
    Migration(
        6,
        "WeCom: how far we have pulled, sessions, what bounced, events seen, the access token",
        (
            # The cursor moves in the transaction that keeps the messages before it.
            """CREATE TABLE wecom_account (
                kfid TEXT PRIMARY KEY, cursor TEXT NOT NULL, token TEXT NOT NULL, called BIGINT NOT NULL, started BIGINT NOT NULL, pulled BIGINT)""",
            # asked: when the citizen wrote last; sent: messages of ours since; refused: the version of the conversation that WeCom would not follow.
            """CREATE TABLE wecom_session (
                conversation TEXT PRIMARY KEY, asked BIGINT NOT NULL, sent BIGINT NOT NULL, state BIGINT, servicer TEXT, code TEXT, code_until BIGINT,
                refused BIGINT)""",
            """CREATE TABLE wecom_bounce (
                conversation TEXT NOT NULL, seq BIGINT NOT NULL, part BIGINT NOT NULL, why BIGINT NOT NULL, at BIGINT NOT NULL)""",
            "CREATE INDEX wecom_bounce_message ON wecom_bounce (conversation, seq)",
            "CREATE TABLE wecom_seen (msgid TEXT PRIMARY KEY, address TEXT NOT NULL, at BIGINT NOT NULL, seq BIGINT)",
            "CREATE INDEX wecom_seen_at ON wecom_seen (at)",
            # Messages that go out as one, where they are counted: the first one of them.
            "ALTER TABLE outbox ADD COLUMN lead BIGINT",
            "CREATE TABLE wecom_token (app TEXT PRIMARY KEY, token TEXT NOT NULL, until BIGINT NOT NULL)",
        ),
    ),
)
