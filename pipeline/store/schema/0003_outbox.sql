create table destination (
    name varchar not null primary key,
    since bigint not null
);
comment on table destination is 'One row per peer: messages of receipts up to this sequence number are not for it.';
