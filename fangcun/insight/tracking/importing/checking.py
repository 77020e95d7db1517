"""Each row held against the rules of an event, as SQL: what it becomes, or the reason why it can't count."""

# ruff: noqa: S608 - every part of the text is ours

from __future__ import annotations

from fangcun.insight.tracking.filing import DAY_MS

OLDEST_MS = 946_684_800_000  # 2000-01-01
NOBODY = "nobody:"  # the user of events that are nobody's, as an export writes it
LONGEST_USER = 73  # of what a device's key holds, "import:" taken off

MEMBER = "TRY_CAST(regexp_replace(user_, '^member:', '') AS BIGINT)"

_UNUSUAL = r"[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]"
_MOMENTS = {
    "ms": r"CASE WHEN regexp_full_match(ts, '\s*[-+]?[0-9]{1,18}(\.0*)?\s*') "
    "THEN split_part(ts, '.', 1)::BIGINT END",
    "us": r"CASE WHEN regexp_full_match(ts, '\s*[-+]?[0-9]{1,18}(\.0*)?\s*') "
    "THEN split_part(ts, '.', 1)::BIGINT // 1000 END",
    "s": r"CASE WHEN regexp_full_match(ts, '[0-9]{1,14}') THEN ts::BIGINT * 1000 "
    r"WHEN regexp_full_match(ts, '\s*[-+]?[0-9]{1,14}(\.[0-9]{0,9})?\s*') "
    "THEN floor(ts::DECIMAL(25, 9) * 1000)::BIGINT END",
    "iso": r"CASE WHEN regexp_matches(ts, '^\s*[0-9]{4}-[0-9]{2}-[0-9]{2}') "
    "THEN epoch_ms(TRY_CAST(ts AS TIMESTAMPTZ)) END",
}


def checked(given: str, *, unit: str, now_ms: int, only_members: bool) -> str:
    """Rows (line, user_, name, ts, id, session, page, props, program, reason); `reason` is NULL where all is well.

    `given` is SQL as in `given.py`. A `user_` that is long or holds invisible characters stands as its SHA-256. With
    `only_members` users are numbers of the table `members`.
    """
    latest = now_ms + DAY_MS
    member = (
        f"WHEN user_ <> '{NOBODY}' AND NOT coalesce({MEMBER} IN (SELECT id FROM members), FALSE)"
        " THEN 'user_not_member'"
        if only_members
        else ""
    )
    return f"""
        SELECT line,
            CASE WHEN length(user_) > {LONGEST_USER} OR regexp_matches(user_, '{_UNUSUAL}')
                 THEN 'sha256:' || sha256(user_) ELSE user_ END AS user_,
            name, moment AS ts, id, coalesce(session, '') AS session, coalesce(page, '') AS page,
            CASE WHEN reason IS NOT NULL THEN NULL WHEN props IS NULL THEN coalesce(more, '{{}}')
                 WHEN coalesce(more, '{{}}') = '{{}}' THEN props
                 ELSE json_merge_patch(props, more)::VARCHAR END AS props,
            TRY_CAST(program AS BIGINT) AS program, reason
        FROM (SELECT *, CASE
            WHEN broken IS NOT NULL THEN broken
            WHEN trim(coalesce(user_, '')) = '' THEN 'user_missing'
            {member}
            WHEN trim(coalesce(name, '')) = '' THEN 'name_missing'
            WHEN length(name) > 64 OR regexp_matches(name, '{_UNUSUAL}') THEN 'name_invalid'
            WHEN trim(coalesce(ts, '')) = '' THEN 'ts_missing'
            WHEN moment IS NULL THEN 'ts_invalid'
            WHEN moment < {OLDEST_MS} AND moment BETWEEN {OLDEST_MS // 1000} AND {latest // 1000} THEN 'ts_seconds'
            WHEN moment < {OLDEST_MS} THEN 'ts_too_old'
            WHEN moment BETWEEN {OLDEST_MS * 1000} AND {latest * 1000} THEN 'ts_micros'
            WHEN moment > {latest} THEN 'ts_ahead'
            WHEN props IS NOT NULL AND NOT CASE WHEN json_valid(props) THEN json_type(props) = 'OBJECT' ELSE FALSE END
                THEN 'props_invalid'
            END AS reason
        FROM (SELECT *, {_MOMENTS[unit]} AS moment FROM ({given}) AS given) AS timed) AS judged"""
