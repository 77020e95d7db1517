CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

CREATE TABLE IF NOT EXISTS programs (
    appid TEXT PRIMARY KEY,
    secret TEXT NOT NULL,
    name TEXT NOT NULL,
    open_platform TEXT,
    pages TEXT  -- JSON list; NULL means that any page exists
) STRICT;

CREATE TABLE IF NOT EXISTS templates (
    appid TEXT NOT NULL REFERENCES programs,
    template_id TEXT NOT NULL,
    title TEXT NOT NULL,
    keys TEXT NOT NULL,    -- JSON list: ["thing1", "time4"]
    labels TEXT NOT NULL,  -- JSON object: {"thing1": "商品"}
    position INTEGER NOT NULL,
    PRIMARY KEY (appid, template_id)
) STRICT;

CREATE TABLE IF NOT EXISTS merchants (
    mchid TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    api_v3_key TEXT NOT NULL,
    serial_no TEXT NOT NULL,
    public_key_pem TEXT NOT NULL,
    private_key_pem TEXT,  -- only of demo merchants, whose key the box made
    mode TEXT NOT NULL CHECK (mode IN ('public_key', 'certificate')),
    appids TEXT NOT NULL   -- JSON list
) STRICT;

-- WeChat Pay's own keys, one set per merchant.
CREATE TABLE IF NOT EXISTS signers (
    serial TEXT PRIMARY KEY,
    mchid TEXT NOT NULL REFERENCES merchants,
    kind TEXT NOT NULL CHECK (kind IN ('public_key', 'certificate')),
    private_key_pem TEXT NOT NULL,
    certificate_pem TEXT,
    created_at REAL NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS nonces (
    mchid TEXT NOT NULL,
    nonce TEXT NOT NULL,
    seen_at REAL NOT NULL,  -- real clock
    PRIMARY KEY (mchid, nonce)
) STRICT;

CREATE TABLE IF NOT EXISTS people (
    openid TEXT PRIMARY KEY,
    appid TEXT NOT NULL REFERENCES programs,
    user TEXT NOT NULL,
    session_key TEXT,
    UNIQUE (appid, user)
) STRICT;

CREATE TABLE IF NOT EXISTS phones (user TEXT PRIMARY KEY, phone TEXT NOT NULL) STRICT;

CREATE TABLE IF NOT EXISTS codes (
    code TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('login', 'phone')),
    appid TEXT NOT NULL,
    openid TEXT NOT NULL,
    expires_at REAL NOT NULL,
    used_at REAL
) STRICT;

CREATE TABLE IF NOT EXISTS tokens (
    token TEXT PRIMARY KEY,
    appid TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('plain', 'stable')),
    issued_at REAL NOT NULL,
    expires_at REAL NOT NULL,
    superseded INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE IF NOT EXISTS forced_refreshes (appid TEXT NOT NULL, at REAL NOT NULL) STRICT;

CREATE TABLE IF NOT EXISTS grants (
    openid TEXT NOT NULL,
    template_id TEXT NOT NULL,
    count INTEGER NOT NULL CHECK (count >= 0),
    PRIMARY KEY (openid, template_id)
) STRICT;

CREATE TABLE IF NOT EXISTS messages (
    id INTEGER PRIMARY KEY,
    appid TEXT NOT NULL,
    openid TEXT NOT NULL,
    user TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('subscribe', 'payment')),
    template_id TEXT,
    title TEXT NOT NULL,
    page TEXT,
    data TEXT NOT NULL,
    sent_at REAL NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS messages_of_user ON messages (user, id);

CREATE TABLE IF NOT EXISTS orders (
    mchid TEXT NOT NULL,
    out_trade_no TEXT NOT NULL,
    appid TEXT NOT NULL,
    openid TEXT NOT NULL,
    total INTEGER NOT NULL,
    body TEXT NOT NULL,  -- the first order request, canonical JSON
    state TEXT NOT NULL CHECK (state IN ('NOTPAY', 'SUCCESS', 'CLOSED')),
    transaction_id TEXT UNIQUE,
    created_at REAL NOT NULL,
    expires_at REAL NOT NULL,
    success_at REAL,
    closed_at REAL,
    PRIMARY KEY (mchid, out_trade_no)
) STRICT;
CREATE INDEX IF NOT EXISTS orders_open ON orders (expires_at) WHERE state = 'NOTPAY';

CREATE TABLE IF NOT EXISTS prepays (
    prepay_id TEXT PRIMARY KEY,
    mchid TEXT NOT NULL,
    out_trade_no TEXT NOT NULL,
    expires_at REAL NOT NULL,
    FOREIGN KEY (mchid, out_trade_no) REFERENCES orders
) STRICT;

CREATE TABLE IF NOT EXISTS refunds (
    refund_id TEXT PRIMARY KEY,
    mchid TEXT NOT NULL,
    out_refund_no TEXT NOT NULL,
    out_trade_no TEXT NOT NULL,
    amount INTEGER NOT NULL,
    body TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('PROCESSING', 'SUCCESS', 'CLOSED', 'ABNORMAL')),
    result TEXT NOT NULL CHECK (result IN ('SUCCESS', 'CLOSED', 'ABNORMAL')),
    created_at REAL NOT NULL,
    settle_at REAL NOT NULL,
    success_at REAL,
    UNIQUE (mchid, out_refund_no),
    FOREIGN KEY (mchid, out_trade_no) REFERENCES orders
) STRICT;
CREATE INDEX IF NOT EXISTS refunds_open ON refunds (settle_at) WHERE status = 'PROCESSING';

CREATE TABLE IF NOT EXISTS notices (
    id INTEGER PRIMARY KEY,
    event_id TEXT NOT NULL,
    mchid TEXT NOT NULL,
    out_trade_no TEXT NOT NULL,
    out_refund_no TEXT,
    event_type TEXT NOT NULL,
    summary TEXT NOT NULL,
    url TEXT NOT NULL,
    resource TEXT NOT NULL,  -- plaintext JSON
    role TEXT NOT NULL CHECK (role IN ('notice', 'copy', 'probe')),
    state TEXT NOT NULL CHECK (state IN ('pending', 'held', 'delivered', 'lost', 'given_up', 'refused', 'accepted')),
    tries INTEGER NOT NULL DEFAULT 0,
    created_at REAL NOT NULL,
    due_at REAL NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS notices_due ON notices (due_at) WHERE state = 'pending';
CREATE INDEX IF NOT EXISTS notices_of_order ON notices (out_trade_no);

CREATE TABLE IF NOT EXISTS attempts (
    id INTEGER PRIMARY KEY,
    notice_id INTEGER NOT NULL REFERENCES notices,
    at REAL NOT NULL,
    status INTEGER,
    error TEXT,
    answer TEXT,
    bent TEXT,  -- how the attempt was falsified by a fault, if it was
    headers TEXT NOT NULL,
    duration_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS attempts_of_notice ON attempts (notice_id);

-- Codes that were drawn, each once, for the page that scans them.
CREATE TABLE IF NOT EXISTS drawn (
    id INTEGER PRIMARY KEY,
    appid TEXT NOT NULL,
    page TEXT NOT NULL,
    scene TEXT NOT NULL,
    drawn_at REAL NOT NULL,
    UNIQUE (appid, page, scene)
) STRICT;

CREATE TABLE IF NOT EXISTS links (
    token TEXT PRIMARY KEY,
    appid TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('url', 'short')),
    page TEXT NOT NULL,
    query TEXT NOT NULL,
    title TEXT NOT NULL DEFAULT '',
    made_at REAL NOT NULL,
    expires_at REAL  -- NULL: permanent
) STRICT;

-- How often something with a limit was asked for within a minute, a day or for good.
CREATE TABLE IF NOT EXISTS usage (
    appid TEXT NOT NULL,
    what TEXT NOT NULL,
    period TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (appid, what, period)
) STRICT;

CREATE TABLE IF NOT EXISTS faults (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

-- Message push: where each program's server wants to be told.
CREATE TABLE IF NOT EXISTS push_targets (
    appid TEXT PRIMARY KEY REFERENCES programs,
    url TEXT NOT NULL,
    token TEXT NOT NULL,
    aes_key TEXT NOT NULL,
    mode TEXT NOT NULL CHECK (mode IN ('plain', 'compatible', 'secure')),
    format TEXT NOT NULL CHECK (format IN ('json', 'xml'))
) STRICT;

CREATE TABLE IF NOT EXISTS pushes (
    id INTEGER PRIMARY KEY,
    appid TEXT NOT NULL,
    openid TEXT NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,  -- plaintext JSON
    state TEXT NOT NULL CHECK (state IN ('pending', 'delivered', 'given_up', 'lost')),
    tries INTEGER NOT NULL DEFAULT 0,
    created_at REAL NOT NULL,
    due_at REAL NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS pushes_due ON pushes (due_at) WHERE state = 'pending';

CREATE TABLE IF NOT EXISTS push_attempts (
    id INTEGER PRIMARY KEY,
    push_id INTEGER NOT NULL REFERENCES pushes,
    at REAL NOT NULL,
    status INTEGER,
    error TEXT,
    answer TEXT,
    meaning TEXT,  -- what the answer meant; NULL when the push has to be repeated
    bent TEXT,
    query TEXT NOT NULL,
    duration_ms INTEGER NOT NULL
) STRICT;

-- Customer service: what was said, and how much a program may still say.
CREATE TABLE IF NOT EXISTS talk (
    id INTEGER PRIMARY KEY,
    appid TEXT NOT NULL,
    openid TEXT NOT NULL,
    user TEXT NOT NULL,
    author TEXT NOT NULL CHECK (author IN ('customer', 'service')),
    kind TEXT NOT NULL,
    content TEXT NOT NULL,  -- JSON
    at REAL NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS talk_of ON talk (openid, id);

CREATE TABLE IF NOT EXISTS talk_windows (
    openid TEXT PRIMARY KEY,
    until REAL NOT NULL DEFAULT 0,
    remaining INTEGER NOT NULL DEFAULT 0,
    welcome_until REAL NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE IF NOT EXISTS media (
    media_id TEXT PRIMARY KEY,
    appid TEXT NOT NULL,
    mime TEXT NOT NULL,
    content BLOB NOT NULL,
    created_at REAL NOT NULL
) STRICT;

-- Code: how programs publish, the packages, the versions made of them, their audits and releases.
CREATE TABLE IF NOT EXISTS publishing (
    appid TEXT PRIMARY KEY REFERENCES programs,
    third_party INTEGER NOT NULL,
    upload_public_key TEXT,
    settings TEXT NOT NULL  -- JSON object
) STRICT;

-- The private half stays here for demo programs only.
CREATE TABLE IF NOT EXISTS upload_keys (
    appid TEXT PRIMARY KEY REFERENCES programs,
    private_key_pem TEXT NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS packages (
    digest TEXT PRIMARY KEY,
    content BLOB NOT NULL,
    facts TEXT NOT NULL  -- JSON: what was read from the zip
) STRICT;

CREATE TABLE IF NOT EXISTS code_templates (
    template_id INTEGER PRIMARY KEY,
    digest TEXT NOT NULL REFERENCES packages,
    desc TEXT NOT NULL,
    made_at REAL NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS code_versions (
    id INTEGER PRIMARY KEY,
    appid TEXT NOT NULL,
    channel TEXT NOT NULL CHECK (channel IN ('ci', 'platform')),
    robot INTEGER NOT NULL,  -- 0: committed by a third-party platform
    version TEXT NOT NULL,
    desc TEXT NOT NULL,
    digest TEXT NOT NULL REFERENCES packages,
    ext TEXT NOT NULL,  -- JSON object
    made_at REAL NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS code_versions_of ON code_versions (appid, id);

CREATE TABLE IF NOT EXISTS audits (
    auditid INTEGER PRIMARY KEY,
    appid TEXT NOT NULL,
    version_id INTEGER NOT NULL REFERENCES code_versions,
    status INTEGER NOT NULL CHECK (status BETWEEN 0 AND 4),
    body TEXT NOT NULL,  -- JSON: what was submitted
    reason TEXT NOT NULL DEFAULT '',
    screenshots TEXT NOT NULL DEFAULT '[]',  -- JSON list of media ids
    submitted_at REAL NOT NULL,
    decided_at REAL,
    sped INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX IF NOT EXISTS audits_waiting ON audits (auditid) WHERE status = 2;
CREATE INDEX IF NOT EXISTS audits_of ON audits (appid, auditid);

CREATE TABLE IF NOT EXISTS audit_rules (
    id INTEGER PRIMARY KEY,
    appid TEXT,  -- NULL: any program
    verdict TEXT NOT NULL CHECK (verdict IN ('approve', 'refuse', 'delay')),
    reason TEXT NOT NULL,
    screenshots TEXT NOT NULL,  -- JSON list of base64
    after_s REAL NOT NULL,
    times INTEGER  -- how many more; NULL: every one
) STRICT;

CREATE TABLE IF NOT EXISTS audit_media (
    media_id TEXT PRIMARY KEY,
    appid TEXT NOT NULL,
    mime TEXT NOT NULL,
    content BLOB NOT NULL
) STRICT;

-- What was online, in order; the newest row of a program is online now.
CREATE TABLE IF NOT EXISTS online (
    id INTEGER PRIMARY KEY,
    appid TEXT NOT NULL,
    version_id INTEGER NOT NULL REFERENCES code_versions,
    auditid INTEGER NOT NULL REFERENCES audits,
    reverted INTEGER NOT NULL DEFAULT 0,  -- came back by a revert
    since REAL NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS online_of ON online (appid, id);

CREATE TABLE IF NOT EXISTS grey_plans (
    id INTEGER PRIMARY KEY,
    appid TEXT NOT NULL,
    auditid INTEGER NOT NULL REFERENCES audits,
    percent INTEGER NOT NULL,
    debuger_first INTEGER NOT NULL,
    experiencer_first INTEGER NOT NULL,
    status INTEGER NOT NULL CHECK (status BETWEEN 0 AND 4),  -- 1 running, 3 finished, 4 deleted
    created_at REAL NOT NULL
) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS grey_running ON grey_plans (appid) WHERE status = 1;

CREATE TABLE IF NOT EXISTS privacy_settings (
    appid TEXT NOT NULL,
    ver INTEGER NOT NULL CHECK (ver IN (1, 2)),
    body TEXT NOT NULL,
    updated_at REAL NOT NULL,
    PRIMARY KEY (appid, ver)
) STRICT;

CREATE TABLE IF NOT EXISTS closed_programs (appid TEXT PRIMARY KEY) STRICT;
