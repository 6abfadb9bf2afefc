"""The catalogue's tables, as an ordered list of migrations that only grows; ``user_version`` counts them."""

from __future__ import annotations

from feedsvc.catalogue.connection import Connection
from feedsvc.catalogue.packing import key_of
from feedsvc.exceptions import CatalogueError

# Times: `published` in microseconds since 1970 (order only), `modified` and `emptied` in seconds, file times in
# nanoseconds. What authors wrote (offsets included) is kept as text in `record`.
MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE meta (key TEXT PRIMARY KEY, value ANY) WITHOUT ROWID;

    -- One row a file that was read: what tells, without reading it again, that it is still the same.
    -- `looked` is when it was read; `missing` when it was first not found.
    CREATE TABLE files (
        path TEXT PRIMARY KEY, size INTEGER, mtime INTEGER, ctime INTEGER, inode INTEGER,
        digest BLOB NOT NULL, looked INTEGER NOT NULL, missing REAL
    ) WITHOUT ROWID;
    CREATE INDEX files_missing ON files (missing) WHERE missing IS NOT NULL;

    CREATE TABLE problems (
        path TEXT NOT NULL, place INTEGER NOT NULL, line INTEGER, code TEXT, message TEXT, hint TEXT,
        PRIMARY KEY (path, place)
    ) WITHOUT ROWID;

    -- The last good version of each file. `standing`: waiting for its time (0), in its feeds (1), or behind
    -- another file with the same id (2).
    CREATE TABLE posts (
        number INTEGER PRIMARY KEY, path TEXT NOT NULL, name TEXT NOT NULL, id TEXT NOT NULL,
        published INTEGER NOT NULL, updated TEXT NOT NULL, standing INTEGER NOT NULL, version BLOB NOT NULL,
        digest BLOB NOT NULL, record BLOB NOT NULL
    );
    CREATE INDEX posts_name ON posts (name);
    CREATE INDEX posts_id ON posts (id);
    CREATE INDEX posts_waiting ON posts (published) WHERE standing = 0;
    CREATE TABLE bodies (number INTEGER PRIMARY KEY, body BLOB NOT NULL);

    CREATE TABLE feeds (
        number INTEGER PRIMARY KEY, scheme TEXT NOT NULL, name TEXT NOT NULL,
        entries INTEGER NOT NULL DEFAULT 0, updated TEXT, UNIQUE (scheme, name)
    );
    -- The one index for terms: the posts of a feed in order, and (by the term of a post) the feeds of a post.
    CREATE TABLE post_terms (
        feed INTEGER, published INTEGER, tie TEXT, post INTEGER, PRIMARY KEY (feed, published, tie, post)
    ) WITHOUT ROWID;
    -- Feeds whose posts changed in a transaction that could not yet hold their documents.
    CREATE TABLE touched (feed INTEGER PRIMARY KEY);

    -- A document's versions, each as a frame around entries: readers at generation g take the newest not above g,
    -- so that the next generation is written beside them and appears whole, when `meta.generation` moves. Of versions
    -- that no reader can be at any more, `frame` is empty and `entries` are those that came with the next version.
    CREATE TABLE documents (
        address TEXT NOT NULL, generation INTEGER NOT NULL, feed INTEGER NOT NULL, format TEXT NOT NULL,
        etag TEXT NOT NULL, modified INTEGER NOT NULL, entries BLOB NOT NULL, frame BLOB NOT NULL,
        PRIMARY KEY (address, generation)
    ) WITHOUT ROWID;
    CREATE INDEX documents_generation ON documents (generation, address);

    -- Entries as they stand in documents, in every format, rendered once for all feeds that hold them. `outdated`
    -- lists those that a document lost at a generation: they go when no reader can be at an earlier one.
    CREATE TABLE entries (version INTEGER PRIMARY KEY, rendered BLOB NOT NULL);
    CREATE TABLE outdated (version INTEGER, number INTEGER, generation INTEGER, PRIMARY KEY (version, generation))
    WITHOUT ROWID;
    CREATE TABLE generations (generation INTEGER PRIMARY KEY, published REAL NOT NULL);

    -- The ledger: what history alone knows. Everything above can be made again from it and the content.
    CREATE TABLE ledger_posts (
        number INTEGER PRIMARY KEY, path TEXT NOT NULL, name TEXT NOT NULL, id TEXT,
        first_seen REAL NOT NULL, content BLOB NOT NULL, declared TEXT, changed REAL,
        body BLOB NOT NULL, vanished REAL, last_good BLOB
    );
    CREATE INDEX ledger_path ON ledger_posts (path);
    CREATE INDEX ledger_gone_name ON ledger_posts (name) WHERE vanished IS NOT NULL;
    CREATE INDEX ledger_gone_body ON ledger_posts (body) WHERE vanished IS NOT NULL;
    CREATE INDEX ledger_id ON ledger_posts (id);
    CREATE TABLE ledger_feeds (
        scheme TEXT, name TEXT, emptied REAL, PRIMARY KEY (scheme, name)
    ) WITHOUT ROWID;
    """,
    # whether a document's feed has entries before those that it holds
    "ALTER TABLE documents ADD COLUMN older INTEGER NOT NULL DEFAULT 0",
    """
    -- Files beside posts whose sizes stand in their entries: what each was when its post was read, -1 where there
    -- was none.
    CREATE TABLE beside (
        path TEXT NOT NULL, file TEXT NOT NULL, size INTEGER NOT NULL, PRIMARY KEY (path, file)
    ) WITHOUT ROWID;
    CREATE INDEX beside_file ON beside (file);
    """,
    # `turn` is when a post comes or goes by itself, in microseconds since 1970; a `standing` of 3 is past its time.
    """
    ALTER TABLE posts ADD COLUMN turn INTEGER;
    UPDATE posts SET turn = published WHERE standing = 0;
    DROP INDEX posts_waiting;
    CREATE INDEX posts_turn ON posts (turn) WHERE turn IS NOT NULL;
    """,
    """
    -- Posts that refer to others, by the names of those: whose address changes, those that refer to it change too.
    CREATE TABLE refers (name TEXT, post INTEGER, PRIMARY KEY (name, post)) WITHOUT ROWID;
    -- Files whose posts depend on templates: they are read again when these change.
    CREATE TABLE templated (path TEXT PRIMARY KEY) WITHOUT ROWID;
    """,
    """
    -- Posts in the order in which their rows changed, the last of them: for indexes that follow. `identity` tells
    -- this catalogue from one made anew.
    CREATE TABLE changes (change INTEGER PRIMARY KEY, post INTEGER NOT NULL);
    INSERT INTO meta VALUES ('identity', lower(hex(randomblob(16))));
    """,
    """
    -- The generation for which a feed was last looked at, whether its documents changed or not: other things that show
    -- its posts may have.
    ALTER TABLE feeds ADD COLUMN generation INTEGER NOT NULL DEFAULT 0;
    CREATE INDEX feeds_generation ON feeds (generation);
    """,
    # What orders posts of one instant is their name alone, then their number: without the id it takes a third.
    "UPDATE post_terms SET tie = (SELECT name FROM posts WHERE number = post)",
    """
    -- `key` is a hash of the id, by which ids are found: a tenth of what an index of the ids themselves would take.
    ALTER TABLE posts ADD COLUMN key INTEGER;
    UPDATE posts SET key = key_of(id);
    DROP INDEX posts_id;
    CREATE INDEX posts_id ON posts (key);
    ALTER TABLE ledger_posts ADD COLUMN key INTEGER;
    UPDATE ledger_posts SET key = key_of(id);
    DROP INDEX ledger_id;
    CREATE INDEX ledger_id ON ledger_posts (key);
    """,
    # keys lie by months
    """
    UPDATE posts SET key = key_of(id);
    UPDATE ledger_posts SET key = key_of(id);
    """,
)


def migrate(connection: Connection, path: str) -> None:
    """Bring the catalogue to the newest version, each step in a transaction of its own.

    Raises CatalogueError for a catalogue made by a newer feedsvc.
    """
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > len(MIGRATIONS):
        raise CatalogueError(
            path,
            f"made by a newer feedsvc (catalogue version {version}, this one knows {len(MIGRATIONS)}): "
            "upgrade feedsvc, or point --state at another folder",
        )
    connection.create_function("key_of", 1, key_of, deterministic=True)
    for number, script in enumerate(MIGRATIONS[version:], start=version + 1):
        with connection.transaction():
            for statement in script.split(";\n"):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {number}")
