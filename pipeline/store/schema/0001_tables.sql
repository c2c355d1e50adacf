-- What was printed, what it means and what was sent stand side by side for every receipt; the order of things is
-- `seq`, the number the spool gave. There is no index: a scan of a 64-bit key column (content_key, run_key) finds
-- repeats in milliseconds a million rows, and an index of random keys costs more at every insert and checkpoint.

create table receipt (
    seq bigint not null,
    receipt varchar not null,
    source varchar not null,
    name varchar not null,
    format varchar not null,
    sha256 varchar not null,
    bytes bigint not null,
    received varchar not null,
    whole boolean not null,
    note varchar not null,
    state varchar not null check (state in ('loaded', 'duplicate', 'quarantined', 'superseded')),
    reason varchar not null,
    content_key ubigint not null
);
comment on table receipt is 'One row per arrival: where it came from, what it weighed, and what became of it.';

create table receipt_history (
    seq bigint not null,
    receipt varchar not null,
    format varchar not null,
    state varchar not null,
    reason varchar not null
);
comment on table receipt_history is 'One row per outcome of a receipt that a resubmission has since replaced.';

create table report (
    seq bigint not null,
    ordinal integer not null,
    source varchar not null,
    kind varchar not null,
    format varchar not null,
    sample varchar not null,
    sample_scheme varchar not null,
    subject varchar,
    subject_scheme varchar,
    quality_control boolean not null,
    donor varchar,
    donor_scheme varchar,
    donor_owner varchar,
    donor_key ubigint,
    own_donor varchar,
    own_owner varchar,
    identity varchar not null,
    run_key ubigint not null,
    report_key ubigint,
    said_key ubigint,
    turn integer not null,
    listing boolean not null,
    withdraws boolean not null,
    version integer not null,
    current boolean not null,
    replaced_by bigint,
    changed bigint not null,
    printed varchar not null,
    normalised varchar not null
);
comment on table report is 'One row per report of a receipt: as printed, as meant, and which version of its run it is.';
comment on column report.donor is 'Whom a matcher may be told that the report is about; null where it is about no donor.';
comment on column report.donor_owner is 'The source, and the centre there, whose number `donor` is; empty for a GRID, which names a donor everywhere.';
comment on column report.donor_key is 'A 64-bit key of donor and owner: equal texts have equal keys.';
comment on column report.own_donor is 'Whom it would be about by itself, where it names nobody and others of its run name somebody.';
comment on column report.identity is 'What it is about and which run it is of: reports of one source with the same identity are versions or parts of one run.';
comment on column report.replaced_by is 'The receipt whose version stands in the place of this one; null where this is current.';
comment on column report.report_key is 'A 64-bit key of source, format and the id that the report gives itself, null where it gives none; of a collection of its run alone, whatever log or summary tells of it.';
comment on column report.said_key is 'A 64-bit key of all that a typing calls; null where it calls nothing.';
comment on column report.turn is 'What was said later in the same receipt has a later turn: a message of a batch, an entry of a list.';
comment on column report.listing is 'Whether it is all that its sender lists of the donor.';
comment on column report.withdraws is 'Whether it takes the donor off its sender''s list.';
comment on column report.printed is 'The record as printed, JSON.';
comment on column report.normalised is 'The record as it was read when it came, JSON. Its typings under other releases stand in `meaning`.';
comment on column report.changed is 'How far the spool was read when what a matcher is told of its donor may last have changed: the cursor of the change feed.';

create table report_flag (
    seq bigint not null,
    ordinal integer not null,
    code varchar not null,
    token varchar not null,
    message varchar not null,
    severity varchar not null
);
comment on table report_flag is 'One row per doubt that shows only when a report is held against the others of its run.';

create table resembling (
    seq bigint not null,
    ordinal integer not null,
    other_seq bigint not null,
    other_ordinal integer not null
);
comment on table resembling is 'One row per two typings of one report id that call the same and came with two receipts: of two people, one is wrong.';

create table retired (
    seq bigint not null,
    ordinal integer not null,
    item varchar not null
);
comment on table retired is 'One row per report and locus or code of which another version of the report stands, while its other items stand themselves.';

create table statement (
    id integer not null,
    key ubigint not null,
    locus varchar not null,
    state varchar not null,
    reported varchar not null,
    expression varchar not null,
    stated_release varchar not null,
    read_under varchar not null
);
comment on table statement is 'One row per distinct statement about a locus, as printed. Registries repeat them, so each is kept once.';
comment on column statement.read_under is 'The first release it was read under; one that states no release means what it meant there. Empty where none was installed.';
comment on column statement.key is 'A 64-bit key of the texts: equal texts have equal keys; equal keys are then compared by their texts.';

create table meaning (
    statement integer not null,
    release varchar not null,
    glstring varchar,
    resolution varchar not null,
    flags varchar not null
);
comment on table meaning is 'One row per statement and nomenclature release: the canonical GL String, or null and the doubts. Never overwritten.';
comment on column meaning.release is 'Empty where no release was installed.';

create table release_in_use (release varchar not null);
comment on table release_in_use is 'One row per store that holds typings: the nomenclature release they are read under. Every statement has a meaning under it.';

create table meaning_change (
    seq bigint not null,
    statement integer not null,
    before varchar not null,
    after varchar not null,
    kind varchar not null check (kind in ('restated', 'regrouped', 'doubted'))
);
comment on table meaning_change is 'One row per renormalisation and statement that means something else since: the releases before and after.';

create table typing (
    seq bigint not null,
    ordinal integer not null,
    position integer not null,
    statement integer not null,
    method varchar not null,
    test_id varchar not null,
    date varchar not null,
    doubts varchar not null
);
comment on table typing is 'One row per report and locus: which statement it makes, how and when it was found.';
comment on column typing.doubts is 'Doubts that come from the rest of the report; those of the statement itself stand with its meaning.';

create view read_typing as
select
    typing.seq, typing.ordinal, typing.position, typing.statement, statement.locus, statement.state, statement.reported,
    statement.expression, statement.stated_release, typing.method, typing.test_id, typing.date,
    nullif(meaning.release, '') as release, meaning.glstring, meaning.resolution,
    case
        when typing.doubts = '[]' then meaning.flags
        when meaning.flags = '[]' then typing.doubts
        else left(meaning.flags, -1) || ',' || substr(typing.doubts, 2)
    end::json as flags
from typing
join statement on statement.id = typing.statement
join meaning on meaning.statement = typing.statement and meaning.release = (select release from release_in_use);
comment on view read_typing is 'One row per report and locus: as printed, and as it is read under the release in use.';

create table contradiction (
    one integer not null,
    other integer not null,
    locus varchar not null,
    release varchar not null,
    fields integer not null
);
comment on table contradiction is 'One row per two statements that some donor has at one locus and that cannot both be true, by release.';
comment on column contradiction.locus is 'A gene, also of statements in phase; their genes joined by ~ where it is the phase that differs.';
comment on column contradiction.fields is 'The number of fields to which the two agree; 0 also for a null beside an expressed allele.';

create table preferred (
    decision bigint not null,
    locus varchar not null,
    donor_key ubigint not null,
    said ubigint not null,
    other_locus varchar not null,
    other_donor_key ubigint not null,
    other_said ubigint not null,
    other_run_key ubigint not null
);
comment on table preferred is 'One row per locus and statement about a donor that a person held right, and statement of a run that contradicted it.';
comment on column preferred.said is 'The key of the statement: it is the same one as long as its text is, whatever release it was first read under.';

create table observation (
    seq bigint not null,
    ordinal integer not null,
    part varchar not null check (part in ('result', 'final', 'reading')),
    position integer not null,
    label varchar not null,
    code varchar not null,
    system varchar not null,
    value varchar not null,
    number double,
    comparator varchar not null,
    unit varchar,
    volume_basis varchar,
    time varchar,
    status varchar not null,
    reference_range varchar not null,
    analyser_flags json not null,
    sub_id varchar not null,
    comments json not null,
    flags json not null
);
comment on table observation is 'One row per measured value: a result of a specimen, a final value or a reading of a collection run.';
comment on column observation.sub_id is 'What tells it apart from others of its code in one report: the mean from its tubes; empty where nothing does.';
comment on column observation.comments is 'What the sender says about it in words.';

create table procedure (
    seq bigint not null,
    ordinal integer not null,
    procedure varchar not null,
    device varchar not null,
    device_serial varchar not null,
    software varchar not null,
    started varchar,
    ended varchar,
    alarms json not null
);
comment on table procedure is 'One row per run of a cell separator; its values are observations.';

create table message (
    seq bigint not null,
    ordinal integer not null,
    text varchar not null
);
comment on table message is 'One row per report: its canonical HL7 message.';

create table outbox (
    seq bigint not null,
    ordinal integer not null,
    destination varchar not null,
    state varchar not null check (state in ('waiting', 'sent', 'refused')),
    answer varchar not null
);
comment on table outbox is 'One row per message and destination: whether it has been delivered.';

create table ignored_field (
    seq bigint not null,
    path varchar not null,
    count bigint not null
);
comment on table ignored_field is 'One row per field of a receipt that no record took up, and how often it occurred.';

create table cursor (
    name varchar not null,
    seq bigint not null
);
comment on table cursor is 'One row per reader of the spool: the last sequence number whose effect is in this store.';
insert into cursor values ('spool', 0);
