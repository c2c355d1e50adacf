-- What the other release makes of each copy, and the doubts about each release that a statement names.
create or replace temp table copy as
select
    unnest($copy::varchar[]) as copy, unnest($moved::varchar[]) as moved, unnest($regrouped::boolean[]) as regrouped,
    unnest($text::varchar[]) as text, unnest($place::integer[]) as place, unnest($resolution::varchar[]) as resolution
